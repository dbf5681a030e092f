import type { AppointmentForm, BookingChannel, Mode, Repeat, RepeatUnit } from "../api";
import type { Draft } from "./panel";

export const number = (text: string) => (/^\s*\d{1,4}\s*$/.test(text) ? Number(text) : null);

function repeatOf({ repeat, interval, ends, count, until }: Draft): Repeat | null {
  if (repeat === "none") return null;
  const weeks = repeat === "weeks";
  return {
    unit: (weeks ? "week" : repeat) as RepeatUnit,
    interval: weeks ? (number(interval) ?? 0) : 1,
    count: ends === "count" ? number(count) : null,
    until: ends === "until" ? until : "",
  };
}

/** What is typed, as the core reads it; what is wrong with it the core says. */
export function toForm(draft: Draft, leaveOut: string[] = []): AppointmentForm {
  return {
    clinicId: draft.clinicId,
    patientId: draft.patient?.id ?? null,
    providerId: draft.providerId || null,
    serviceId: draft.serviceId || null,
    day: draft.day,
    time: draft.time,
    minutes: draft.minutes.trim() === "" ? null : (number(draft.minutes) ?? 0),
    mode: (draft.mode || null) as Mode | null,
    channel: draft.channel as BookingChannel,
    status: "scheduled",
    reason: draft.reason,
    repeat: repeatOf(draft),
    leaveOut,
  };
}
