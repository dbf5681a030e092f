import { useEffect, useRef, type RefObject } from "react";
import { useHere } from "../kit/clinic";
import { useMemory } from "../kit/memory";
import { minuteAt, nearest, placed, stops, textOf, type Column, type Placed, type Span } from "./model";
import { rememberCursor } from "./panel";

/** Without a lane: the visit that begins there, or else any of those under way. */
type At = { column: number; minute: number; lane: number | null };
export type Cursor = ReturnType<typeof useCursor>;

/** Where the keys stand: a column, a minute, and which of several visits side by side. */
export function useCursor(columns: Column[], span: Span, grid: RefObject<HTMLDivElement | null>) {
  const { tz } = useHere();
  const [stored, setStored] = useMemory<At | null>("calendar:cursor", null);
  const wanted = useRef(false);
  const index = Math.min(stored?.column ?? 0, columns.length - 1);
  const column = columns[index]!;
  const all = stops(column, tz, span);
  const visits = placed(column, tz);
  const start = () => {
    const now = minuteAt(new Date(), tz);
    return all.find((stop) => stop >= now) ?? all[0] ?? span.start;
  };
  const minute = stored ? nearest(all, stored.minute) : start();
  const here = visits.filter((visit) => visit.start <= minute && minute < visit.end);
  const current: Placed | null =
    here.find(({ lane }) => lane === stored?.lane) ??
    here.find(({ start }) => start === minute) ??
    here[0] ??
    null;

  // The focus is the grid's until something else takes it: whatever had it may be drawn anew meanwhile.
  const inside = useRef(false);
  useEffect(() => {
    const heard = ({ target }: Event) => {
      inside.current = grid.current?.contains(target as Node) ?? false;
    };
    document.addEventListener("focusin", heard);
    document.addEventListener("pointerdown", heard);
    return () => {
      document.removeEventListener("focusin", heard);
      document.removeEventListener("pointerdown", heard);
    };
  }, [grid]);

  // The keys go along with a visit that was moved, and back with it.
  const followed = useRef<string | null>(null);
  useEffect(() => {
    if (followed.current === null || current?.booking.id === followed.current) return;
    const at = columns.findIndex(({ bookings }) => bookings.some(({ id }) => id === followed.current));
    const visit =
      at < 0 ? undefined : placed(columns[at]!, tz).find(({ booking }) => booking.id === followed.current);
    if (!visit) return;
    const { start: when, lane } = visit;
    if (stored?.column === at && stored.minute === when && stored.lane === lane) return;
    wanted.current = inside.current;
    setStored({ column: at, minute: when, lane });
  });

  useEffect(() => {
    rememberCursor({ day: column.day, time: textOf(minute), providerId: column.providerId ?? "" });
    const lost = inside.current && document.activeElement === document.body;
    if (!wanted.current && !lost) return;
    wanted.current = false;
    const element = grid.current?.querySelector<HTMLElement>("[data-current]");
    element?.focus();
    element?.scrollIntoView({ block: "nearest", inline: "nearest" });
  });

  const go = (next: Partial<At>) => {
    wanted.current = true;
    followed.current = null;
    setStored({ column: index, minute, lane: null, ...next });
  };
  return {
    index,
    column,
    minute,
    current,
    put: (at: number, when: number, lane: number | null = null) => {
      followed.current = null;
      setStored({ column: at, minute: when, lane });
    },
    follow: (id: string) => {
      followed.current = id;
    },
    go,
    vertical: (by: number) => {
      const at = all.indexOf(minute);
      const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
      if (next !== undefined) go({ minute: next });
    },
    horizontal: (by: number) => {
      const lane = (current?.lane ?? 0) + by;
      if (current && here.some((visit) => visit.lane === lane)) return go({ lane });
      const next = Math.max(0, Math.min(columns.length - 1, index + by));
      if (next === index) return;
      go({ column: next, minute: nearest(stops(columns[next]!, tz, span), minute), lane: null });
    },
  };
}
