import { useEffect, useRef, useState, type PointerEvent, type RefObject } from "react";
import type { Booking } from "../api";
import { useKeys } from "../kit/keys";
import { DAY, isPlan, lasts, MINUTE, placed, spanOf, textOf, type Column, type Span } from "./model";
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

/** Moving by key and by mouse alike: it stands somewhere until it is put there or left. */
export function useDrag({ columns, span, tz, grid, enabled, onCreate, onOpen, onChange }: Options) {
  const [moving, setMoving] = useState<Moving | null>(null);
  const pressed = useRef<{
    at: { column: number; minute: number };
    grab: number;
    x: number;
    y: number;
    moved: boolean;
  } | null>(null);

  const begin = (booking: Booking, column: number, kind: "move" | "resize") => {
    if (!enabled || !isPlan(booking)) return false;
    const { start } = spanOf(booking, columns[column]!, tz);
    setMoving({ kind, booking, column, start, minutes: lasts(booking) });
    return true;
  };
  const shift = (change: { column?: number; minute?: number; minutes?: number }) =>
    setMoving(
      (now) =>
        now && {
          ...now,
          column: Math.max(0, Math.min(columns.length - 1, now.column + (change.column ?? 0))),
          start: Math.max(0, Math.min(DAY - 5, now.start + (change.minute ?? 0))),
          minutes: Math.max(5, Math.min(480, now.minutes + (change.minutes ?? 0))),
        },
    );
  const leave = () => {
    pressed.current = null;
    setMoving(null);
  };
  const settle = () => {
    if (!moving?.booking) return;
    const { booking, column, start, minutes } = moving;
    leave();
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
  const leaveByKey = useRef(leave);
  useEffect(() => {
    leaveByKey.current = leave;
  });
  useKeys(moving ? { escape: () => leaveByKey.current() } : {});

  const under = (event: PointerEvent) => {
    const canvas = grid.current!.querySelector<HTMLElement>("[data-canvas]")!;
    const all = [...canvas.querySelectorAll<HTMLElement>("[data-column]")].map((one) =>
      one.getBoundingClientRect(),
    );
    const found = all.findIndex((rect) => event.clientX >= rect.left && event.clientX < rect.right);
    const minute = span.start + (event.clientY - canvas.getBoundingClientRect().top) / MINUTE;
    return { column: found, minute };
  };
  const blockOf = (event: PointerEvent, column: number) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-block]")?.dataset.block;
    return id ? placed(columns[column]!, tz).find(({ booking }) => booking.id === id) : undefined;
  };

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      const at = under(event);
      if (event.button !== 0 || at.column < 0 || !(event.target as HTMLElement).closest("[data-column]"))
        return;
      if ((event.target as HTMLElement).closest("[data-popover]")) return;
      const block = blockOf(event, at.column);
      pressed.current = {
        at,
        grab: block ? at.minute - block.start : 0,
        x: event.clientX,
        y: event.clientY,
        moved: false,
      };
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const press = pressed.current;
      if (!press || !enabled) return;
      if (!press.moved) {
        if (Math.hypot(event.clientX - press.x, event.clientY - press.y) < 4) return;
        press.moved = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        const block = blockOf(event, press.at.column);
        const edge = (event.target as HTMLElement).closest("[data-edge]") !== null;
        if (block) {
          if (!begin(block.booking, press.at.column, edge ? "resize" : "move")) pressed.current = null;
        } else {
          const start = Math.floor(press.at.minute / 5) * 5;
          setMoving({ kind: "create", booking: null, column: press.at.column, start, minutes: 5 });
        }
        return;
      }
      const at = under(event);
      setMoving((now) => {
        if (!now) return now;
        if (now.kind === "move")
          return {
            ...now,
            column: at.column < 0 ? now.column : at.column,
            start: Math.max(0, snap(at.minute - press.grab)),
          };
        return { ...now, minutes: Math.max(5, Math.min(480, snap(at.minute) - now.start)) };
      });
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => {
      const press = pressed.current;
      pressed.current = null;
      if (!press) return;
      if (press.moved) {
        if (moving?.kind === "create") {
          onCreate(moving.column, moving.start, moving.minutes);
          setMoving(null);
        } else settle();
        return;
      }
      const block = blockOf(event, press.at.column);
      if (block) onOpen(press.at.column, block.start, block.lane, block.booking);
      else if (enabled) onCreate(press.at.column, Math.floor(press.at.minute / 5) * 5);
    },
    onPointerCancel: leave,
  };
  return { moving, begin, shift, leave, settle, handlers };
}
