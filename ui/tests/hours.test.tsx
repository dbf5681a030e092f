import { screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { calls, fail, openApp, receptionist } from "./core";

const manager: B.Session = {
  ...receptionist,
  roles: ["admin"],
  permissions: [...receptionist.permissions, "view_schedule", "manage_availability", "manage_services"],
};
const slot = (weekday: number): B.TemplateSlot => ({
  id: `s${weekday}`,
  weekday,
  startTime: "09:00",
  endTime: "13:00",
  mode: "in_person",
});
const template: B.AvailabilityTemplate = {
  id: "h1",
  providerId: "d1",
  clinicId: "c1",
  slotDurationMinutes: 20,
  bufferMinutes: 5,
  capacity: 1,
  validFrom: "2026-11-01",
  validTo: null,
  recurrence: null,
  replaces: false,
  slots: [1, 2, 3].map(slot),
};
const booking: B.Booking = {
  id: "b1",
  clinicId: "c1",
  clinicName: "Kothrud",
  patientId: "p1",
  patientName: "Sunita Deshpande",
  patientPhone: "+915550120412",
  providerId: "d1",
  providerName: "Dr Siddiqui",
  serviceId: null,
  serviceName: null,
  start: "2026-11-24T04:30:00.000Z",
  end: "2026-11-24T04:50:00.000Z",
  timezone: "Asia/Kolkata",
  status: "confirmed",
  channel: "phone",
  mode: "in_person",
  slotId: "x",
  capacity: 1,
  reason: null,
  notes: null,
  bookedTwice: false,
  seriesId: null,
  recurrence: null,
  createdAt: "2026-11-01T04:30:00.000Z",
  updatedAt: "2026-11-01T04:30:00.000Z",
};
const stranded: B.StrandedVisit = { booking, by: "closed", detail: "Diwali" };
const days: B.FreeDay[] = Array.from({ length: 14 }, (_, at) => ({
  day: `2026-11-${19 + at > 30 ? "30" : 19 + at}`,
  free: at === 5 ? [] : ["2026-11-20T03:30:00.000Z"],
  off: at === 5 ? ["Diwali"] : [],
})).slice(0, 12);
const core = {
  session: () => manager,
  list_availability: () => [template],
  list_planned_time_off: () => [],
  hours_outlook: () => ({ stranded: [], days }),
  rehearse_hours: () => ({ stranded: [], days }),
  list_stranded: () => [] as B.StrandedVisit[],
  list_waitlist_offers: () => [],
  list_times_for: () =>
    [
      { start: "2026-11-25T03:30:00.000Z", providerId: "d1", providerName: "Dr Siddiqui" },
      { start: "2026-11-24T04:30:00.000Z", providerId: "d2", providerName: "Dr Menon" },
    ].map((time) => ({ ...time, end: time.start, clinicId: "c1", clinicName: "Kothrud" })),
};

async function isAccessible() {
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`)).toEqual(
    [],
  );
}

test("hours are added by keyboard, every problem of the form stands by its line, and nothing typed is lost", async () => {
  let asked = 0;
  const user = await openApp(
    {
      ...core,
      add_availability: () =>
        asked++ === 0
          ? fail("not_a_time", [
              { field: "slotDurationMinutes", code: "out_of_range", limit: 480 },
              { field: "slots.0.startTime", code: "not_a_time", limit: null },
              { field: "slots.5.endTime", code: "ends_before_start", limit: null },
            ])
          : template,
    },
    "#/hours",
  );
  expect(await screen.findByText("Mon–Wed 09:00–13:00")).toBeTruthy();
  await waitFor(() => expect(document.activeElement?.getAttribute("data-testid")).toBe("row-h1"));
  await user.keyboard("n");
  const panel = await screen.findByRole("complementary", { name: "Add hours" });
  // The first field has the focus: from when the hours hold.
  await user.clear(document.activeElement as HTMLInputElement);
  await user.paste("1/12/2026");
  const field = (name: string) => panel.querySelector<HTMLInputElement>(`[name="${name}"]`)!;
  const put = async (name: string, text: string) => {
    await user.clear(field(name));
    await user.click(field(name));
    await user.paste(text);
  };
  await put("start0", "nine");
  await put("end0", "13:00");
  await user.keyboard("{Alt>}r{/Alt}");
  await put("start1", "16:00");
  await put("end1", "15:00");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await within(panel).findByText("At most 480")).toBeTruthy();
  expect(field("start0").getAttribute("aria-invalid")).toBe("true");
  expect(field("end1").getAttribute("aria-invalid")).toBe("true");
  expect(field("start0").value).toBe("nine");
  await put("start0", "09:00");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Hours added")).toBeTruthy();
  const [, sent] = calls("add_availability") as { form: B.TemplateForm }[];
  expect(sent!.form.validFrom).toBe("1/12/2026");
  expect(sent!.form.slots).toHaveLength(10);
  expect(sent!.form.slots[5]).toEqual({
    weekday: 1,
    startTime: "16:00",
    endTime: "15:00",
    mode: "in_person",
  });
  // Every field of a form, on a machine that may build beside the tests.
}, 90_000);

test("a holiday says whom it strands before it is saved", async () => {
  const user = await openApp(
    {
      ...core,
      rehearse_hours: () => ({ stranded: [stranded], days: [] }),
      add_time_off: () => ({ timeOff: {}, stranded: [booking] }),
    },
    "#/hours",
  );
  await screen.findByText("Mon–Wed 09:00–13:00");
  await user.keyboard("y");
  expect(await screen.findByText("No holidays written down")).toBeTruthy();
  await user.keyboard("n");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Diwali");
  await user.type(screen.getByRole("textbox", { name: /^Day/ }), "24/11/2026");
  expect(await screen.findByText("1 appointment falls into this")).toBeTruthy();
  expect(screen.getByText("Sunita Deshpande")).toBeTruthy();
  expect(calls("add_time_off")).toEqual([]);
  await isAccessible();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText(/1 visit to rebook/)).toBeTruthy();
  expect(calls("add_time_off")).toMatchObject([
    { form: { kind: "holiday", clinicId: "c1", providerId: null, fromDay: "24/11/2026", reason: "Diwali" } },
  ]);
});

test("a stranded visit has the phone and the next free times at hand: one key rebooks it, another keeps it", async () => {
  let visits = [stranded, { ...stranded, booking: { ...booking, id: "b2", patientName: "Noura Qasim" } }];
  const user = await openApp(
    {
      ...core,
      list_stranded: () => visits,
      reschedule_appointment: () => {
        visits = visits.slice(1);
        return booking;
      },
      keep_stranded: ({ kept }: { kept: boolean }) => {
        visits = kept ? [] : [stranded];
        return booking;
      },
    },
    "#/hours",
  );
  expect(await screen.findByText("2 visits to rebook")).toBeTruthy();
  await screen.findByText("Mon–Wed 09:00–13:00");
  await user.keyboard("r");
  const side = await screen.findByRole("complementary", { name: "Another time for Sunita Deshpande" });
  expect(within(side).getByText("+915550120412")).toBeTruthy();
  expect(within(side).getByText("Closed: Diwali")).toBeTruthy();
  await within(side).findByText("Dr Menon");
  await isAccessible();
  await user.keyboard("2");
  expect(await screen.findByText("Sunita Deshpande has Tuesday 24 November, 10:00, Dr Menon")).toBeTruthy();
  expect(calls("reschedule_appointment")).toMatchObject([
    { appointmentId: "b1", form: { providerId: "d2", start: "2026-11-24T04:30:00.000Z" } },
  ]);
  await screen.findByRole("complementary", { name: "Another time for Noura Qasim" });
  await user.keyboard("k");
  expect(await screen.findByText("Every appointment is within the hours")).toBeTruthy();
  expect(screen.getByText("Noura Qasim stays where it was booked")).toBeTruthy();
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() =>
    expect(calls("keep_stranded").at(-1)).toMatchObject({ appointmentId: "b2", kept: false }),
  );
});

test("a receptionist reads the hours and changes none", async () => {
  const reading: B.Session = { ...receptionist, permissions: [...receptionist.permissions, "view_schedule"] };
  const user = await openApp({ ...core, session: () => reading }, "#/hours");
  await screen.findByText("Mon–Wed 09:00–13:00");
  expect(screen.queryByRole("button", { name: /Add hours/ })).toBeNull();
  await user.keyboard("n");
  expect(screen.queryByRole("complementary")).toBeNull();
  await isAccessible();
});

test("a service is added with its price and who performs it", async () => {
  const service: B.Service = {
    id: "v1",
    name: "Vaccination",
    category: "Children",
    durationMinutes: 15,
    priceMinor: 40_050,
    currency: "INR",
    price: { amount: "400.50", currency: "INR" },
    description: null,
    popularity: 0,
    active: true,
  };
  const user = await openApp(
    {
      ...core,
      tenant_settings: () => ({ currency: "INR" }),
      list_services: () => ({ items: [service], more: false }),
      add_service: () => service,
      set_service_providers: () => ["d2"],
    },
    "#/hours",
  );
  await user.click(await screen.findByRole("button", { name: "Services" }));
  expect(await screen.findByText(/INR.400\.50/)).toBeTruthy();
  await user.keyboard("n");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Wound care");
  await user.type(screen.getByRole("textbox", { name: "Category" }), "General");
  await user.type(screen.getByRole("textbox", { name: "Price in INR" }), "much");
  await user.click(await screen.findByRole("checkbox", { name: "Dr Menon" }));
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(calls("add_service")).toEqual([]);
  expect(screen.getByRole("textbox", { name: "Price in INR" }).getAttribute("aria-invalid")).toBe("true");
  await user.clear(screen.getByRole("textbox", { name: "Price in INR" }));
  await user.type(screen.getByRole("textbox", { name: "Price in INR" }), "250");
  await isAccessible();
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Vaccination saved")).toBeTruthy();
  expect(calls("add_service")).toMatchObject([{ service: { name: "Wound care", priceMinor: 25_000 } }]);
  expect(calls("set_service_providers")).toEqual([{ id: "v1", providerIds: ["d2"] }]);
});
