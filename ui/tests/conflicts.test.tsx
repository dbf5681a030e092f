import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { startOfDay } from "../src/kit/time";
import { marked } from "../src/sync/marks";
import { calls, doctor, emit, fail, openApp, receptionist } from "./core";

const version = (stamp: string, device: string, fields: Record<string, string | null>): B.Version => ({
  stamp,
  device,
  user: "Imran Shaikh",
  at: "2026-11-19T03:28:00.000Z",
  fields: Object.entries(fields).map(([field, value]) => ({ field, value })),
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
const twice: B.ConflictSummary = {
  id: "b1",
  kind: "booked_twice",
  title: "Dr Arjun Menon",
  first: "Ishaan Rao",
  second: "Mira Pratiwi",
  detectedAt: "2026-11-19T05:08:00.000Z",
};
const commit: B.Quarantined = {
  id: "q1",
  device: "Room 2",
  user: null,
  action: "save_notes",
  reason: "breaks a rule of the database",
  at: "2026-11-19T05:08:00.000Z",
};
const may = (session: B.Session): B.Session => ({
  ...session,
  permissions: [...session.permissions, "decide_conflicts", "sync"],
});

/** A core from whose lists a decided conflict goes. */
function core(session: B.Session) {
  const gone = new Set<string>();
  const left = <T extends { id: string }>(all: T[]) => all.filter(({ id }) => !gone.has(id));
  return {
    session: () => may(session),
    list_conflicts: () => left([twice, { ...twice, id: "f1", kind: "fields" as const }]),
    field_conflicts: () => left([address, phone, allergy]),
    quarantined_commits: () => left([commit]),
    decided_conflicts: () => [
      {
        conflictId: "d1",
        kind: "phone",
        title: "Asha Rao",
        kept: "+91 55501",
        by: "Meera Kulkarni",
        at: base.detectedAt,
      },
    ],
    keep_version: ({ conflictId }: { conflictId: string }) => {
      gone.add(conflictId);
      return null;
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
  expect(await screen.findByText("4 to decide")).toBeTruthy();
  expect(within(await reading()).getByText("Ishaan Rao")).toBeTruthy();
  expect(within(await reading()).getByRole("link", { name: /Open Today/ })).toBeTruthy();
  expect(screen.getByText("Asha Rao, kept: +91 55501, Meera Kulkarni")).toBeTruthy();

  await user.keyboard("1");
  expect(calls("keep_version")).toHaveLength(0);
  await user.keyboard("j");
  expect(within(await reading()).getByRole("heading", { name: "Address differs" })).toBeTruthy();
  expect((await reading()).querySelector("mark")?.textContent).toBe(", rear gate");
  await user.keyboard("jk{ArrowDown}");
  expect(within(await reading()).getByRole("heading", { name: "Some new column differs" })).toBeTruthy();
  await user.keyboard("k");
  // The second press comes before anybody can have read what stands there now.
  await user.keyboard("22");
  expect(await screen.findByText("Prakash Jadhav: Office kept")).toBeTruthy();
  await screen.findByText("3 to decide");
  expect(calls("keep_version")).toEqual([{ conflictId: "f1", stamp: "s2" }]);
  await pause();
  await user.keyboard("3");
  await screen.findByText("2 to decide");
  expect(calls("keep_version").at(-1)).toEqual({ conflictId: "f2", stamp: "s5" });
  expect(document.activeElement?.getAttribute("data-item")).toBe("f3");
}, 15_000);

test("the first one to show is decided by the first press, however soon it comes", async () => {
  const user = await openApp({ ...core(receptionist), list_conflicts: () => [] }, "#/conflicts");
  await reading();
  await user.keyboard("2");
  await waitFor(() => expect(calls("keep_version")).toEqual([{ conflictId: "f1", stamp: "s2" }]));
});

test("what is clinical is locked for whoever is no clinician; an unread change is put aside", async () => {
  const user = await openApp(core(receptionist), "#/conflicts");
  await user.click(await screen.findByRole("button", { name: /Severity differs/ }));
  expect(within(await reading()).getByText("Only a clinician sees this")).toBeTruthy();
  expect(within(await reading()).queryByRole("button")).toBeNull();
  await user.keyboard("1");
  expect(calls("keep_version")).toHaveLength(0);
  await user.keyboard("j");
  expect(within(await reading()).getByText("breaks a rule of the database")).toBeTruthy();
  await user.keyboard("1");
  await waitFor(() => expect(calls("put_commit_aside")).toEqual([{ commitId: "q1" }]));
});

test("a clinician decides it; a version that has gone meanwhile is said and nothing is lost", async () => {
  const user = await openApp(
    { ...core(doctor), keep_version: () => fail("changed_meanwhile") },
    "#/conflicts",
  );
  expect(await screen.findByText("5 to decide")).toBeTruthy();
  await user.click(await screen.findByRole("button", { name: /Severity differs/ }));
  await user.click(within(await reading()).getByRole("button", { name: /Keep Room 2/ }));
  expect((await screen.findByRole("alert")).textContent).toContain("changed this meanwhile");
  expect(calls("keep_version")).toEqual([{ conflictId: "f3", stamp: "s7" }]);
});

test("when another PC takes the chosen one away, a key meant for it decides nothing", async () => {
  const all = { ...core(receptionist) };
  const user = await openApp({ ...all, list_conflicts: () => [] }, "#/conflicts");
  await user.click(await screen.findByRole("button", { name: /Some new column differs/ }));
  await user.click(screen.getByRole("button", { name: /Address differs/ }));
  all.keep_version({ conflictId: "f1" });
  emit("changed", { tables: ["conflicts"] });
  await within(await reading()).findByRole("heading", { name: "Some new column differs" });
  await user.keyboard("1");
  expect(calls("keep_version")).toHaveLength(0);
});

test("the rail counts conflicts and unread changes, and only for whoever may decide", async () => {
  const status = {
    state: "idle",
    hubAddress: null,
    waiting: 0,
    lastSyncAt: null,
    lastError: null,
    records: 1,
    conflicts: 3,
    quarantined: 1,
    deviceName: "Front desk 1",
    lane: "A",
  };
  await openApp({ ...core(receptionist), sync_status: () => status });
  expect(await screen.findByRole("link", { name: /Conflicts\s*4 to decide/ })).toBeTruthy();
});

test("without the right there is no such screen", async () => {
  await openApp({}, "#/conflicts");
  expect(await screen.findByTestId("row-A-013")).toBeTruthy();
  expect(screen.queryByRole("link", { name: /Conflicts/ })).toBeNull();
});

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
