import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { calls, emit, fail, openApp, receptionist, row, sunita } from "./core";

const ticket = {
  id: "t9",
  appointmentId: "a9",
  number: "A-014",
  clinicId: "c1",
  patientId: "p1",
  patientName: "Sunita Deshpande",
  providerId: "d2",
  providerName: "Dr Menon",
  room: null,
  issuedAt: "2026-11-19T05:11:00.000Z",
};

test("a walk-in is three keys beyond the name, and two presses issue one number", async () => {
  const user = await openApp({ book_walk_in: () => ticket });
  await user.type(await screen.findByRole("combobox", { name: /Name, phone/ }), "sun{Enter}");
  expect(await screen.findByRole("complementary", { name: "Walk-in" })).toBeTruthy();
  await screen.findByRole("radio", { name: /Dr Menon/ });
  await user.keyboard("2");
  await user.keyboard("{Control>}{Enter}{Enter}{/Control}");
  await screen.findByRole("complementary", { name: "Number given" });
  expect(screen.getByTestId("queue-number").textContent).toBe("A-014");
  expect(calls("book_walk_in")).toEqual([
    {
      requestKey: expect.stringMatching(/^[0-9a-f]{32}$/),
      walkIn: {
        clinicId: "c1",
        patientId: "p1",
        providerId: "d2",
        reason: "",
        priority: null,
        priorityReason: "",
        another: "",
      },
    },
  ]);
  expect(screen.getByText(/no printer/)).toBeTruthy();
});

/** What axe finds wrong on the page; colours are looked at in the real window, where they are. */
async function violations() {
  const found = await axe.run(document.body, {
    resultTypes: ["violations"],
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
}

const day = { day: "2026-11-19", now: "2026-11-19T05:11:00.000Z", waitLimitMinutes: 20, clinic: {} };
const turned = (change: Partial<B.Turn> = {}) => ({
  ticket,
  before: {
    ticketId: "t1",
    providerId: "d1",
    status: "called",
    calledAt: row.waitingSince,
    skippedAt: null,
    priority: null,
    priorityReason: null,
    changedAt: "2026-11-19T05:11:00.000Z",
    ...change,
  },
});

test("from the name to the number are three keys: the result, the doctor's digit, and issue", async () => {
  await openApp({ book_walk_in: () => ticket });
  const user = userEvent.setup();
  await user.type(await screen.findByTestId("search"), "sun");
  await screen.findByText("K-20418");
  let keys = 0;
  const press = (key: string) => {
    keys += 1;
    return user.keyboard(key);
  };
  await press("{Enter}");
  await screen.findByRole("radio", { name: /Dr Menon/ });
  expect(await violations()).toEqual([]);
  await press("2");
  await press("{Control>}{Enter}{/Control}");
  await screen.findByRole("complementary", { name: "Number given" });
  expect(keys).toBeLessThanOrEqual(3);
  expect(calls("book_walk_in")).toHaveLength(1);
});

test("somebody who already waits is told the number they have, and gets another only for a reason", async () => {
  let asked = 0;
  const user = await openApp({
    book_walk_in: () => (++asked === 1 ? fail("already_waiting", [], "A-010") : ticket),
  });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  await user.click(await screen.findByTestId("walk-in-issue"));
  expect((await screen.findByRole("alert")).textContent).toContain("A-010");
  const why = screen.getByRole("textbox", { name: "Why a second number" });
  expect(document.activeElement).toBe(why);
  await user.keyboard("Her mother comes with her{Control>}{Enter}{/Control}");
  await screen.findByRole("complementary", { name: "Number given" });
  const forms = calls("book_walk_in") as { walkIn: B.WalkInForm }[];
  expect(forms.map(({ walkIn }) => walkIn.another)).toEqual(["", "Her mother comes with her"]);
});

test("who told only a year is not given a birthday", async () => {
  const told = { ...sunita, birthDate: "1992-01-01", birthDateEstimated: true };
  const user = await openApp({ search_patients: () => [told] });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  const panel = await screen.findByRole("complementary", { name: "Walk-in" });
  expect(panel.textContent).toContain("born about 1992");
  expect(panel.textContent).not.toContain("1 Jan 1992");
});

test("who is known to wait is shown with the number before anything is pressed", async () => {
  const user = await openApp({ search_patients: () => [{ ...sunita, waitingNumber: "B-007" }] });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  const sentence = "Sunita Deshpande waits already, with number B-007.";
  const banner = (_: string, element: Element | null) => element?.textContent === sentence;
  expect((await screen.findAllByText(banner)).length).toBeGreaterThan(0);
});

test("a doctor who leaves, and a printer that is not ready, are said before the number is given", async () => {
  const doctor = { specialization: null, room: null, waiting: 1, aboutMinutes: 20, basis: "usual" };
  const user = await openApp({
    walk_in_desk: () => ({
      nextNumber: "A-014",
      doctors: [
        { ...doctor, providerId: "d1", name: "Dr Siddiqui", leavesAt: null, away: false },
        { ...doctor, providerId: "d2", name: "Dr Menon", leavesAt: "2026-11-19T05:30:00.000Z", away: false },
        { ...doctor, providerId: "d3", name: "Dr Andrade", leavesAt: null, away: true },
      ],
    }),
    slip_printer: () => ({
      printer: "Slips",
      state: "stopped",
      chosen: null,
      paper: "roll",
      printers: ["Slips"],
    }),
  });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  expect(await screen.findByRole("radio", { name: /Dr Menon.*leaves 11:00/ })).toBeTruthy();
  expect(screen.getByRole("radio", { name: /Dr Andrade.*away/ })).toBeTruthy();
  expect((await screen.findByTestId("slip-printer")).textContent).toContain("Slips is stopped");
});

test("a slip is called printed only when the printer has said so", async () => {
  let outcome = "waiting";
  const user = await openApp({
    book_walk_in: () => ticket,
    preview_document: () => ({
      name: "slip",
      pages: ["<svg/>"],
      printer: "Slips",
      printedBefore: false,
      language: "hi",
      languages: ["en", "hi"],
    }),
    print_document: () => ({ printer: "Slips", job: "Slips-12" }),
    print_outcome: () => outcome,
  });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  await screen.findByRole("radio", { name: /Dr Menon/ });
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Slips has it. Not printed yet.")).toBeTruthy();
  expect(screen.queryByText(/printed it/)).toBeNull();
  outcome = "failed";
  expect((await screen.findByRole("alert")).textContent).toContain("did not print it");
  expect(calls("print_document")).toHaveLength(1);
  // The slip came out in the patient's language; another paper of it can be had in that of the screen.
  expect(screen.getByRole("radio", { name: "हिन्दी" }).getAttribute("aria-checked")).toBe("true");
  await user.click(screen.getByRole("radio", { name: "English" }));
  await user.click(screen.getByRole("button", { name: /^Print/ }));
  await waitFor(() =>
    expect(calls("print_document").map((call) => (call as { language: unknown }).language)).toEqual([
      { screen: "en", chosen: null },
      { screen: "en", chosen: "en" },
    ]),
  );
});

test("who was called is called again, skipped or moved with one key, and it is taken back", async () => {
  const called = { ...row, calledAt: "2026-11-19T05:05:00.000Z" };
  const user = await openApp({
    today: () => ({ ...day, rows: [called] }),
    recall_ticket: () => turned(),
    skip_ticket: () => turned(),
    move_ticket: () => turned(),
    take_back_turn: () => ticket,
  });
  const line = await screen.findByTestId("row-A-013");
  expect(within(line).getByText("Called")).toBeTruthy();
  expect(within(line).getByText("called 10:35")).toBeTruthy();
  line.focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Tiago Moreira called again")).toBeTruthy();
  screen.getByTestId("row-A-013").focus();
  await user.keyboard("s");
  expect(await screen.findByText(/did not answer and waits on/)).toBeTruthy();
  screen.getByTestId("row-A-013").focus();
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(calls("take_back_turn")).toEqual([{ before: turned().before }]));
  screen.getByTestId("row-A-013").focus();
  await user.keyboard("m");
  await screen.findByRole("radio", { name: /Dr Menon/ });
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Tiago Moreira moved to Dr Menon")).toBeTruthy();
  expect(calls("move_ticket")).toEqual([{ ticketId: "t1", providerId: "d2" }]);
});

test("who goes first stands first with the reason, and who did not answer says so", async () => {
  const rows = [
    { ...row, turn: 2, skippedAt: "2026-11-19T05:05:00.000Z" },
    { ...row, appointmentId: "a2", ticketId: "t2", number: "A-015", patientName: "Kavya Nair", turn: 0 },
  ];
  const user = await openApp({
    today: () => ({ ...day, rows: [rows[0], { ...rows[1], priority: "pregnant", priorityReason: "Dizzy" }] }),
    prioritise_ticket: () => turned(),
  });
  const first = await screen.findByTestId("row-A-015");
  expect(within(first).getByText("Pregnant")).toBeTruthy();
  const lines = screen.getAllByTestId(/^row-/).map((line) => line.dataset.testid);
  expect(lines).toEqual(["row-A-015", "row-A-013"]);
  const second = screen.getByTestId("row-A-013");
  expect(within(second).getByText("No answer")).toBeTruthy();
  second.focus();
  await user.keyboard("y");
  await user.type(await screen.findByRole("textbox", { name: "Why" }), "Breathless");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(calls("prioritise_ticket")).toEqual([
      { ticketId: "t1", priority: "urgent", reason: "Breathless" },
    ]),
  );
});

test("the list is grouped by doctor or by the hour", async () => {
  const other = { ...row, appointmentId: "a2", ticketId: "t2", number: "A-015", providerName: "Dr Menon" };
  const user = await openApp({ today: () => ({ ...day, rows: [row, { ...other, providerId: "d2" }] }) });
  await screen.findByTestId("row-A-013");
  await user.click(screen.getByRole("button", { name: "Grouped By stage" }));
  await user.click(await screen.findByRole("menuitem", { name: "By doctor", hidden: true }));
  expect(screen.getByRole("button", { name: /Dr Menon\s*1/ })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Grouped By doctor" }));
  await user.click(await screen.findByRole("menuitem", { name: "By time", hidden: true }));
  expect(screen.getByRole("button", { name: /10:00\s*2/ })).toBeTruthy();
  expect(await violations()).toEqual([]);
});

test("a paper slip is entered by keyboard alone, and what is wrong stands at its field", async () => {
  const slip = (n: number) => ({ id: `s${n}`, batch: "b1", number: `A-10${n}`, printedAt: day.now });
  let tries = 0;
  let slips = [slip(1), slip(2)];
  const user = await openApp({
    list_open_slips: () => slips,
    enter_paper_slip: () => {
      tries += 1;
      if (tries === 1) fail("not_a_time", [{ field: "time", code: "not_a_time", limit: null }]);
      slips = [slip(2)];
      return { ...ticket, number: "A-101" };
    },
  });
  await screen.findByTestId("row-A-013");
  await user.keyboard("{Alt>}e{/Alt}");
  const who = await screen.findByRole("combobox", { name: "Patient" });
  await waitFor(() => expect(document.activeElement).toBe(who));
  await user.keyboard("sun");
  await screen.findByRole("option", { name: /Sunita Deshpande/ });
  await user.keyboard("{Enter}{Tab}{Tab}25:00{Control>}{Enter}{/Control}");
  expect(await screen.findByText("This is not a time: try 9:30")).toBeTruthy();
  const time = screen.getByRole<HTMLInputElement>("textbox", { name: "Time on the slip" });
  expect(time.value).toBe("25:00");
  await user.clear(time);
  await user.type(time, "9:15{Control>}{Enter}{/Control}");
  expect(await screen.findByText("Entered just now")).toBeTruthy();
  expect(calls("enter_paper_slip").at(-1)).toMatchObject({
    entry: { slipId: "s1", patientId: "p1", newPatient: null, providerId: "d1", time: "9:15", day: "" },
  });
  await waitFor(() => expect(screen.getByTestId("paper-number").textContent).toBe("A-102"));
});

test("the key that closes a dialog leaves the screen behind it open", async () => {
  const user = await openApp();
  await screen.findByTestId("row-A-013");
  await user.keyboard("{Alt>}e{/Alt}");
  await user.click(await screen.findByRole("button", { name: "Blank slips" }));
  await screen.findByRole("dialog", { name: "Blank slips for a power cut" });
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole("heading", { name: "Paper slips" })).toBeTruthy();
  await user.keyboard("{Escape}");
  expect(await screen.findByTestId("row-A-013")).toBeTruthy();
});

test("somebody who was not registered is entered with the slip", async () => {
  const slips = [{ id: "s1", batch: "b1", number: "A-101", printedAt: day.now }];
  const user = await openApp({
    list_open_slips: () => slips,
    search_patients: () => [],
    enter_paper_slip: () => ticket,
  });
  await screen.findByTestId("row-A-013");
  await user.keyboard("{Alt>}e{/Alt}");
  await screen.findByRole("combobox", { name: "Patient" });
  await user.keyboard("Asha Rao");
  await screen.findByRole("option", { name: "New: Asha Rao" });
  expect(await violations()).toEqual([]);
  await user.keyboard("{Enter}");
  await user.click(await screen.findByRole("radio", { name: "Female" }));
  await user.type(screen.getByRole("textbox", { name: "Age or birth date" }), "31");
  await user.keyboard("{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(calls("enter_paper_slip")).toMatchObject([
      {
        entry: {
          patientId: null,
          newPatient: { fullName: "Asha Rao", gender: "female", age: "31", phone: "" },
        },
      },
    ]),
  );
});

test("registering is offered only from no match, and errors stand by their fields", async () => {
  const user = await openApp({
    search_patients: () => [],
    likely_duplicates: () => [],
    register_patient: () =>
      fail("required", [
        { field: "gender", code: "required", limit: null },
        { field: "ageYears", code: "out_of_range", limit: 130 },
      ]),
  });
  await user.type(await screen.findByTestId("search"), "Asha Rao{Enter}");
  const name = await screen.findByRole<HTMLInputElement>("textbox", { name: "Full name" });
  expect(name.value).toBe("Asha Rao");
  await user.type(screen.getByRole("textbox", { name: /Birth date or age/ }), "460");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("At most 130")).toBeTruthy();
  expect(screen.getByText("This is needed")).toBeTruthy();
  expect(name.value).toBe("Asha Rao");
});

test("likely duplicates are seen before a second record is made", async () => {
  const user = await openApp({
    search_patients: () => [],
    likely_duplicates: () => [sunita],
    register_patient: () => sunita,
  });
  await user.type(await screen.findByTestId("search"), "Sunita D{Enter}");
  await screen.findByRole("textbox", { name: "Full name" });
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText(/press once more/)).toBeTruthy();
  expect(calls("register_patient")).toHaveLength(0);
  await user.click(screen.getByRole("button", { name: "Use this one" }));
  expect(await screen.findByRole("complementary", { name: "Walk-in" })).toBeTruthy();
});

test("a row is called by Enter, says so with undo, and minutes past twice the limit are marked", async () => {
  const user = await openApp({
    move_appointment: () => ({ appointmentId: "a1", status: "in_progress", number: "A-013" }),
  });
  const line = await screen.findByTestId("row-A-013");
  expect(within(line).getByText("41 min")).toBeTruthy();
  expect(within(line).getByLabelText("past the limit")).toBeTruthy();
  line.focus();
  await user.keyboard("{Enter}");
  expect(await screen.findByText("Tiago Moreira called")).toBeTruthy();
  screen.getByTestId("row-A-013").focus();
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(calls("move_appointment").at(-1)).toMatchObject({ to: "undo" }));
});

test("locking takes the records out of the page and unlocking gives the typed text back", async () => {
  const user = await openApp({ unlock_screen: () => receptionist });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  await user.type(await screen.findByRole("textbox", { name: "Reason, if said" }), "Sore throat");
  emit("screen-locked", null);
  const password = await screen.findByLabelText("Password");
  expect(document.body.textContent).not.toMatch(/Sunita|Tiago|K-20418/);
  await user.type(password, "correct horse{Enter}");
  const reason = await screen.findByRole<HTMLInputElement>("textbox", { name: "Reason, if said" });
  expect(reason.value).toBe("Sore throat");
});

test("the key that locks takes the records away at once, though nothing else is asked", async () => {
  const user = await openApp({ lock_screen: () => null });
  expect(await screen.findByText(/Tiago Moreira/)).toBeTruthy();
  await user.keyboard("{Alt>}l{/Alt}");
  await screen.findByLabelText("Password");
  expect(document.body.textContent).not.toMatch(/Sunita|Tiago|K-20418/);
  expect(calls("lock_screen")).toHaveLength(1);
});

test("a requested visit can be accepted without the patient's word, by key or beside Confirm", async () => {
  const requested = { ...row, number: null, ticketId: null, status: "requested" };
  const day = { day: "2026-11-19", now: "2026-11-19T05:11:00.000Z", waitLimitMinutes: 20 };
  const user = await openApp({
    today: () => ({ ...day, clinic: {}, rows: [requested] }),
    move_appointment: () => ({ appointmentId: "a1", status: "scheduled", number: null }),
  });
  const line = await screen.findByTestId("row-a1");
  expect(within(line).getByRole("button", { name: "Confirm" })).toBeTruthy();
  expect(within(line).getByRole("button", { name: "Accept" })).toBeTruthy();
  line.focus();
  await user.keyboard("a");
  expect(await screen.findByText("Request of Tiago Moreira accepted")).toBeTruthy();
  expect(calls("move_appointment")).toEqual([{ appointmentId: "a1", to: "accept", note: "" }]);
});
