import type { PatientHit } from "../api";
import { forget, recall, remember, useMemory } from "../kit/memory";

/** What is docked at the right of the calendar. */
export type CalendarPanel =
  { kind: "book"; at: number } | { kind: "free" } | { kind: "appointment"; id: string; cancelling: boolean };

export const useCalendarPanel = () => useMemory<CalendarPanel | null>("calendar:panel", null);

/** What is typed into the form of a new appointment. */
export type Draft = {
  patient: PatientHit | null;
  clinicId: string;
  providerId: string;
  serviceId: string;
  day: string;
  time: string;
  minutes: string;
  mode: string;
  channel: string;
  reason: string;
  repeat: string;
  interval: string;
  ends: string;
  count: string;
  until: string;
};

export const DRAFT = "calendar:book";
export const emptyDraft = (clinicId: string): Draft => ({
  patient: null,
  clinicId,
  providerId: "",
  serviceId: "",
  day: "",
  time: "",
  minutes: "",
  mode: "",
  channel: "desk",
  reason: "",
  repeat: "none",
  interval: "1",
  ends: "count",
  count: "6",
  until: "",
});

export const forgetDraft = () => forget(DRAFT);

/** A visit whose panel asked to move it by keys. */
export const useToMove = () => useMemory<string | null>("calendar:toMove", null);

/** Somebody who is registered before being booked: what was typed into the search. */
export const useRegistering = () => useMemory<string | null>("calendar:registering", null);

/** Where the keys stand in the calendar, for whoever books from there. */
export function rememberCursor(at: Pick<Draft, "day" | "time" | "providerId">) {
  remember("calendar:here", at);
}
export const cursorTime = (): Partial<Draft> => recall<Partial<Draft>>("calendar:here") ?? {};

/** Opens the form with some of it known; what was typed before stays unless it is said anew,
 *  and where nothing was typed the time is the one where the keys stand. */
export function openBooking(clinicId: string, known: Partial<Draft>) {
  const now = recall<Draft>(DRAFT) ?? { ...emptyDraft(clinicId), ...cursorTime() };
  remember(DRAFT, { ...now, ...known });
  remember("calendar:panel", { kind: "book", at: Date.now() } satisfies CalendarPanel);
}
