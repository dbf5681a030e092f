import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type * as B from "../src/api";
import bindings from "../src/bindings.ts?raw";
import i18n from "../src/i18n";
import { trouble } from "../src/sync/trouble";
import { calls, emit, fail, openApp, receptionist } from "./core";

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
  arriving: null,
  deviceName: "Front desk 1",
  lane: "A",
  takenOut: null,
};
const report: B.SyncReport = {
  sent: 14,
  received: 3,
  bytesSent: 4_210,
  bytesReceived: 900,
  records: 41_233,
  identical: true,
  digest: "0123456789abcdef0123456789abcdef",
  hubDigest: "0123456789abcdef0123456789abcdef",
  finishedAt: "2026-11-19T12:34:00.000Z",
  conflicts: 0,
};
const oneRun: B.SyncRun = {
  id: 1,
  startedAt: "2026-11-19T12:34:00.000Z",
  finishedAt: "2026-11-19T12:34:01.000Z",
  durationMs: 400,
  times: 1,
  why: "by_hand",
  outcome: "identical",
  error: null,
  sent: 14,
  received: 3,
  bytesSent: 4_210,
  bytesReceived: 900,
  records: 41_233,
  repaired: 0,
};
const page = (mine: Record<string, (args: never) => unknown> = {}) =>
  openApp(
    {
      sync_status: () => status,
      last_sync_report: () => report,
      hub_devices: () => [],
      list_conflicts: () => [],
      waiting_changes: () => ({ count: 0, first: [] }),
      sync_history: () => ({ items: [], more: false }),
      whereabouts: ({ rows }: { rows: string[] }) => rows.map(() => "at_the_hub"),
      stop_sync: () => null,
      ...mine,
    },
    "#/sync",
  );

// Every code of the core that speaks of the hub or of a sync, as the generated types name them.
const codes = [
  ...(/export type Code =([\s\S]*?)\n\n/.exec(bindings)?.[1] ?? "").matchAll(/"([a-z_]+)"/g),
].map(([, code]) => code as B.Code);
const ofSync = codes.filter((code) =>
  /^(hub_|code_|sync_|device_revoked|device_drained|other_clinic|disk_full|database_damaged|internal)/.test(
    code,
  ),
);

test("the codes that a sync can end with are found", () => {
  expect(ofSync.length).toBeGreaterThan(13);
});

test.each([...new Set([...ofSync, "hub_busy", "hub_identity_changed"])])(
  "%s: what happened, that nothing is lost, what to do, whom to call",
  (code) => {
    const words = trouble({ code: code as B.Code, detail: null }, 14);
    expect(i18n.exists(`sync.trouble.${code}.what`, { count: 14 })).toBe(true);
    expect(words.lost).toMatch(/nothing is lost|is safe|is at the hub/i);
    for (const part of [words.what, words.next]) expect(part.length).toBeGreaterThan(15);
    if (code !== "sync_stopped") expect(words.call.length).toBeGreaterThan(15);
    expect(Object.values(words).join(" ")).not.toMatch(/\{\{|_|undefined/);
  },
);

test.each([...codes.filter((code) => !ofSync.includes(code))])(
  "%s, should a sync ever end with it, promises that nothing is lost as well",
  (code) => {
    const words = trouble({ code, detail: null }, 0);
    expect(words.what).not.toBe("");
    expect(words.lost).toMatch(/nothing is lost/i);
  },
);

test("after a sync: how many records, identical, and when", async () => {
  await page();
  expect((await screen.findByTestId("sync-result")).textContent).toBe(
    "41,233 records, identical with the hub, 18:04",
  );
  expect(screen.getByText("14 changes sent, 4.2 kB")).toBeTruthy();
});

test("records that were put right are told, and a mismatch is not called identical", async () => {
  await page({ last_sync_report: () => ({ ...report, repaired: 2 }) });
  expect(await screen.findByText("2 records differed from the hub and were put right")).toBeTruthy();
});

test("a mismatch says so", async () => {
  await page({ last_sync_report: () => ({ ...report, identical: false }) });
  expect((await screen.findByTestId("sync-result")).textContent).toContain("the hub holds something else");
});

test("a sync in the background is shown step by step, with counts, bytes and never without a word", async () => {
  await page();
  await screen.findByTestId("sync-result");
  emit("sync-status-changed", { ...status, state: "running" });
  const progress = { sent: 12, toSend: 40, received: 0, toReceive: 0, bytesSent: 2_500, bytesReceived: 90 };
  emit("sync-progressed", { step: "sending", ...progress });
  const steps = await screen.findByTestId("sync-steps");
  const current = () =>
    within(steps)
      .getAllByRole("listitem")
      .find((one) => one.getAttribute("aria-current"));
  expect(current()?.textContent).toContain("12 of 40 changes");
  expect(within(steps).getByRole("progressbar").getAttribute("max")).toBe("40");
  expect(screen.getByTestId("sync-traffic").textContent).toContain("2.5 kB up, 90 bytes down");
  const later = Date.now() + 9_000;
  const time = vi.spyOn(Date, "now").mockImplementation(() => later);
  expect(await screen.findByText(/no answer for \d+ s, still waiting/, {}, { timeout: 3_000 })).toBeTruthy();
  time.mockRestore();
  for (const step of ["connecting", "sending", "fetching", "comparing"]) {
    emit("sync-progressed", { step, ...progress });
    await waitFor(() => expect(current()?.querySelector("span")?.textContent).toBeTruthy());
  }
  emit("sync-status-changed", status);
  expect(await screen.findByTestId("sync-result")).toBeTruthy();
});

test("a PC that takes the records over says how many are here, and that today's work can begin", async () => {
  await page();
  await screen.findByTestId("sync-result");
  const arriving = { records: 12_400, of: 41_233, onlyHistory: false };
  emit("sync-status-changed", { ...status, state: "running", arriving });
  const none = { sent: 0, toSend: 0, received: 0, toReceive: 0, bytesSent: 0, bytesReceived: 0 };
  const progress = { ...none, records: 12_400, toTakeOver: 41_233, history: 0, toHistory: 0 };
  emit("sync-progressed", { step: "taking_over", ...progress });
  const steps = await screen.findByTestId("sync-steps");
  expect(await within(steps).findByText("12,400 of 41,233 records, today is ready")).toBeTruthy();
  expect(within(steps).getByRole("progressbar").getAttribute("value")).toBe("12400");
  expect((await screen.findByTestId("arriving")).textContent).toContain("Today and tomorrow are ready");
  expect(screen.getByTestId("sync-badge").textContent).toContain("12,400 of 41,233 records are here");
  emit("sync-progressed", { step: "history", ...progress, history: 900, toHistory: 2_000 });
  expect(await within(steps).findByText("900 of 2,000 older changes")).toBeTruthy();

  // Cut in the middle: what is here and what is not is said without a sync, too.
  emit("sync-status-changed", { ...status, state: "unreachable", lastError: "hub_unreachable", arriving });
  await waitFor(() => expect(screen.queryByTestId("sync-steps")).toBeNull());
  expect(screen.getByTestId("arriving").textContent).toContain("12,400 of 41,233");
  emit("sync-status-changed", { ...status, arriving: { ...arriving, onlyHistory: true } });
  expect(await screen.findByText(/Who changed what before is still arriving/)).toBeTruthy();
});

test("a running sync is stopped by its button and by Esc, and what waits is said", async () => {
  let stop: (() => void) | undefined;
  const user = await page({
    sync_status: () => ({ ...status, waiting: 14 }),
    sync_now: () =>
      new Promise((_, refuse) => {
        stop = () => refuse({ code: "sync_stopped", problems: [], detail: null });
      }),
    stop_sync: () => {
      stop?.();
      return null;
    },
  });
  for (const press of [() => user.keyboard("{Escape}"), () => user.click(screen.getByTestId("sync-stop"))]) {
    await user.click(await screen.findByTestId("sync-now"));
    await screen.findByTestId("sync-stop");
    await press();
    expect(await screen.findByText("Stopped; 14 changes still wait here.")).toBeTruthy();
    expect(screen.getByText(/what was exchanged until then stays/)).toBeTruthy();
    await waitFor(() => expect(screen.queryByTestId("sync-stop")).toBeNull());
  }
  expect(calls("stop_sync")).toHaveLength(2);
  // With nothing running the key is not the page's.
  await user.keyboard("{Escape}");
  expect(calls("stop_sync")).toHaveLength(2);
});

test("what waits is told in words; a failure says whom to call", async () => {
  await page({
    sync_status: () => ({ ...status, state: "unreachable", lastError: "hub_unreachable", waiting: 22 }),
    waiting_changes: () => ({
      count: 22,
      first: [
        {
          action: "book_walk_in",
          by: "Meera Kulkarni",
          at: "2026-11-19T05:11:00.000Z",
          patient: "Sunita Deshpande",
          morePatients: 0,
        },
        {
          action: "some_new_action",
          by: null,
          at: "2026-11-19T05:12:00.000Z",
          patient: null,
          morePatients: 0,
        },
      ],
    }),
  });
  const list = await screen.findByTestId("waiting-changes");
  expect(within(list).getByRole("heading").textContent).toBe("22 changes wait here");
  expect(
    within(list)
      .getAllByRole("listitem")
      .map((one) => one.textContent),
  ).toEqual([
    expect.stringMatching(/^Walk-in, number given Sunita DeshpandeMeera Kulkarni.*10:41$/),
    expect.stringMatching(/^Some new actionby itself.*10:42$/),
  ]);
  expect(within(list).getByText("and 20 more")).toBeTruthy();
  const alert = screen.getByRole("alert");
  expect(alert.textContent).toContain("The hub was not reached.");
  expect(alert.textContent).toContain("whoever looks after your network");
});

test("the history folds what was quiet, lets failures stand out, and goes on by pages", async () => {
  const items: B.SyncRun[] = [
    { ...oneRun, id: 4, why: "by_itself", sent: 0, received: 0, times: 12 },
    {
      ...oneRun,
      id: 3,
      why: "by_itself",
      sent: 0,
      received: 0,
      times: 3,
      outcome: "failed",
      error: "disk_full",
    },
    { ...oneRun, id: 2, outcome: "stopped", records: null },
    oneRun,
  ];
  const user = await page({
    sync_history: ({ page }: { page: B.PageRequest }) => ({
      items: page.offset ? [] : items,
      more: !page.offset,
    }),
  });
  const history = await screen.findByTestId("sync-history");
  await within(history).findByText("12 checks, nothing new");
  const lines = within(history).getAllByRole("listitem");
  expect(lines.map((one) => one.getAttribute("data-look"))).toEqual(["quiet", "warn", "stopped", "ok"]);
  expect(lines[1]?.textContent).toContain("The disk of this PC is full. 3 tries, by itself");
  expect(lines[2]?.textContent).toContain("Stopped 14 sent, 3 fetched");
  expect(lines[3]?.textContent).toContain("14 sent, 3 fetched, 5.1 kB by hand, 0.4 s");
  await user.click(within(history).getByRole("button", { name: "Older" }));
  await within(history).findByText("No sync yet.");
  expect(calls("sync_history").at(-1)).toEqual({ page: { offset: 20, limit: 20 } });
  expect(within(history).getByRole("button", { name: "Newer" })).toBeTruthy();
});

test("alone there is a form and no marks, and a refused code is explained beside it", async () => {
  const user = await page({
    session: () => ({ ...receptionist, permissions: [...receptionist.permissions, "manage_devices"] }),
    sync_status: () => ({ ...status, state: "not_connected", hubAddress: null }),
    connect_hub: () => fail("code_used"),
  });
  await user.type(await screen.findByLabelText(/address/i), "h:7300");
  await user.type(screen.getByLabelText(/code/i), "ABCD{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("Make another one on the other PC");
  expect(calls("whereabouts")).toHaveLength(0);
  expect(screen.queryByTestId("sync-history")).toBeNull();
});

test("a page that cannot be read says so and can be asked again", async () => {
  await page({ sync_status: () => fail("internal") });
  expect((await screen.findAllByRole("alert")).length).toBeGreaterThan(0);
});

test("each row says whether the hub has it, its appointment and its number together", async () => {
  const places: Record<string, B.Whereabouts> = { a1: "at_the_hub", t1: "here_only" };
  const user = await openApp({
    sync_status: () => status,
    whereabouts: ({ rows }: { rows: string[] }) => rows.map((id) => places[id]),
  });
  await user.click(await screen.findByRole("link", { name: /Today/ }));
  const line = await screen.findByTestId("row-A-013");
  expect(await within(line).findByRole("img", { name: "on this PC only, waits for the hub" })).toBeTruthy();
  places.t1 = "at_the_hub";
  emit("sync-status-changed", status);
  expect(await within(line).findByRole("img", { name: "at the hub" })).toBeTruthy();
});
