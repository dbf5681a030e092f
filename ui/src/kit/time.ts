import { useEffect, useState } from "react";
import type { Instant, LocalDate } from "../api";
import i18n, { language, locale } from "../i18n";

// Times are said in the clinic's zone, never in the zone this PC happens to be set to.
const cache = new Map<string, Intl.DateTimeFormat>();
function formatOf(tag: string, zone: string, options: Intl.DateTimeFormatOptions) {
  const key = tag + zone + JSON.stringify(options);
  let format = cache.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(tag, { ...options, timeZone: zone, hourCycle: "h23" });
    cache.set(key, format);
  }
  return format;
}
const parts = (at: Date, zone: string, options: Intl.DateTimeFormatOptions) =>
  Object.fromEntries(
    formatOf("en-US", zone, options)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );

/** "18:04" in every language, as it is typed and as it stands on a slip. */
export function clock(at: Instant | Date, zone: string) {
  const { hour, minute } = parts(new Date(at), zone, { hour: "2-digit", minute: "2-digit" });
  return `${hour}:${minute}`;
}

/** The day that the clock of a zone shows, as `2026-11-19`. */
export function dayOf(at: Instant | Date, zone: string): LocalDate {
  const found = parts(new Date(at), zone, { year: "numeric", month: "2-digit", day: "2-digit" });
  return `${found.year}-${found.month}-${found.day}`;
}
/** A day so many days after another. */
export function daysAfter(day: LocalDate, days: number): LocalDate {
  return new Date(asDate(day).getTime() + days * 86_400_000).toISOString().slice(0, 10);
}
/** The Monday of a day's week. */
export const mondayOf = (day: LocalDate) => daysAfter(day, -((asDate(day).getUTCDay() + 6) % 7));

function dayAndMonth(at: Date, zone: string, year: boolean) {
  if (language() !== "en") {
    const wanted: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
    return formatOf(locale(), zone, year ? { ...wanted, year: "numeric" } : wanted).format(at);
  }
  // English countries disagree about the order and about "Sept": day, month and year cannot be misread.
  const found = parts(at, zone, { day: "numeric", month: "short", year: "numeric" });
  return year ? `${found.day} ${found.month} ${found.year}` : `${found.day} ${found.month}`;
}

const asDate = (day: LocalDate) => new Date(`${day}T00:00:00Z`);

/** "3 Sep 2026" */
export const date = (day: LocalDate) => dayAndMonth(asDate(day), "UTC", true);
export const dateOf = (at: Instant, zone: string) => dayAndMonth(new Date(at), zone, true);
/** "3 Sep", with the year when it is not this one. */
export function shortDate(day: LocalDate, today = new Date()) {
  return dayAndMonth(asDate(day), "UTC", asDate(day).getUTCFullYear() !== today.getUTCFullYear());
}
function weekdayAndDay(day: LocalDate, width: "long" | "short") {
  const wanted = { weekday: width, day: "numeric", month: width } as const;
  if (language() !== "en") return formatOf(locale(), "UTC", wanted).format(asDate(day));
  const found = parts(asDate(day), "UTC", wanted);
  return `${found.weekday} ${found.day} ${found.month}`;
}
/** "Thursday 19 November" */
export const longDay = (day: LocalDate) => weekdayAndDay(day, "long");
/** "Thu 19 Nov" */
export const shortDay = (day: LocalDate) => weekdayAndDay(day, "short");
/** "18:04" today, "3 Sep, 18:04" before. */
export function moment(at: Instant, zone: string, now = new Date()) {
  const day = dayAndMonth(new Date(at), zone, false);
  if (day === dayAndMonth(now, zone, false)) return clock(at, zone);
  return `${day}${i18n.dir() === "rtl" ? "،" : ","} ${clock(at, zone)}`;
}

/** The midnight with which the day of this moment began in the clinic's zone. */
export function startOfDay(at: Date, zone: string): Instant {
  const passed = (when: number) => {
    const found = parts(new Date(when), zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
    return (Number(found.hour) * 3600 + Number(found.minute) * 60 + Number(found.second)) * 1000;
  };
  const whole = Math.floor(at.getTime() / 1000) * 1000;
  const guess = whole - passed(whole);
  // On a day with a change of the clocks the guess misses midnight by an hour, either way.
  const missed = passed(guess);
  return new Date(missed > 43_200_000 ? guess + 86_400_000 - missed : guess - missed).toISOString();
}

export const minutesBetween = (from: Instant, to: number) =>
  Math.max(0, Math.floor((to - Date.parse(from)) / 60_000));

export function useNow(everyMs = 30_000) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function useSettled<T>(value: T, ms: number) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
