import { screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type * as B from "../src/api";
import { calls, fail, openApp, receptionist } from "./core";

// Columns of blocks are much for jsdom: beside a build these stories are slow, not wrong.
vi.setConfig({ testTimeout: 120_000 });

const day = "2026-11-19";
/** A time of that day by the clock of the clinic, in Pune. */
const at = (time: string) => new Date(`${day}T${time}:00+05:30`).toISOString();
const booking = (
  id: string,
  name: string,
  start: string,
  end: string,
  more: Partial<B.Booking> = {},
): B.Booking => ({
  id,
  clinicId: "c1",
  clinicName: "Kothrud",
  patientId: `p-${id}`,
  patientName: name,
  patientPhone: "+915550120417",
  providerId: "d1",
  providerName: "Dr Farah Siddiqui",
  serviceId: null,
  serviceName: null,
  start: at(start),
  end: at(end),
  timezone: "Asia/Kolkata",
  status: "scheduled",
  channel: "desk",
  mode: "in_person",
  slotId: null,
  capacity: 1,
  reason: "Cough",
  notes: null,
  seriesId: null,
  recurrence: null,
  bookedTwice: false,
  createdAt: at("08:00"),
  updatedAt: at("08:00"),
  ...more,
});
const column = (
  id: string,
  name: string,
  bookings: B.Booking[],
  more: Partial<B.CalendarColumn> = {},
): B.CalendarColumn => ({
  providerId: id,
  providerName: name,
  specialization: "General",
  room: "Room 2",
  day,
  from: at("00:00"),
  to: new Date(Date.parse(at("00:00")) + 86_400_000).toISOString(),
  hours: [
    ["09:00", "13:00"],
    ["14:00", "17:00"],
  ].map(([start, end]) => ({
    clinicId: "c1",
    start: at(start!),
    end: at(end!),
    mode: "in_person",
    slotDurationMinutes: 20,
    bufferMinutes: 0,
    capacity: 1,
  })),
  timeOff: [],
  bookings,
  free: 6,
  conflicts: 0,
  ...more,
});
const vasant = booking("a1", "Vasant Kale", "09:00", "09:20");
const weekly = booking("a2", "Anjali Rane", "09:20", "09:40", {
  seriesId: "s1",
  recurrence: "FREQ=WEEKLY;INTERVAL=1;COUNT=6",
});
const away: B.TimeOff = {
  id: "o1",
  providerId: "d2",
  clinicId: null,
  kind: "leave",
  startsAt: at("10:00"),
  endsAt: at("12:00"),
  reason: "district hospital",
  recurrence: null,
  timezone: null,
  updatedAt: at("08:00"),
};
const calendar = (columns: B.CalendarColumn[]): B.Calendar => ({
  clinicId: "c1",
  timezone: "Asia/Kolkata",
  today: day,
  now: at("08:50"),
  columns,
});
const usual = {
  session: () => ({
    ...receptionist,
    permissions: [...receptionist.permissions, "view_schedule", "decide_conflicts"],
  }),
  show_calendar: () =>
    calendar([
      column("d1", "Dr Farah Siddiqui", [vasant, weekly]),
      column("d2", "Dr Arjun Menon", [], { timeOff: [away] }),
    ]),
  plan_appointments: () => [{ start: at("10:00"), end: at("10:20"), refused: null }],
  list_services: () => ({ items: [], more: false }),
  show_timeline: () => [
    { at: at("08:00"), from: null, to: "scheduled", note: null, userId: "u1", userName: "Meera Kulkarni" },
  ],
  show_appointment: () => vasant,
  list_series: () => [weekly],
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(at("08:50")) });
});
afterEach(() => {
  vi.useRealTimers();
});

async function open(mine: Parameters<typeof openApp>[0] = {}) {
  const user = await openApp({ ...usual, ...mine } as never, "#/calendar");
  await screen.findByText("Vasant Kale");
  return user;
}
const focused = () =>
  document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "";
const now = (name: RegExp) => waitFor(() => expect(focused()).toMatch(name));

test("the day says who, when and in what state, and what keeps a doctor away", async () => {
  await open();
  expect(screen.getByRole("heading", { name: "Thursday 19 November" })).toBeTruthy();
  const farah = screen.getByRole("group", { name: "Dr Farah Siddiqui, Thursday 19 November" });
  expect(
    within(farah).getByRole("button", { name: "Vasant Kale, 09:00 to 09:20, Scheduled, Cough" }),
  ).toBeTruthy();
  expect(within(farah).getByText("Break")).toBeTruthy();
  const arjun = screen.getByRole("group", { name: "Dr Arjun Menon, Thursday 19 November" });
  expect(within(arjun).getByText("Away: district hospital")).toBeTruthy();
  expect(screen.getAllByText("6 free")).toHaveLength(2);
  const { violations } = await axe.run(screen.getByRole("main"), {
    rules: { "color-contrast": { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

test("the arrows go through times and doctors, and Enter books where they stand", async () => {
  let booked = 0;
  const user = await open({
    book_appointments: () => {
      booked += 1;
      return [booking("a9", "Sunita Deshpande", "09:40", "10:00")];
    },
  });
  await now(/Vasant Kale/);
  await user.keyboard("{ArrowDown}");
  await now(/Anjali Rane/);
  await user.keyboard("{ArrowRight}");
  await now(/09:20, Dr Arjun Menon/);
  await user.keyboard("{ArrowDown}");
  await now(/09:40, Dr Arjun Menon/);
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("complementary", { name: "New appointment" })).toBeTruthy();
  await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId("search")));
  await user.keyboard("sun");
  await screen.findByRole("option");
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Sunita Deshpande")).toBeTruthy();
  await user.keyboard("{Control>}{Enter}{Enter}{/Control}");
  expect(await screen.findByText(/Sunita Deshpande booked/)).toBeTruthy();
  expect(booked).toBe(1);
  expect(calls("book_appointments")).toMatchObject([
    {
      form: {
        patientId: "p1",
        providerId: "d2",
        day,
        time: "09:40",
        minutes: null,
        repeat: null,
        leaveOut: [],
      },
    },
  ]);
});

test("M moves with the arrows and Ctrl Z puts it back; Esc leaves it where it was", async () => {
  const before = [
    { appointmentId: "a1", clinicId: "c1", providerId: "d1", start: vasant.start, minutes: 20 },
  ];
  const user = await open({
    rearrange_appointment: () => ({
      bookings: [{ ...vasant, start: at("09:10"), providerId: "d2" }],
      before,
    }),
    put_appointments_back: () => [vasant],
  });
  await now(/Vasant Kale/);
  await user.keyboard("m{ArrowDown}{Escape}");
  expect(calls("rearrange_appointment")).toEqual([]);
  await user.keyboard("m{ArrowDown}{ArrowDown}{ArrowRight}");
  expect(await screen.findByText("Vasant Kale to 09:10, Dr Arjun Menon")).toBeTruthy();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Vasant Kale moved to 09:10")).toBeTruthy();
  expect(calls("rearrange_appointment")).toMatchObject([
    { appointmentId: "a1", form: { day, time: "09:10", minutes: null, providerId: "d2", scope: "one" } },
  ]);
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByText("Vasant Kale: back where it was")).toBeTruthy();
  expect(calls("put_appointments_back")).toEqual([{ spots: before }]);
});

test("a visit that repeats asks which visits are meant before it grows", async () => {
  const user = await open({
    rearrange_appointment: () => ({ bookings: [{ ...weekly, end: at("09:45") }], before: [] }),
  });
  await now(/Vasant Kale/);
  await user.keyboard("{ArrowDown}");
  await now(/Anjali Rane.*repeats/);
  await user.keyboard("+");
  expect(await screen.findByRole("dialog", { name: /This visit repeats/ })).toBeTruthy();
  await user.keyboard("2");
  expect(await screen.findByText("Anjali Rane: 25 min")).toBeTruthy();
  expect(calls("rearrange_appointment")).toMatchObject([
    { appointmentId: "a2", form: { time: "09:20", minutes: 25, scope: "following" } },
  ]);
});

test("a refused overlap says who has the time and offers the next free one by a key", async () => {
  const free = {
    start: at("10:20"),
    end: at("10:40"),
    providerId: "d1",
    providerName: "Dr Farah Siddiqui",
    clinicId: "c1",
    clinicName: "Kothrud",
  };
  const user = await open({
    book_appointments: () => fail("slot_taken", [], "Noura Qasim"),
    plan_appointments: ({ form }: { form: B.AppointmentForm }) => [
      {
        start: at(form.time),
        end: at("10:20"),
        refused: form.time === "10:20" ? null : { code: "slot_taken", detail: "Noura Qasim", free: [free] },
      },
    ],
  });
  await now(/Vasant Kale/);
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  const panel = await screen.findByRole("complementary", { name: "New appointment" });
  expect(await within(panel).findByText("This time is already taken: Noura Qasim.")).toBeTruthy();
  await user.type(screen.getByTestId("search"), "sun");
  await screen.findByRole("option");
  await user.keyboard("{Enter}");
  await within(panel).findByText("Sunita Deshpande");
  await user.keyboard("{Control>}1{/Control}");
  await waitFor(() =>
    expect(within(panel).getByRole<HTMLInputElement>("textbox", { name: "Time" }).value).toBe("10:20"),
  );
  expect(await within(panel).findByText("Free")).toBeTruthy();
  const { violations } = await axe.run(screen.getByRole("main"), {
    rules: { "color-contrast": { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
});

test("what is wrong stands beside its field and nothing typed is lost", async () => {
  const user = await open({
    book_appointments: () =>
      fail("required", [
        { field: "patientId", code: "required", limit: null },
        { field: "time", code: "not_a_time", limit: null },
        { field: "count", code: "out_of_range", limit: 104 },
      ]),
  });
  await now(/Vasant Kale/);
  await user.keyboard("{Alt>}n{/Alt}");
  const panel = await screen.findByRole("complementary", { name: "New appointment" });
  const time = within(panel).getByRole<HTMLInputElement>("textbox", { name: "Time" });
  await user.clear(time);
  await user.type(time, "25:00{Control>}{Enter}{/Control}");
  expect(await within(panel).findByText("This is not a time: try 9:30")).toBeTruthy();
  expect(within(panel).getByText("This is needed")).toBeTruthy();
  expect(time.value).toBe("25:00");
});

test("one question finds a free time, and its digit opens the booking with it", async () => {
  const slot = (start: string): B.FreeSlot => ({
    slotId: start,
    providerId: "d2",
    providerName: "Dr Putri Wulandari",
    specialization: "Skin",
    clinicId: "c1",
    clinicName: "Kothrud",
    timezone: "Asia/Kolkata",
    start: at(start),
    end: at("16:50"),
    mode: "in_person",
    capacity: 1,
    left: 1,
  });
  const user = await open({ find_free_times: () => [slot("16:00"), slot("16:20")] });
  await now(/Vasant Kale/);
  await user.keyboard("f");
  const panel = await screen.findByRole("complementary", { name: "Find a free time" });
  await user.type(within(panel).getByRole("textbox", { name: "Speciality" }), "skin");
  await user.type(within(panel).getByRole("textbox", { name: "Not before" }), "16:00");
  await waitFor(() =>
    expect(calls("find_free_times").at(-1)).toMatchObject({
      form: { specialization: "skin", afterTime: "16:00", days: 7 },
    }),
  );
  await user.keyboard("{ArrowDown}");
  await now(/Thu 19 Nov 16:00.*Dr Wulandari/);
  await user.keyboard("2");
  const booked = await screen.findByRole("complementary", { name: "New appointment" });
  expect(within(booked).getByRole<HTMLInputElement>("textbox", { name: "Time" }).value).toBe("16:20");
});

test("the panel of a visit shows its timeline, confirms by a key, and cancels with a reason", async () => {
  const user = await open({
    move_appointment: () => ({ appointmentId: "a1", status: "confirmed", number: null }),
    cancel_appointments: ({ reason }: { reason: string }) =>
      reason.trim() === ""
        ? fail("required", [{ field: "reason", code: "required", limit: null }])
        : { bookings: [vasant], waiting: [] },
    undo_appointments: () => null,
  });
  await now(/Vasant Kale/);
  await user.keyboard("{Enter}");
  const panel = await screen.findByRole("complementary", { name: "Appointment" });
  expect(await within(panel).findByText("Booked, Scheduled")).toBeTruthy();
  expect(within(panel).getByText(/Meera Kulkarni/)).toBeTruthy();
  await user.keyboard("c");
  await waitFor(() =>
    expect(calls("move_appointment")).toMatchObject([{ appointmentId: "a1", to: "confirm" }]),
  );
  await user.keyboard("x");
  const why = await within(panel).findByRole("textbox", { name: "Why" });
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await within(panel).findByText("This is needed")).toBeTruthy();
  await user.type(why, "Moves away{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Visit of Vasant Kale cancelled")).toBeTruthy();
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(calls("undo_appointments")).toEqual([{ appointmentIds: ["a1"] }]));
});

test("days and weeks are turned by keys, and the days are the clinic's", async () => {
  vi.setSystemTime(new Date("2026-11-18T20:00:00Z"));
  const user = await open();
  const asked = () => calls("show_calendar").at(-1);
  expect(asked()).toMatchObject({ first: "2026-11-19", days: 1 });
  await user.keyboard("]");
  await waitFor(() => expect(asked()).toMatchObject({ first: "2026-11-20" }));
  await user.keyboard("w");
  await waitFor(() => expect(asked()).toMatchObject({ first: "2026-11-16", days: 7, providerId: null }));
  await user.keyboard("[[");
  await waitFor(() => expect(asked()).toMatchObject({ first: "2026-11-09", days: 7 }));
  await user.keyboard("td");
  expect(await screen.findByText("Thursday 19 November")).toBeTruthy();
});

test("who may only look is offered nothing to change", async () => {
  const user = await open({
    session: () => ({ ...receptionist, permissions: ["view_queue", "view_schedule"], providerId: "d1" }),
  });
  expect(screen.queryByTestId("new-appointment")).toBeNull();
  await now(/Vasant Kale/);
  await user.keyboard("m{ArrowDown}{Enter}x");
  expect(calls("rearrange_appointment")).toEqual([]);
});

// The last one: it leaves the calendar.
test("bookings of one time stand side by side, and Enter leads to where it is decided", async () => {
  const two = ["Ishaan Rao", "Mira Pratiwi"].map((name, index) =>
    booking(`b${index}`, name, "09:00", "09:20", { bookedTwice: true }),
  );
  const made = (device: string, time: string) => ({ device, user: null, at: at(time) });
  const user = await openApp(
    {
      ...usual,
      show_calendar: () => calendar([column("d1", "Dr Farah Siddiqui", two, { conflicts: 1 })]),
      double_bookings: () => [
        {
          id: "x1",
          providerId: "d1",
          providerName: "Dr Farah Siddiqui",
          detectedAt: at("08:10"),
          bookings: two.map((one, index) => ({
            ...one,
            appointmentId: one.id,
            recordNumber: "K-1",
            gender: "male",
            ageYears: 4,
            phone: null,
            phoneOf: null,
            made: made(`Front desk ${index + 1}`, "08:02"),
            free: [],
          })),
        },
      ],
    } as never,
    "#/calendar",
  );
  expect(await screen.findByText("1 conflict")).toBeTruthy();
  await now(/Ishaan Rao.*Booked twice/);
  const popover = await screen.findByRole("group", { name: "Booked twice" });
  expect(within(popover).getByText("Front desk 2, 08:02")).toBeTruthy();
  await user.keyboard("{ArrowRight}");
  await now(/Mira Pratiwi/);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(window.location.hash).toBe("#/conflicts"));
});

test("E corrects what a visit is for: what somebody else wrote meanwhile stands, what was typed is kept", async () => {
  let shown = vasant;
  let refuse = true;
  const user = await open({
    list_services: () => ({
      items: [{ id: "s9", name: "Dressing", durationMinutes: 45 }],
      more: false,
    }),
    show_appointment: () => shown,
    edit_appointment: ({ change }: { change: B.AppointmentEdit }) => {
      if (refuse) {
        refuse = false;
        shown = { ...vasant, notes: "Comes by bus" };
        return fail("changed_meanwhile");
      }
      return { booking: shown, before: change.seen, after: change.form };
    },
  });
  await now(/Vasant Kale/);
  await user.keyboard("{Enter}");
  const panel = await screen.findByRole("complementary", { name: "Appointment" });
  await within(panel).findByText("What happened");
  await user.keyboard("e");
  const reason = await within(panel).findByRole<HTMLInputElement>("textbox", { name: /Reason/ });
  expect(document.activeElement).toBe(reason);
  await user.clear(reason);
  await user.type(reason, "Fever{Control>}{Enter}{/Control}");
  expect(await within(panel).findByText(/Someone else changed this meanwhile/)).toBeTruthy();
  const note = within(panel).getByRole<HTMLTextAreaElement>("textbox", { name: /Note/ });
  await waitFor(() => expect(note.value).toBe("Comes by bus"));
  expect(reason.value).toBe("Fever");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Visit of Vasant Kale changed")).toBeTruthy();
  const seen = { serviceId: null, minutes: 20, reason: "Cough", notes: "Comes by bus" };
  expect(calls("edit_appointment").at(-1)).toEqual({
    change: { appointmentId: "a1", seen, form: { ...seen, reason: "Fever" } },
  });
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByText("Vasant Kale: changed back")).toBeTruthy();
  expect(calls("edit_appointment").at(-1)).toEqual({
    change: { appointmentId: "a1", seen: { ...seen, reason: "Fever" }, form: seen },
  });
});
