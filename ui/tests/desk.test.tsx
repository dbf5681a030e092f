import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
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
    { walkIn: { clinicId: "c1", patientId: "p1", providerId: "d2", reason: "" } },
  ]);
  expect(screen.getByText(/no printer/)).toBeTruthy();
});

test("somebody who already waits is told the number they have", async () => {
  const user = await openApp({ book_walk_in: () => fail("already_waiting", [], "A-010") });
  await user.type(await screen.findByTestId("search"), "sun{Enter}");
  await user.click(await screen.findByTestId("walk-in-issue"));
  expect((await screen.findByRole("alert")).textContent).toContain("A-010");
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
