import { useRef, useState, type PointerEvent, type RefObject } from "react";
import type { Booking } from "../api";
import { useKeys } from "../kit/keys";
import {
  DAY,
  isPlan,
  lasts,
  MINUTE,
  placed,
  spanOf,
  textOf,
  type Column,
  type Placed,
  type Span,
} from "./model";
import type { Target } from "./useChange";

/** What is being moved, resized or drawn, and where it stands just now. */
export type Moving = {
  kind: "move" | "resize" | "create";
  booking: Booking | null;
  column: number;
  start: number;
  minutes: number;
};

type Options = {
  columns: Column[];
  span: Span;
  tz: string;
  grid: RefObject<HTMLDivElement | null>;
  enabled: boolean;
  onCreate: (column: number, minute: number, minutes?: number) => void;
  onOpen: (column: number, minute: number, lane: number, booking: Booking) => void;
  onChange: (booking: Booking, target: Target) => void;
};

const snap = (minute: number) => Math.round(minute / 5) * 5;
const within = (minutes: number) => Math.max(5, Math.min(480, minutes));
/** So near to the upper or lower edge, in pixels, a drag scrolls on. */
const EDGE = 28;

type Press = {
  column: number;
  minute: number;
  /** What lay under the pointer when it went down: by the time it moves, something else may. */
  visit: Placed | undefined;
  edge: boolean;
  x: number;
  y: number;
  moved: boolean;
};

/** Moving by key and by mouse alike: it stands somewhere until it is put there or left. */
export function useDrag({ columns, span, tz, grid, enabled, onCreate, onOpen, onChange }: Options) {
  const [moving, setMoving] = useState<Moving | null>(null);
  // The release may come before the last move has been drawn.
  const latest = useRef<Moving | null>(null);
  const pressed = useRef<Press | null>(null);
  const put = (next: Moving | null) => {
    latest.current = next;
    setMoving(next);
  };

  const begin = (booking: Booking, column: number, kind: "move" | "resize") => {
    if (!enabled || !isPlan(booking)) return;
    const { start } = spanOf(booking, columns[column]!, tz);
    put({ kind, booking, column, start, minutes: lasts(booking) });
  };
  const shift = (change: { column?: number; minute?: number; minutes?: number }) => {
    const now = latest.current;
    if (!now) return;
    put({
      ...now,
      column: Math.max(0, Math.min(columns.length - 1, now.column + (change.column ?? 0))),
      start: Math.max(0, Math.min(DAY - 5, now.start + (change.minute ?? 0))),
      minutes: within(now.minutes + (change.minutes ?? 0)),
    });
  };
  const leave = () => {
    pressed.current = null;
    put(null);
  };
  const settle = () => {
    const now = latest.current;
    leave();
    if (!now?.booking) return;
    const { booking, column, start, minutes } = now;
    const to = columns[column]!;
    const was = spanOf(booking, columns.find(({ bookings }) => bookings.includes(booking)) ?? to, tz);
    const elsewhere = to.providerId !== null && to.providerId !== booking.providerId;
    const otherDay = !to.bookings.some(({ id }) => id === booking.id) && !elsewhere;
    if (was.start === start && lasts(booking) === minutes && !elsewhere && !otherDay) return;
    onChange(booking, {
      day: to.day,
      time: textOf(start),
      minutes: minutes === lasts(booking) ? null : minutes,
      providerId: elsewhere ? to.providerId : null,
      clinicId: null,
    });
  };
  // Listening from the moment it begins: a panel beside the calendar would take the key for its own.
  useKeys({ escape: leave }, { active: moving !== null });

  const under = (event: PointerEvent) => {
    const canvas = grid.current!.querySelector<HTMLElement>("[data-canvas]")!;
    const all = [...canvas.querySelectorAll<HTMLElement>("[data-column]")].map((one) =>
      one.getBoundingClientRect(),
    );
    const column = all.findIndex((rect) => event.clientX >= rect.left && event.clientX < rect.right);
    return { column, minute: span.start + (event.clientY - canvas.getBoundingClientRect().top) / MINUTE };
  };
  /** Where it stands with the pointer here. */
  const dragged = (press: Press, { column, minute }: { column: number; minute: number }): Moving => {
    const { visit } = press;
    if (!visit) {
      const from = Math.floor(press.minute / 5) * 5;
      const to = Math.max(span.start, Math.min(span.end, snap(minute)));
      const minutes = within(Math.abs(to - from));
      const start = to < from ? from - minutes : from;
      return { kind: "create", booking: null, column: press.column, start, minutes };
    }
    const same = { booking: visit.booking, column: press.column, start: visit.start };
    if (press.edge) {
      // The edge has a height of its own: what counts is how far it was pulled.
      const end = snap(minute - (press.minute - visit.end));
      return { kind: "resize", ...same, minutes: within(end - visit.start) };
    }
    const start = snap(minute - (press.minute - visit.start));
    return {
      kind: "move",
      booking: visit.booking,
      column: column < 0 ? (latest.current?.column ?? press.column) : column,
      start: Math.max(span.start, Math.min(span.end - 5, start)),
      minutes: lasts(visit.booking),
    };
  };
  const scrollOn = (event: PointerEvent) => {
    const { top, bottom } = grid.current!.getBoundingClientRect();
    const heads = grid.current!.firstElementChild!.getBoundingClientRect().height;
    if (event.clientY > bottom - EDGE) grid.current!.scrollBy(0, EDGE / 2);
    else if (event.clientY < top + heads + EDGE) grid.current!.scrollBy(0, -EDGE / 2);
  };

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      const target = event.target as HTMLElement;
      const at = under(event);
      if (event.button !== 0 || at.column < 0 || !target.closest("[data-column]")) return;
      if (target.closest("[data-popover]")) return;
      const id = target.closest<HTMLElement>("[data-block]")?.dataset.block;
      const visit = id ? placed(columns[at.column]!, tz).find(({ booking }) => booking.id === id) : undefined;
      const edge = target.closest("[data-edge]") !== null;
      pressed.current = { ...at, visit, edge, x: event.clientX, y: event.clientY, moved: false };
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const press = pressed.current;
      // The button was let go where nobody heard of it.
      if (press && (event.buttons & 1) === 0) return leave();
      // A visit that has begun stays where it is: whoever pulls at it meant to open it.
      if (!press || !enabled || (press.visit && !isPlan(press.visit.booking))) return;
      if (!press.moved) {
        if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < 4) return;
        press.moved = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      scrollOn(event);
      put(dragged(press, under(event)));
    },
    onPointerUp: () => {
      const press = pressed.current;
      if (!press) return;
      if (press.moved) {
        const now = latest.current;
        if (now?.kind !== "create") return settle();
        leave();
        return onCreate(now.column, now.start, now.minutes);
      }
      pressed.current = null;
      const { visit } = press;
      if (visit) onOpen(press.column, visit.start, visit.lane, visit.booking);
      else if (enabled) onCreate(press.column, Math.floor(press.minute / 5) * 5);
    },
    onPointerCancel: leave,
  };
  return { moving, begin, shift, leave, settle, handlers };
}
