import { events, forgetRecords, keys, queries, refresh } from "./api";
import type { SyncProgress } from "./api";

const today = ["today"];
const desk = ["walkInDesk"];
const search = ["search"];
const chart = ["chart"];
// Whatever binds a doctor's time.
const times = [["calendar"], ["appointment"], ["plan"], ["freeTimes"]] as const;
const hours = ["hours"];
const waitlist = ["waitlist"];

const page = keys.patients;
const money = keys.money;

/** Which answers a table takes part in; a table that is not named here refreshes everything on screen. */
const readers: Record<string, readonly (readonly string[])[]> = {
  patients: [
    today,
    desk,
    search,
    chart,
    ["duplicates"],
    keys.conflicts,
    ["calendar"],
    ["appointment"],
    page,
    money,
  ],
  patient_merges: [today, search, chart, keys.conflicts, page, money],
  possible_duplicates: [keys.conflicts, page],
  duplicate_decisions: [keys.conflicts, page],
  appointments: [today, desk, search, keys.conflicts, hours, waitlist, page, money, ...times],
  availability_templates: [hours, waitlist, ...times],
  template_slots: [hours, waitlist, ...times],
  time_off: [hours, waitlist, ...times],
  waitlist: [waitlist],
  tenants: [["tenant"]],
  services: [["services"], waitlist, ...times],
  service_providers: [["services"], waitlist, ...times],
  queue_tickets: [today, desk, search, ["board"]],
  paper_slips: [["openSlips"]],
  consultations: [today, chart, desk],
  dependants: [page, search],
  preferences: [page],
  consents: [page],
  invoices: [money],
  invoice_lines: [money],
  payments: [money],
  cash_sessions: [money],
  allergies: [chart, ["checks"]],
  prescriptions: [chart],
  prescription_items: [chart],
  prescription_drafts: [],
  providers: [desk, keys.staff, ["calendar"], hours, waitlist],
  users: [keys.staff, desk, keys.ownAccount],
  role_grants: [keys.staff],
  conflicts: [keys.conflicts, today, ["calendar"]],
  conflict_decisions: [keys.conflicts],
  quarantine: [keys.conflicts],
  devices: [keys.hubDevices],
  sync_state: [keys.syncStatus, keys.hubDevices],
  audit_log: [],
};

// A consultation under way is never re-read under the hands of the person writing it.
const neverRefreshed = [
  "startup",
  "session",
  "demoLogins",
  "workplace",
  "parsed",
  "medicines",
  "preview",
  "mfaSetup",
];

function onChanged(tables: string[]) {
  if (tables.every((table) => readers[table])) void refresh(...tables.flatMap((table) => readers[table]!));
  else void queries.invalidateQueries({ predicate: (q) => !neverRefreshed.includes(String(q.queryKey[0])) });
  void refresh(keys.syncStatus);
}

/** Where a running sync stands, with this window's own times: since when, and of the last word of it. */
export type LiveProgress = SyncProgress & { since: number; heardAt: number };
let progress: LiveProgress | null = null;
const watchers = new Set<() => void>();
export const syncProgress = {
  current: () => progress,
  watch: (watcher: () => void) => {
    watchers.add(watcher);
    return () => void watchers.delete(watcher);
  },
  set: (next: SyncProgress | null) => {
    const now = Date.now();
    progress = next && { ...next, since: progress?.since ?? now, heardAt: now };
    watchers.forEach((watcher) => watcher());
  },
};

export function listenToCore() {
  void events.changed.listen((event) => onChanged(event.payload.tables));
  void events.syncStatusChanged.listen((event) => {
    queries.setQueryData(keys.syncStatus, event.payload);
    void refresh(keys.waitingChanges, ["whereabouts"]);
    if (event.payload.state !== "running") {
      syncProgress.set(null);
      void refresh(keys.syncReport, ["syncHistory"], keys.hubDevices, keys.conflicts);
    }
  });
  void events.syncProgressed.listen((event) => syncProgress.set(event.payload));
  void events.screenLocked.listen(forgetRecords);
  void events.shutOut.listen(() => {
    forgetRecords();
    queries.setQueryData(keys.session, null);
    void refresh(keys.startup);
  });
}
