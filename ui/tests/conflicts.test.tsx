import { cleanup, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { startOfDay } from "../src/kit/time";
import { marked } from "../src/sync/marks";
import { reasonWord, valueWords } from "../src/kit/words";
import { calls, doctor, emit, fail, openApp, receptionist } from "./core";

const version = (stamp: string, device: string, fields: Record<string, string | null>): B.Version => ({
  stamp,
  device,
  user: "Imran Shaikh",
  at: "2026-11-19T03:28:00.000Z",
  fields: Object.entries(fields).map(([field, value]) => ({ field, value, name: null, currency: null })),
});
const base = { isStatus: false, clinical: false, detectedAt: "2026-11-19T05:08:00.000Z" };
const address: B.FieldConflict = {
  ...base,
  id: "f1",
  title: "Prakash Jadhav",
  table: "patients",
  group: "address",
  versions: [
    version("s1", "Front desk 2", { address: "14 Champa Lane, rear gate", city: "Pune" }),
    version("s2", "Office", { address: "14 Champa Lane", city: "Pune" }),
  ],
};
const phone: B.FieldConflict = {
  ...base,
  id: "f2",
  title: "Vikram Bapat",
  table: "patients",
  group: "some_new_column",
  versions: [
    version("s3", "Front desk 1", { some_new_column: "1" }),
    version("s4", "Front desk 2", { some_new_column: "2" }),
    version("s5", "Office", { some_new_column: null }),
  ],
};
const allergy: B.FieldConflict = {
  ...base,
  id: "f3",
  title: "allergies",
  table: "allergies",
  group: "severity",
  clinical: true,
  versions: [version("s6", "Room 1", {}), version("s7", "Room 2", {})],
};
const time = (start: string, providerId = "d2", providerName = "Dr Arjun Menon"): B.FreeTime => ({
  start,
  end: start,
  providerId,
  providerName,
  clinicId: "c1",
  clinicName: "Kothrud",
});
const booking = (id: string, patientName: string, free: B.FreeTime[]): B.BookedHere => ({
  appointmentId: id,
  patientId: `p-${id}`,
  patientName,
  recordNumber: "K-11873",
  gender: "female",
  ageYears: 30,
  phone: "+91 55501 73306",
  phoneOf: null,
  serviceId: null,
  serviceName: "Check-up",
  clinicId: "c1",
  clinicName: "Kothrud",
  start: "2026-11-19T05:50:00.000Z",
  end: "2026-11-19T06:10:00.000Z",
  status: "confirmed",
  reason: null,
  made: { device: "Front desk 2", user: "Imran Shaikh", at: "2026-11-19T04:34:00.000Z" },
  free,
});
const soon = ["2026-11-19T06:10:00.000Z", "2026-11-19T06:30:00.000Z", "2026-11-19T06:50:00.000Z"];
const twice: B.DoubleBooking = {
  id: "b1",
  providerId: "d2",
  providerName: "Dr Arjun Menon",
  bookings: [
    booking(
      "a1",
      "Ishaan Rao",
      soon.map((start) => time(start)),
    ),
    booking("a2", "Mira Pratiwi", [time(soon[0]!), time(soon[1]!, "d3", "Dr Farah Siddiqui")]),
  ],
  detectedAt: "2026-11-19T05:08:00.000Z",
};
const person = (id: string, fullName: string, address: string | null): B.Patient => ({
  id,
  recordNumber: `K-${id}`,
  fullName,
  alternateName: null,
  gender: "male",
  birthDate: "1992-02-02",
  birthDateEstimated: false,
  ageYears: 34,
  phone: "+91 55501 66471",
  email: null,
  address,
  city: null,
  postalCode: null,
  nationalId: null,
  primaryLanguage: null,
  timezone: null,
  bloodGroup: null,
  notes: null,
  heightCm: null,
  weightKg: null,
  bmi: null,
  active: true,
  createdAt: "2026-11-18T11:10:00.000Z",
  updatedAt: "2026-11-18T11:10:00.000Z",
});
const pair: B.PossibleDuplicate = {
  first: person("1", "Tiago Moreira", null),
  second: person("2", "Thiago Moreira", "7 Palash Road"),
  score: 14,
  likely: true,
  agreeing: ["name", "birth_date", "gender", "phone"],
  firstMade: { device: "Front desk 1", user: "Meera Kulkarni", at: "2026-11-18T11:10:00.000Z" },
  secondMade: null,
  foundAt: "2026-11-18T11:22:00.000Z",
};
const decided: B.Decided = {
  id: "n1",
  conflictId: "d1",
  kind: "phone",
  outcome: "one",
  title: "Asha Rao",
  table: "patients",
  kept: "+91 55501",
  keeps: [{ field: "phone", value: "+91 55501", name: null, currency: null }],
  aside: [version("s9", "Office", { phone: "+91 55502" })],
  by: "Meera Kulkarni",
  at: base.detectedAt,
  undoable: true,
  undone: false,
};
const commit: B.Quarantined = {
  id: "q1",
  device: "Room 2",
  user: null,
  patient: "Kavya Nair",
  action: "save_notes",
  tables: ["consultations"],
  madeAt: "2026-11-19T05:00:00.000Z",
  reason: "breaks a rule of the database",
  handedOver: false,
  at: "2026-11-19T05:08:00.000Z",
};
const may = (session: B.Session): B.Session => ({
  ...session,
  permissions: [...session.permissions, "decide_conflicts", "merge_patients", "sync"],
});

/** A core from whose lists a decided conflict goes. */
function core(session: B.Session) {
  const gone = new Set<string>();
  const left = <T extends { id: string }>(all: T[]) => all.filter(({ id }) => !gone.has(id));
  return {
    session: () => may(session),
    double_bookings: () => left([twice]),
    field_conflicts: () => left([address, phone, allergy]),
    find_possible_duplicates: () => 0,
    list_possible_duplicates: () => ({ items: gone.has("1/2") ? [] : [pair], more: false }),
    list_decided_duplicates: () => [],
    quarantined_commits: () => left([commit]),
    decided_conflicts: () => [decided],
    move_double_booked: ({ wanted }: { wanted: B.BookingMove }) => {
      gone.add(wanted.conflictId);
      return "n2";
    },
    keep_both_bookings: ({ conflictId }: { conflictId: string }) => {
      gone.add(conflictId);
      return "n3";
    },
    undo_booking_move: () => {
      gone.delete("b1");
      return "n4";
    },
    merge_patients: () => {
      gone.add("1/2");
      return pair.first;
    },
    list_merges: () => [
      {
        id: "m1",
        keptId: "1",
        mergedId: "2",
        mergedRecordNumber: "K-2",
        mergedName: "Thiago Moreira",
        mergedBy: "Meera Kulkarni",
        mergedAt: base.detectedAt,
        undoneAt: null,
      },
    ],
    undo_merge: () => {
      gone.delete("1/2");
      return null;
    },
    keep_patients_apart: () => {
      gone.add("1/2");
      return null;
    },
    undo_version: () => "n5",
    keep_version: ({ conflictId }: { conflictId: string }) => {
      gone.add(conflictId);
      return "n6";
    },
    put_commit_aside: ({ commitId }: { commitId: string }) => {
      gone.add(commitId);
      return null;
    },
  };
}
const pause = () => new Promise((done) => setTimeout(done, 650));
const reading = () => screen.findByRole("article");

test("conflicts are walked with J and K and decided with the digits, one press at a time", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  expect(await screen.findByText("5 to decide")).toBeTruthy();
  expect(screen.getByText("Asha Rao, kept: +91 55501")).toBeTruthy();

  await user.keyboard("j");
  expect(within(await reading()).getByRole("heading", { name: "Address differs" })).toBeTruthy();
  expect((await reading()).querySelector("mark")?.textContent).toBe(", rear gate");
  await user.keyboard("jk{ArrowDown}");
  expect(within(await reading()).getByRole("heading", { name: "Some new column differs" })).toBeTruthy();
  await user.keyboard("k");
  // The second press comes before anybody can have read what stands there now.
  await user.keyboard("22");
  expect(await screen.findByText("Prakash Jadhav: Office kept")).toBeTruthy();
  await screen.findByText("4 to decide");
  expect(calls("keep_version")).toEqual([{ conflictId: "f1", stamp: "s2" }]);
  await pause();
  await user.keyboard("3");
  await screen.findByText("3 to decide");
  expect(calls("keep_version").at(-1)).toEqual({ conflictId: "f2", stamp: "s5" });
  expect(document.activeElement?.getAttribute("data-item")).toBe("1/2");
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(calls("undo_version")).toEqual([{ decisionId: "n6" }]));
}, 30_000);

test("the first one to show is decided by the first press, however soon it comes", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await reading();
  await user.keyboard("1");
  const wanted = {
    conflictId: "b1",
    appointmentId: "a2",
    providerId: "d2",
    clinicId: "c1",
    start: soon[0],
  };
  await waitFor(() => expect(calls("move_double_booked")).toEqual([{ wanted }]));
}, 30_000);

test("of two bookings either moves to any of its free times, and whoever moves is to be called", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  const holder = await within(await reading()).findByRole("region", { name: "Ishaan Rao" });
  expect(within(holder).getByText("First at the hub: holds the time for now")).toBeTruthy();
  expect(within(holder).getByText("Front desk 2")).toBeTruthy();
  expect(within(holder).getByText(/Check-up/)).toBeTruthy();
  // The next time of either has the digit of its button; further ones follow: 4 and 5, then 7.
  const digits = [...(await reading()).querySelectorAll("section[aria-label] [aria-keyshortcuts]")];
  expect(digits.map((slot) => slot.getAttribute("aria-keyshortcuts"))).toEqual(["2", "4", "5", "1", "7"]);
  await user.keyboard("6");
  expect(calls("move_double_booked")).toHaveLength(0);
  await user.keyboard("7");
  await waitFor(() =>
    expect(calls("move_double_booked")).toMatchObject([
      { wanted: { appointmentId: "a2", providerId: "d3" } },
    ]),
  );
  expect(await screen.findByText(/Mira Pratiwi moved to .* Still to call: \+91 55501 73306/)).toBeTruthy();
  await screen.findByText("4 to decide");
  await user.keyboard("{Control>}z{/Control}");
  expect(await screen.findByText("Taken back")).toBeTruthy();
  expect(calls("undo_booking_move")).toEqual([{ decisionId: "n2" }]);
  await screen.findByText("5 to decide");
}, 30_000);

test("a free time that somebody else has taken meanwhile is said beside it, and nothing has moved", async () => {
  const user = await openApp(
    { ...core(receptionist), move_double_booked: () => fail("slot_taken", [], "Omar Haddad") },
    "#/conflicts",
  );
  await reading();
  await user.keyboard("1");
  expect((await within(await reading()).findByRole("alert")).textContent).toBeTruthy();
  expect(screen.getByText("5 to decide")).toBeTruthy();
}, 30_000);

test("both bookings can stay", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await reading();
  await user.keyboard("3");
  expect(await screen.findByText("Both bookings stay; the doctor sees two")).toBeTruthy();
  expect(calls("keep_both_bookings")).toEqual([{ conflictId: "b1" }]);
}, 30_000);

test("two records of one person are merged after one more question, kept apart, or asked later", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await user.click(await screen.findByRole("button", { name: /Probably the same person/ }));
  const table = within(await reading()).getByRole("table");
  expect(within(table).getByRole("row", { name: /^Name alike Tiago Moreira Thiago Moreira/ })).toBeTruthy();
  expect(within(table).getByRole("row", { name: /^Address in one only nothing 7 Palash Road/ })).toBeTruthy();
  await user.keyboard("2");
  const question = await screen.findByRole("dialog");
  expect(within(question).getByText(/details of K-2 show/)).toBeTruthy();
  expect(calls("merge_patients")).toHaveLength(0);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("1");
  await screen.findByRole("dialog");
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText("K-2 merged into K-1")).toBeTruthy();
  expect(calls("merge_patients")).toEqual([{ choice: { one: "1", other: "2", fromLater: [] } }]);
  await screen.findByText("4 to decide");
  await user.keyboard("{Control>}z{/Control}");
  await waitFor(() => expect(calls("undo_merge")).toEqual([{ mergeId: "m1" }]));
  await screen.findByText("5 to decide");
}, 30_000);

test("the details of the later record come along field by field", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await user.click(await screen.findByRole("button", { name: /Probably the same person/ }));
  await user.keyboard("2");
  await screen.findByRole("dialog");
  await user.click(screen.getByRole("button", { name: /^Merge/ }));
  await waitFor(() =>
    expect(calls("merge_patients")).toMatchObject([{ choice: { fromLater: ["fullName", "address"] } }]),
  );
}, 30_000);

test("what is asked later goes to the end of the list", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await reading();
  await user.keyboard("l");
  const list = screen.getByRole("list", { name: "To decide" });
  const order = () => [...list.querySelectorAll("[data-item]")].map((row) => row.getAttribute("data-item"));
  expect(order()).toEqual(["f1", "f2", "1/2", "b1"]);
  expect(screen.getByText("5 to decide")).toBeTruthy();
  expect(calls("move_double_booked")).toHaveLength(0);
}, 30_000);

test("a decision of today is read again and taken back with U; one that cannot be has no such key", async () => {
  const cannot = { ...decided, id: "n9", title: "Omar Haddad", undoable: false, keeps: [], aside: [] };
  const user = await openApp(
    { ...core(receptionist), decided_conflicts: () => [decided, cannot] },
    "#/conflicts",
  );
  await user.click(await screen.findByRole("button", { name: /Omar Haddad/ }));
  expect(within(await reading()).queryByRole("button")).toBeNull();
  await user.keyboard("u");
  await user.click(await screen.findByRole("button", { name: /Asha Rao/ }));
  expect(within(await reading()).getByText("2")).toBeTruthy();
  expect(within(await reading()).getByRole("button", { name: /Bring back what Office wrote/ })).toBeTruthy();
  await user.keyboard("u");
  expect(await screen.findByText("Taken back")).toBeTruthy();
  expect(calls("undo_version")).toEqual([{ decisionId: "n1" }]);
}, 30_000);

test("an empty inbox says so, and a failure says what to do", async () => {
  const none = {
    ...core(receptionist),
    double_bookings: () => [],
    field_conflicts: () => [],
    list_possible_duplicates: () => ({ items: [], more: false }),
    quarantined_commits: () => [],
  };
  await openApp(none, "#/conflicts");
  expect(await screen.findByRole("heading", { name: "Nothing to decide" })).toBeTruthy();
  cleanup();
  const user = await openApp(
    { ...core(receptionist), field_conflicts: () => fail("internal") },
    "#/conflicts",
  );
  expect(await screen.findByRole("alert")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(calls("field_conflicts").length).toBeGreaterThan(1);
}, 30_000);

test("names, money, dates and words stand where ids and codes are stored", () => {
  const t = ((key: string, options?: { count?: number; id?: string }) =>
    [key, options?.count, options?.id].filter((part) => part !== undefined).join(" ")) as never;
  const id = "3f2a91bc-0000-7000-8000-000000000000";
  for (const [field, value, name, currency, expected] of [
    ["provider_id", id, "Dr Arjun Menon", null, "Dr Arjun Menon"],
    ["provider_id", id, null, null, "conflicts.record 3f2a91bc"],
    ["price_minor", "50000", null, "INR", "INR 500.00"],
    ["price_minor", "500", null, "JPY", "JPY 500"],
    ["issued_on", "2026-09-03", null, null, "3 Sep 2026"],
    ["priority", "elderly", null, null, "elderly"],
    ["mode", "in_person", null, null, "in person"],
    ["weekday", "3", null, null, "Wednesday"],
    ["status", "in_progress", null, null, "With doctor"],
    ["status", "stopped", null, null, "Stopped"],
    ["duration_min", "20", null, null, "minutes 20"],
    ["languages", '["mr","en"]', null, null, "mr, en"],
  ] as const) {
    const said = valueWords(t, "Asia/Kolkata", field, { field, value, name, currency });
    expect(said.text.replaceAll("\u00a0", " "), field).toBe(expected);
  }
  expect(reasonWord("a change to prescriptions, whose rows never change")).toContain("issued prescription");
  expect(reasonWord("something new")).toBe("something new");
});

test("what is clinical is locked for whoever is no clinician; an unread change is put aside", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await user.click(await screen.findByRole("button", { name: /Severity differs/ }));
  expect(within(await reading()).getByText("Only a clinician sees this")).toBeTruthy();
  expect(within(await reading()).queryByRole("button")).toBeNull();
  await user.keyboard("1");
  expect(calls("keep_version")).toHaveLength(0);
  await user.keyboard("j");
  expect(within(await reading()).getByText("Writing consultation notes")).toBeTruthy();
  expect(within(await reading()).getByText("Kavya Nair")).toBeTruthy();
  expect(within(await reading()).getByText("It breaks a rule that all records keep.")).toBeTruthy();
  await user.keyboard("1");
  await waitFor(() => expect(calls("put_commit_aside")).toEqual([{ commitId: "q1" }]));
}, 30_000);

test("what a PC handed over is taken into the records, and how much was left is told", async () => {
  const handed = { ...commit, handedOver: true, reason: "handed over by a PC that was taken out" };
  const user = await openApp(
    {
      ...core(receptionist),
      quarantined_commits: () => [handed],
      accept_handed_over: () => ({ commits: 2, records: 5, left: 1 }),
    },
    "#/conflicts",
  );
  await user.click(await screen.findByRole("button", { name: /Handed over by a PC that was taken out/ }));
  const pane = await reading();
  expect(within(pane).getByText("Its PC was taken out before it was sent.")).toBeTruthy();
  await user.click(within(pane).getByRole("button", { name: /Take it into the records/ }));
  await waitFor(() => expect(calls("accept_handed_over")).toEqual([{ commitId: "q1" }]));
  expect(await screen.findByText(/Taken in: 2 changes, 5 records\. 1 record left as it is/)).toBeTruthy();
}, 30_000);

test("a clinician decides it; a version that has gone meanwhile is said and nothing is lost", async () => {
  const user = await openApp(
    { ...core(doctor), keep_version: () => fail("changed_meanwhile") },
    "#/conflicts",
  );
  expect(await screen.findByText("6 to decide")).toBeTruthy();
  await user.click(await screen.findByRole("button", { name: /Severity differs/ }));
  await user.click(within(await reading()).getByRole("button", { name: /Keep Room 2/ }));
  expect((await screen.findByRole("alert")).textContent).toContain("changed this meanwhile");
  expect(calls("keep_version")).toEqual([{ conflictId: "f3", stamp: "s7" }]);
}, 30_000);

test("when another PC takes the chosen one away, a key meant for it decides nothing", async () => {
  const all = { ...core(receptionist) };
  const user = await openApp({ ...all, double_bookings: () => [] }, "#/conflicts");
  await user.click(await screen.findByRole("button", { name: /Some new column differs/ }));
  await user.click(screen.getByRole("button", { name: /Address differs/ }));
  all.keep_version({ conflictId: "f1" });
  emit("changed", { tables: ["conflicts"] });
  await within(await reading()).findByRole("heading", { name: "Some new column differs" });
  await user.keyboard("1");
  expect(calls("keep_version")).toHaveLength(0);
}, 30_000);

test("the rail counts what this person can decide: no clinical ones, but pairs and unread changes", async () => {
  const status = {
    state: "idle",
    hubAddress: null,
    waiting: 0,
    lastSyncAt: null,
    lastError: null,
    records: 1,
    conflicts: 5,
    clinicalConflicts: 2,
    duplicates: 4,
    arriving: null,
    quarantined: 1,
    deviceName: "Front desk 1",
    lane: "A",
  };
  await openApp({ ...core(receptionist), sync_status: () => status });
  expect(await screen.findByRole("link", { name: /Conflicts\s*8 to decide/ })).toBeTruthy();
}, 30_000);

test("without the right there is no such screen", async () => {
  await openApp({}, "#/conflicts");
  expect(await screen.findByTestId("row-A-013")).toBeTruthy();
  expect(screen.queryByRole("link", { name: /Conflicts/ })).toBeNull();
}, 30_000);

test("marks and midnight", () => {
  const differing = (text: string, ...others: string[]) =>
    marked(text, others)
      .filter(({ differs }) => differs)
      .map((piece) => piece.text);
  expect(differing("Thiago", "Tiago")).toEqual(["h"]);
  expect(differing("Tiago", "Thiago")).toEqual([]);
  expect(differing("aa", "a")).toEqual(["a"]);
  expect(differing("+91 55501 38210", "+91 55501 38021")).toEqual(["210"]);
  expect(differing("same", "same")).toEqual([]);
  expect(startOfDay(new Date("2026-11-19T05:11:12.345Z"), "Asia/Kolkata")).toBe("2026-11-18T18:30:00.000Z");
  // The clocks of Berlin went back at 3:00 on this day.
  expect(startOfDay(new Date("2026-10-25T12:00:00Z"), "Europe/Berlin")).toBe("2026-10-24T22:00:00.000Z");
  expect(startOfDay(new Date("2026-03-29T12:00:00Z"), "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
});
