import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import type * as B from "../src/api";
import { calls, emit, fail, openApp, receptionist, usual } from "./core";

// The clinic's PCs on the Sync page: taken out, locked out, let in again, a new key; and this PC when it was.

const status: B.SyncStatus = {
  state: "idle",
  hubAddress: "http://h",
  waiting: 0,
  lastSyncAt: "2026-11-19T12:34:00.000Z",
  lastError: null,
  records: 41_233,
  conflicts: 0,
  quarantined: 0,
  clinicalConflicts: 0,
  duplicates: 0,
  deviceName: "Front desk 1",
  lane: "A",
  takenOut: null,
  arriving: null,
};
const pc = (id: string, lane: string, name: string, more: Partial<B.HubDevice> = {}): B.HubDevice => ({
  id,
  lane,
  name,
  thisPc: false,
  lastSeen: "2026-11-19T12:30:00.000Z",
  behind: 0,
  appVersion: "0.1.0",
  standing: "in",
  outAt: null,
  outBy: null,
  lockedAt: null,
  owes: 0,
  renewalAsked: false,
  ...more,
});
const pcs = [
  pc("d1", "A", "Front desk 1", { thisPc: true }),
  pc("d2", "B", "Room 2", { owes: 3 }),
  pc("d3", "C", "Old laptop", {
    standing: "out",
    outAt: "2026-11-18T08:00:00.000Z",
    outBy: "Nikhil Rao",
    lockedAt: "2026-11-18T08:05:00.000Z",
  }),
];
const manager = {
  ...receptionist,
  permissions: [...receptionist.permissions, "manage_devices"],
} as B.Session;
const page = (mine: Record<string, (args: never) => unknown> = {}, session: B.Session = manager) =>
  openApp(
    {
      session: () => session,
      sync_status: () => status,
      last_sync_report: () => null,
      hub_devices: () => pcs,
      list_conflicts: () => [],
      waiting_changes: () => ({ count: 0, first: [] }),
      sync_history: () => ({ items: [], more: false }),
      whereabouts: ({ rows }: { rows: string[] }) => rows.map(() => "at_the_hub"),
      take_pc_out: () => null,
      let_pc_in: () => null,
      ask_for_new_key: () => null,
      ...mine,
    },
    "#/sync",
  );
const rowOf = async (name: string) =>
  (await screen.findByText(name, { selector: "td bdi" })).closest("tr") as HTMLElement;
const open = async (user: Awaited<ReturnType<typeof page>>, name: string) => {
  await user.click(within(await rowOf(name)).getByRole("button"));
  return screen.findByRole("dialog");
};

test("the list says of each PC its lane, version, when it was last there, how it stands and what it owed", async () => {
  await page();
  expect((await rowOf("Room 2")).textContent).toMatch(/^BRoom 2 .*0\.1\.0 ?in step ?owed 3 changes$/);
  expect((await rowOf("Old laptop")).textContent).toContain("locked out, its records are shut");
  expect((await rowOf("Front desk 1")).textContent).toContain("this PC");
}, 60_000);

test("whoever is no manager sees the list and can do nothing with it", async () => {
  await page({}, receptionist);
  expect(within(await rowOf("Room 2")).queryByRole("button")).toBeNull();
});

test.each([
  ["1", "Take Room 2 out and keep its unsent work?", "drained"],
  ["2", "Lock Room 2 out now?", "out"],
])("by keyboard: %s asks in words first, then it is done", async (key, question, standing) => {
  const user = await page();
  const dialog = await open(user, "Room 2");
  await user.keyboard(key);
  const asked = await within(dialog).findByRole("group", { name: question });
  expect(asked.textContent).toMatch(/You can let it in again/);
  expect(calls("take_pc_out")).toHaveLength(0);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(calls("take_pc_out").at(-1)).toEqual({ device: "d2", standing });
});

test("a failure stays beside what was asked, in words", async () => {
  const user = await page({ take_pc_out: () => fail("hub_unreachable") });
  const dialog = await open(user, "Room 2");
  await user.click(within(dialog).getByRole("button", { name: /Lock out now/ }));
  await user.click(within(dialog).getByRole("button", { name: "Lock it out" }));
  expect((await within(dialog).findByRole("alert")).textContent).toContain("The hub was not reached.");
  await user.click(within(dialog).getByRole("button", { name: "Not now" }));
  expect(within(dialog).getByRole("button", { name: /Lock out now/ })).toBeTruthy();
});

test("one that has shut its records is let in with a code, and the page says who had taken it out", async () => {
  const code: B.EnrolmentCode = {
    address: "http://h",
    code: "K7QM-2P9X-4TBD",
    expiresAt: "2026-11-19T12:49:00.000Z",
  };
  const user = await page({ let_pc_in: () => code });
  const dialog = await open(user, "Old laptop");
  expect(dialog.textContent).toContain("Nikhil Rao");
  await user.keyboard("1");
  await user.keyboard("{Enter}");
  expect((await within(dialog).findByTestId("let-in-code")).textContent).toBe("K7QM-2P9X-4TBD");
  expect(calls("let_pc_in").at(-1)).toEqual({ device: "d3" });
});

test("with this PC itself only a new key can be asked for", async () => {
  const user = await page();
  const dialog = await open(user, "Front desk 1");
  expect(within(dialog).queryByRole("button", { name: /Lock out/ })).toBeNull();
  await user.keyboard("1");
  await within(dialog).findByRole("group", { name: "Ask Front desk 1 for a new key?" });
  await user.keyboard("{Enter}");
  await waitFor(() => expect(calls("ask_for_new_key").at(-1)).toEqual({ device: "d1" }));
});

test("a PC that hands over says since when, who did it, what still goes, and that it can be read", async () => {
  await page({
    sync_status: () => ({
      ...status,
      state: "refused",
      lastError: "device_drained",
      waiting: 2,
      takenOut: { at: "2026-11-19T12:00:00.000Z", by: "Nikhil Rao" },
    }),
    hub_devices: () => fail("device_drained"),
  });
  const said = await screen.findByText(/This PC was taken out on .* by Nikhil Rao\./);
  const banner = said.closest("[role=alert]");
  expect(banner?.textContent).toContain("2 changes are still to be handed over");
  expect(banner?.textContent).toContain("What is here can still be read");
});

test("a PC that is locked out leaves every screen, says what is safe and whom to ask, and a code opens it", async () => {
  let state: "ready" | "shut" | "open" = "ready";
  let tried = 0;
  const user = await page({
    startup: (args) => {
      if (state === "ready") return usual.startup!(args);
      if (state === "open") return { kind: "needsPassphrase" };
      return { kind: "shutOut", notice: { at: "2026-11-19T12:00:00.000Z", by: "Nikhil Rao", waiting: 2 } };
    },
    let_this_pc_in: () => {
      if (tried++ === 0) fail("code_expired");
      state = "open";
      return null;
    },
  });
  await rowOf("Room 2");
  state = "shut";
  emit("shut-out", null);
  expect(await screen.findByRole("heading", { name: "This PC was locked out" })).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
  const said = screen
    .getAllByRole("alert")
    .map((one) => one.textContent)
    .join(" ");
  expect(said).toContain("2 changes that were not sent lie safe in the shut records");
  expect(said).toContain("ask Nikhil Rao");
  const field = screen.getByLabelText(/Code to let this PC in/);
  expect(document.activeElement).toBe(field);
  await user.type(field, "K7QM-2P9X-4TBD{Enter}");
  expect(await screen.findByText("This code has run out.")).toBeTruthy();
  expect((field as HTMLInputElement).value).toBe("K7QM-2P9X-4TBD");
  await user.type(field, "{Enter}");
  await screen.findByText("Enter the passphrase");
});
