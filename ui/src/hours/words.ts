import { useTranslation } from "react-i18next";
import type { AvailabilityTemplate, TimeOff } from "../api";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { clock, date, dateOf, moment } from "../kit/time";
import { linesOf, offRepeats, repeatOf, type Weekday } from "./lines";

/** Hours and time off in words. */
export function useHoursWords() {
  const { t, i18n } = useTranslation();
  const { tz } = useHere();
  const dayNames = (days: readonly number[]) => {
    const name = (day: number) => t(`hours.weekday.${day as Weekday}`);
    const sorted = [...days].sort((a, b) => a - b);
    const together = sorted.every((day, at) => at === 0 || day === sorted[at - 1]! + 1);
    if (sorted.length > 2 && together) return `${name(sorted[0]!)}–${name(sorted.at(-1)!)}`;
    return sorted.map(name).join(" ");
  };
  return {
    /** "Mon–Sat 09:00–13:00, 16:00–20:00" */
    times: (template: AvailabilityTemplate) => {
      const oneDay = template.validFrom === template.validTo;
      const byDays = new Map<string, string[]>();
      for (const line of linesOf(template.slots)) {
        const days = oneDay ? "" : dayNames(line.days);
        const mode = line.mode === "in_person" ? "" : ` ${t(`hours.modes.${line.mode}`)}`;
        byDays.set(days, [...(byDays.get(days) ?? []), `${line.start}–${line.end}${mode}`]);
      }
      return [...byDays]
        .map(([days, times]) => `${days} ${commas(times)}`.trim())
        .join(i18n.dir() === "rtl" ? "؛ " : "; ");
    },
    visits: (template: AvailabilityTemplate) =>
      commas([
        t("minutes", { count: template.slotDurationMinutes }),
        template.bufferMinutes > 0 && t("hours.pause", { minutes: template.bufferMinutes }),
        template.capacity > 1 && t("hours.each", { count: template.capacity }),
      ]),
    validity: (template: AvailabilityTemplate) =>
      template.validTo
        ? t("hours.fromTo", { from: date(template.validFrom), to: date(template.validTo) })
        : t("hours.from", { from: date(template.validFrom) }),
    /** Whole days by their dates, parts of days with their times. */
    span: (off: TimeOff) => {
      const midnight = (at: string) => clock(at, tz) === "00:00";
      if (midnight(off.startsAt) && midnight(off.endsAt)) {
        const last = dateOf(new Date(Date.parse(off.endsAt) - 1).toISOString(), tz);
        const first = dateOf(off.startsAt, tz);
        return first === last ? first : `${first} – ${last}`;
      }
      const sameDay = dateOf(off.startsAt, tz) === dateOf(off.endsAt, tz);
      return sameDay
        ? `${dateOf(off.startsAt, tz)}, ${clock(off.startsAt, tz)}–${clock(off.endsAt, tz)}`
        : `${moment(off.startsAt, tz, new Date(0))} – ${moment(off.endsAt, tz, new Date(0))}`;
    },
    again: (off: TimeOff) => {
      if (!off.recurrence) return t("hours.offRepeats.once");
      const known = repeatOf(offRepeats, off.recurrence);
      return known === "own" ? off.recurrence : t(`hours.offRepeats.${known}`);
    },
  };
}
