import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { vi } from "vitest";
import type * as B from "../src/api";

type Answer = (args: never) => unknown;
let answers: Record<string, Answer> = {};
const hearers = new Map<string, (event: { payload: unknown }) => void>();

export const invoke = vi.fn(async (name: string, args?: unknown) => {
  if (!answers[name]) throw { code: "internal", problems: [], detail: null };
  return structuredClone(await answers[name](args as never));
});
export const listen = async (name: string, hear: (event: { payload: unknown }) => void) => {
  hearers.set(name, hear);
  return () => hearers.delete(name);
};
export const emit = (name: string, payload: unknown) => hearers.get(name)?.({ payload });
export const calls = (name: string) =>
  invoke.mock.calls.filter(([called]) => called === name).map(([, args]) => args as never);
export function fail(code: B.Code, problems: B.Problem[] = [], detail: string | null = null): never {
  throw { code, problems, detail } satisfies B.CommandError;
}

const clinic: B.Clinic = {
  id: "c1",
  name: "Kothrud",
  address: "",
  phone: "",
  email: null,
  timezone: "Asia/Kolkata",
  latitude: null,
  longitude: null,
  telehealth: false,
  ownerProviderId: null,
  active: true,
};
const session = (permissions: B.Permission[], providerId: string | null): B.Session => ({
  userId: "u1",
  name: "Meera Kulkarni",
  email: "meera@clinic.example",
  roles: ["receptionist"],
  permissions,
  providerId,
  locked: false,
  lockAfterMinutes: 10,
});
export const receptionist = session(
  ["view_queue", "find_patient", "register_patient", "book_appointment", "call_patient", "sync"],
  null,
);
export const doctor = session(
  ["view_queue", "view_clinical", "write_consultation", "issue_prescription"],
  "d1",
);
export const sunita: B.PatientHit = {
  id: "p1",
  recordNumber: "K-20418",
  fullName: "Sunita Deshpande",
  alternateName: null,
  gender: "female",
  ageYears: 46,
  birthDate: "1980-03-12",
  birthDateEstimated: false,
  phone: null,
  lastVisit: null,
  waitingNumber: null,
};
export const row: B.TodayRow = {
  appointmentId: "a1",
  ticketId: "t1",
  number: "A-013",
  scheduledStart: null,
  patientId: "p1",
  patientName: "Tiago Moreira",
  gender: "male",
  ageYears: 34,
  reason: "Ankle sprain",
  providerId: "d1",
  providerName: "Dr Siddiqui",
  status: "arrived",
  waitingSince: "2026-11-19T04:30:00.000Z",
  withDoctorSince: null,
  calledAt: null,
  skippedAt: null,
  priority: null,
  priorityReason: null,
  enteredAt: null,
  turn: 0,
  aboutMinutes: 0,
  bookedTwice: false,
  updatedAt: "2026-11-19T04:30:00.000Z",
};
export const usual: Record<string, Answer> = {
  startup: () => ({
    kind: "ready",
    clinic: {
      tenantName: "Neem",
      demo: false,
      deviceName: "Front desk 1",
      lane: "A",
      clinics: [clinic],
      homeClinicId: "c1",
    },
  }),
  session: () => receptionist,
  touch: () => null,
  today: () => ({
    clinic,
    day: "2026-11-19",
    now: "2026-11-19T05:11:00.000Z",
    waitLimitMinutes: 20,
    rows: [row],
  }),
  sync_status: () => ({
    state: "idle",
    hubAddress: "http://h",
    waiting: 14,
    lastSyncAt: null,
    lastError: null,
    records: 1,
    conflicts: 0,
    clinicalConflicts: 0,
    duplicates: 0,
    arriving: null,
    quarantined: 0,
    deviceName: "Front desk 1",
    lane: "A",
  }),
  search_patients: () => [sunita],
  walk_in_desk: () => ({
    nextNumber: "A-014",
    doctors: ["Dr Siddiqui", "Dr Menon"].map((name, i) => ({
      providerId: `d${i + 1}`,
      name,
      specialization: null,
      room: null,
      waiting: i,
      aboutMinutes: 20,
      basis: "today",
      leavesAt: null,
      away: false,
    })),
  }),
  slip_printer: () => ({ printer: null, state: null, chosen: null, paper: "roll", printers: [] }),
  list_open_slips: () => [],
  board_shows_names: () => false,
  preview_document: () => ({
    name: "slip",
    pages: ["<svg/>"],
    printer: null,
    printedBefore: false,
    language: "en",
    languages: ["en"],
  }),
};

/** A core that answers like this. */
export async function openCore(mine: Record<string, Answer> = {}) {
  answers = { ...usual, ...mine };
  invoke.mockClear();
  localStorage.clear();
}

/** The whole app over such a core. */
export async function openApp(mine: Record<string, Answer> = {}, hash = "#/") {
  await openCore(mine);
  window.location.hash = hash;
  // Imported here, because these modules themselves need the stand-in above.
  const { listenToCore } = await import("../src/live");
  const { App } = await import("../src/app/App");
  const { queries } = await import("../src/api");
  const { forget } = await import("../src/kit/memory");
  queries.clear();
  forget();
  listenToCore();
  const user = userEvent.setup();
  render(<App />);
  return user;
}
