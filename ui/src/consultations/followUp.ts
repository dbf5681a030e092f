import type { LocalDate } from "../api";

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const iso = (date: Date) => date.toISOString().slice(0, 10);
const addDays = (from: LocalDate, days: number) =>
  iso(new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000));

/** "5", "5d", "2w", "3m", "24/11", "24 Nov" or a full date; nothing when it is none of these. */
export function readFollowUp(typed: string, today: LocalDate): LocalDate | null {
  const text = typed.trim().toLowerCase();
  const after = /^(\d{1,3})\s*(d|w|m)?[a-z]*$/.exec(text);
  if (after && (after[2] || text === after[1])) {
    return addDays(today, Number(after[1]) * { d: 1, w: 7, m: 30 }[(after[2] ?? "d") as "d" | "w" | "m"]);
  }
  const full = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text);
  if (full) return valid(Number(full[1]), Number(full[2]), Number(full[3]));
  const [year, month] = today.split("-").map(Number) as [number, number];
  const day = /^(\d{1,2})[\s./-]+([a-z]{3,9}|\d{1,2})(?:[\s./-]+(\d{4}))?$/.exec(text);
  if (!day) return null;
  const named = months.indexOf(day[2]!.slice(0, 3)) + 1 || Number(day[2]);
  return valid(day[3] ? Number(day[3]) : named < month ? year + 1 : year, named, Number(day[1]));
}

function valid(year: number, month: number, day: number): LocalDate | null {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? iso(date) : null;
}

export const daysUntil = (day: LocalDate, today: LocalDate) =>
  Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000);
