import { expect, test } from "vitest";
import type { Booking } from "../src/api";
import { closed, minuteOf, placed, range, spanOf, stops, type Column } from "../src/calendar/model";
import { clock, dayOf, daysAfter, mondayOf } from "../src/kit/time";

const kolkata = "Asia/Kolkata";
const at = (time: string) => new Date(`2026-11-19T${time}:00+05:30`).toISOString();
const visit = (id: string, start: string, end: string) => ({ id, start: at(start), end: at(end) }) as Booking;
const column = (bookings: Booking[], hours: [string, string][] = [["09:00", "10:00"]]): Column =>
  ({
    key: "c",
    providerId: "d1",
    providerName: "Dr Farah Siddiqui",
    specialization: null,
    room: null,
    day: "2026-11-19",
    from: at("00:00"),
    to: new Date(Date.parse(at("00:00")) + 86_400_000).toISOString(),
    hours: hours.map(([start, end]) => ({
      clinicId: "c1",
      start: at(start),
      end: at(end),
      mode: "in_person",
      slotDurationMinutes: 20,
      bufferMinutes: 10,
      capacity: 1,
    })),
    timeOff: [],
    bookings,
    free: 0,
    conflicts: 0,
  }) satisfies Column;

test("a visit stands where the clinic's clock shows it, and never outside of its day", () => {
  const day = column([]);
  expect(spanOf(visit("a", "09:20", "09:45"), day, kolkata)).toEqual({ start: 560, end: 585 });
  expect(minuteOf("2026-11-18T10:00:00Z", day, kolkata)).toBe(0);
  expect(minuteOf("2026-11-19T18:30:00Z", day, kolkata)).toBe(1440);
});

test("on the day of 25 hours the clock's words decide, not the hours passed", () => {
  const day = { from: "2026-11-01T04:00:00Z", to: "2026-11-02T05:00:00Z" };
  expect(minuteOf("2026-11-01T14:00:00Z", day, "America/New_York")).toBe(540);
  expect(dayOf("2026-11-02T04:59:00Z", "America/New_York")).toBe("2026-11-01");
  expect(dayOf("2026-11-02T05:01:00Z", "America/New_York")).toBe("2026-11-02");
});

test("weeks begin on Monday, over the end of a year too", () => {
  expect(mondayOf("2026-11-22")).toBe("2026-11-16");
  expect(mondayOf("2026-11-16")).toBe("2026-11-16");
  expect(daysAfter("2026-12-31", 1)).toBe("2027-01-01");
});

test("visits of one time stand side by side, the next ones have the whole width again", () => {
  const all = placed(
    column([
      visit("a", "09:00", "09:20"),
      visit("b", "09:10", "09:30"),
      visit("c", "09:20", "09:40"),
      visit("d", "10:00", "10:20"),
    ]),
    kolkata,
  );
  expect(all.map(({ booking, lane, lanes }) => [booking.id, lane, lanes])).toEqual([
    ["a", 0, 2],
    ["b", 1, 2],
    ["c", 0, 2],
    ["d", 0, 1],
  ]);
});

test("the keys stop at every slot and every visit, also at one that begins inside another", () => {
  const day = column([visit("a", "09:05", "09:30"), visit("b", "09:10", "09:25")]);
  const all = stops(day, kolkata, { start: 480, end: 660 });
  expect(all).toEqual([480, 510, 540, 545, 550, 570, 600, 630]);
});

test("what is not worked is closed, and a break is told from before and after", () => {
  const day = column(
    [],
    [
      ["14:00", "16:00"],
      ["09:00", "13:00"],
    ],
  );
  const span = range([day], kolkata);
  expect(span).toEqual({ start: 480, end: 1080 });
  expect(closed(day, "c1", kolkata, span)).toEqual([
    { start: 480, end: 540, between: false },
    { start: 780, end: 840, between: true },
    { start: 960, end: 1080, between: false },
  ]);
  expect(closed(day, "another site", kolkata, span)).toEqual([{ start: 480, end: 1080, between: false }]);
});

test("a clock shows what Intl says, in every zone and around every change of the clocks", () => {
  const zones = [
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Apia",
  ];
  for (const timeZone of zones) {
    const time = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" });
    const day = new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" });
    const moments = Array.from({ length: 600 }, (_, at) => Date.UTC(2010, 0, 1) + at * 911_117_311);
    // The minutes around the changes of 2026 in New York and on Lord Howe Island.
    for (const change of ["2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z"])
      for (let minute = -20; minute <= 20; minute++) moments.push(Date.parse(change) + minute * 60_000);
    for (const moment of moments) {
      const at = new Date(moment);
      expect(`${dayOf(at, timeZone)} ${clock(at, timeZone)}`).toBe(`${day.format(at)} ${time.format(at)}`);
    }
  }
});
