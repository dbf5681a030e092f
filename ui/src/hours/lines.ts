import type { AvailabilityTemplate, Mode, TemplateForm, TemplateRow } from "../api";

/** The same hours on several weekdays, as a person writes them: one line of the form. */
export type Line = { days: number[]; start: string; end: string; mode: Mode };

export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;
export type Weekday = (typeof weekdays)[number];

/** Rows that differ in nothing but the weekday stand in one line. */
export function linesOf(rows: readonly TemplateRow[]): Line[] {
  const lines: Line[] = [];
  for (const { weekday, startTime: start, endTime: end, mode } of rows) {
    const line = lines.find((known) => known.start === start && known.end === end && known.mode === mode);
    if (line) line.days.push(weekday);
    else lines.push({ days: [weekday], start, end, mode });
  }
  return lines;
}

/** The rows that lines mean, and for each row the line that it came from. */
export function rowsOf(lines: readonly Line[]) {
  const rows = lines.flatMap(({ days, start, end, mode }, line) =>
    [...days]
      .sort((a, b) => a - b)
      .map((weekday) => ({ line, row: { weekday, startTime: start, endTime: end, mode } })),
  );
  return { rows: rows.map(({ row }) => row), lineOf: rows.map(({ line }) => line) };
}

const everyDay = "MO,TU,WE,TH,FR,SA,SU".split(",");
/** What hours are commonly repeated by; another rule is written out (RFC 5545). */
export const repeats = {
  weekly: "",
  second: `FREQ=WEEKLY;INTERVAL=2;BYDAY=${everyDay.join(",")}`,
  first: `FREQ=MONTHLY;BYDAY=${everyDay.map((day) => `1${day}`).join(",")}`,
  last: `FREQ=MONTHLY;BYDAY=${everyDay.map((day) => `-1${day}`).join(",")}`,
} as const;
export const offRepeats = {
  once: "",
  weekly: "FREQ=WEEKLY",
  monthly: "FREQ=MONTHLY",
  yearly: "FREQ=YEARLY",
} as const;

export function repeatOf<Name extends string>(
  known: Record<Name, string>,
  rule: string | null,
): Name | "own" {
  const found = (Object.entries(known) as [Name, string][]).find(([, text]) => text === (rule ?? ""));
  return found ? found[0] : "own";
}

export const lastsOneDay = (template: AvailabilityTemplate) => template.validFrom === template.validTo;

export type HoursForm = Omit<TemplateForm, "slots" | "slotDurationMinutes" | "bufferMinutes" | "capacity"> & {
  slotDurationMinutes: string;
  bufferMinutes: string;
  capacity: string;
  lines: Line[];
};

export const formOf = (template: AvailabilityTemplate): HoursForm => ({
  providerId: template.providerId,
  clinicId: template.clinicId,
  slotDurationMinutes: String(template.slotDurationMinutes),
  bufferMinutes: String(template.bufferMinutes),
  capacity: String(template.capacity),
  validFrom: template.validFrom,
  validTo: template.validTo ?? "",
  recurrence: template.recurrence ?? "",
  replaces: template.replaces,
  lines: linesOf(template.slots),
});

/** A number that is none becomes nought, which the core names as out of range beside its field. */
const whole = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : 0);

export const sent = (form: HoursForm): TemplateForm => {
  const { lines, ...rest } = form;
  return {
    ...rest,
    slotDurationMinutes: whole(form.slotDurationMinutes),
    bufferMinutes: form.bufferMinutes.trim() === "" ? 0 : whole(form.bufferMinutes),
    capacity: whole(form.capacity),
    slots: rowsOf(lines).rows,
  };
};
