import type { Booking, CalendarColumn, Instant } from "../api";
import { clock } from "../kit/time";

/** One minute of a column, in pixels: five minutes are six. */
export const MINUTE = 1.2;
export const DAY = 1440;

/** One doctor's day, or a whole site's. */
export type Column = Omit<CalendarColumn, "providerId"> & { key: string; providerId: string | null };
export type Cell = { column: number; minute: number };
export type Span = { start: number; end: number };

export const columnOf = (column: CalendarColumn): Column => ({
  ...column,
  key: `${column.day}-${column.providerId}`,
});

/** All doctors of a day in one column. */
export function mergedColumns(columns: CalendarColumn[]): Column[] {
  const days = [...new Set(columns.map((column) => column.day))];
  return days.map((day) => {
    const all = columns.filter((column) => column.day === day);
    return {
      ...all[0]!,
      key: day,
      providerId: null,
      providerName: "",
      specialization: null,
      room: null,
      hours: all.flatMap((column) => column.hours),
      timeOff: all
        .flatMap((column) => column.timeOff)
        .filter((off, at, list) => !off.providerId && list.findIndex((one) => one.id === off.id) === at),
      bookings: all.flatMap((column) => column.bookings),
      free: all.reduce((sum, column) => sum + column.free, 0),
      conflicts: all.reduce((sum, column) => sum + column.conflicts, 0),
    };
  });
}

export const isPlan = (booking: Booking) => ["requested", "scheduled", "confirmed"].includes(booking.status);
export const holdsTime = (booking: Booking) => booking.status !== "cancelled" && booking.status !== "no_show";

/** What a clock of the site shows, in minutes after midnight. */
export function minuteAt(at: Instant | Date, tz: string): number {
  const [hour, minute] = clock(at, tz).split(":").map(Number);
  return hour! * 60 + minute!;
}

/** The same held within the column's day. */
export function minuteOf(at: Instant, column: Pick<Column, "from" | "to">, tz: string): number {
  const time = Date.parse(at);
  if (time <= Date.parse(column.from)) return 0;
  if (time >= Date.parse(column.to)) return DAY;
  return minuteAt(at, tz);
}

export const textOf = (minute: number) => {
  const within = Math.max(0, Math.min(DAY - 1, minute));
  return `${String(Math.floor(within / 60)).padStart(2, "0")}:${String(within % 60).padStart(2, "0")}`;
};

export const spanOf = (booking: { start: Instant; end: Instant }, column: Column, tz: string): Span => {
  const start = minuteOf(booking.start, column, tz);
  return { start, end: Math.max(start + 5, minuteOf(booking.end, column, tz)) };
};

export const lasts = (booking: { start: Instant; end: Instant }) =>
  Math.round((Date.parse(booking.end) - Date.parse(booking.start)) / 60_000);

/** The part of the day to be drawn, in whole hours: all hours and visits, and never less than eight to six. */
export function range(columns: Column[], tz: string): Span {
  const spans = columns.flatMap((column) => [
    ...column.hours.map((hours) => spanOf(hours, column, tz)),
    ...column.bookings.map((booking) => spanOf(booking, column, tz)),
  ]);
  const first = Math.min(540, ...spans.map(({ start }) => start));
  const last = Math.max(1020, ...spans.map(({ end }) => end));
  return {
    start: Math.max(0, Math.floor((first - 30) / 60) * 60),
    end: Math.min(DAY, Math.ceil((last + 30) / 60) * 60),
  };
}

export type Closed = Span & { between: boolean };

/** When nobody is there, and whether that lies between two parts of the day. */
export function closed(column: Column, clinicId: string, tz: string, { start, end }: Span): Closed[] {
  const open = column.hours
    .filter((hours) => hours.clinicId === clinicId)
    .map((hours) => spanOf(hours, column, tz))
    .sort((one, other) => one.start - other.start);
  const found: Closed[] = [];
  let until = start;
  for (const hours of open) {
    if (hours.start > until) found.push({ start: until, end: hours.start, between: until > start });
    until = Math.max(until, hours.end);
  }
  if (until < end) found.push({ start: until, end, between: false });
  return found;
}

export type Placed = Span & { booking: Booking; lane: number; lanes: number };

/** Visits of one time side by side. */
export function placed(column: Column, tz: string): Placed[] {
  const all = column.bookings
    .map((booking) => ({ booking, ...spanOf(booking, column, tz), lane: 0, lanes: 1 }))
    .sort((one, other) => one.start - other.start || one.end - other.end);
  let group: Placed[] = [];
  let until = -1;
  const close = () => {
    const lanes = Math.max(1, ...group.map(({ lane }) => lane + 1));
    for (const one of group) one.lanes = lanes;
    group = [];
  };
  for (const one of all) {
    if (one.start >= until) close();
    const busy = new Set(group.filter(({ end }) => end > one.start).map(({ lane }) => lane));
    while (busy.has(one.lane)) one.lane += 1;
    group.push(one);
    until = Math.max(until, one.end);
  }
  close();
  return all;
}

/** The minutes at which the keys stop: beginnings of slots and visits, and half hours where nobody is there. */
export function stops(column: Column, tz: string, { start, end }: Span): number[] {
  const found = new Set<number>();
  const open = column.hours.map((hours) => ({ hours, ...spanOf(hours, column, tz) }));
  for (let minute = start; minute < end; minute += 30) {
    if (!open.some((one) => one.start <= minute && minute < one.end)) found.add(minute);
  }
  for (const one of open) {
    const step = one.hours.slotDurationMinutes + one.hours.bufferMinutes;
    for (let minute = one.start; minute < one.end; minute += step) found.add(minute);
  }
  const visits = column.bookings.map((booking) => spanOf(booking, column, tz));
  for (const visit of visits) {
    found.add(visit.start);
    found.add(visit.end);
  }
  return [...found]
    .filter((minute) => minute >= start && minute < end)
    .filter(
      (minute) =>
        visits.some((visit) => visit.start === minute) ||
        !visits.some((visit) => visit.start < minute && minute < visit.end),
    )
    .sort((one, other) => one - other);
}

/** The stop nearest to a minute. */
export const nearest = (all: number[], minute: number) =>
  all.reduce(
    (best, stop) => (Math.abs(stop - minute) < Math.abs(best - minute) ? stop : best),
    all[0] ?? minute,
  );

/** The minutes after a visit in which the doctor sees nobody. */
export function pauseAfter(column: Column, booking: Booking): number {
  const at = Date.parse(booking.start);
  const hours = column.hours.find(
    (one) => one.clinicId === booking.clinicId && Date.parse(one.start) <= at && at < Date.parse(one.end),
  );
  return hours?.bufferMinutes ?? 0;
}
