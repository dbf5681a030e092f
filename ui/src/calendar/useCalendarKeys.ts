import type { KeyboardEvent } from "react";
import type { Booking } from "../api";
import { useHere } from "../kit/clinic";
import { visual } from "../kit/direction";
import { isPlan, lasts, textOf, type Column } from "./model";
import type { Target } from "./useChange";
import type { Cursor } from "./useCursor";
import type { useDrag } from "./useDrag";

type Options = {
  cursor: Cursor;
  drag: ReturnType<typeof useDrag>;
  books: boolean;
  busy: boolean;
  book: (column: Column, minute: number) => void;
  onTurn: (by: number) => void;
  onOpen: (id: string, cancelling: boolean) => void;
  onChange: (booking: Booking, target: Target) => void;
  onDecide: () => void;
};

/** The keys of the grid. In a script that runs from right to left the arrows follow the columns. */
export function useCalendarKeys({
  cursor,
  drag,
  books,
  busy,
  book,
  onTurn,
  onOpen,
  onChange,
  onDecide,
}: Options) {
  const { may } = useHere();
  const booking = cursor.current?.booking ?? null;
  const resize = (by: number) => {
    if (!booking || !books || busy || !isPlan(booking)) return;
    const minutes = Math.max(5, Math.min(480, lasts(booking) + by));
    if (minutes === lasts(booking)) return;
    const day = cursor.column.day;
    onChange(booking, {
      day,
      time: textOf(cursor.current!.start),
      minutes,
      providerId: null,
      clinicId: null,
    });
  };

  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if ((event.target as HTMLElement).closest("[data-popover]")) return;
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[visual(event.key)];
    const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const done = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (drag.moving) {
      if (sideways) drag.shift({ column: sideways });
      else if (down && event.shiftKey) drag.shift({ minutes: down * 5 });
      else if (down) drag.shift({ minute: down * 5 });
      else if (key === "+" || key === "=") drag.shift({ minutes: 5 });
      else if (key === "-") drag.shift({ minutes: -5 });
      else if (key === "Enter") drag.settle();
      else if (key === "Escape") drag.leave();
      else return;
      return done();
    }
    if (down && event.shiftKey) resize(down * 5);
    else if (key === "+" || key === "=") resize(5);
    else if (key === "-") resize(-5);
    else if (sideways) cursor.horizontal(sideways);
    else if (down) cursor.vertical(down);
    else if (key === "PageUp") onTurn(-1);
    else if (key === "PageDown") onTurn(1);
    else if (key === "m" && booking) drag.begin(booking, cursor.index, "move");
    else if ((key === "x" || key === "Delete") && booking && books && isPlan(booking))
      onOpen(booking.id, true);
    else if (key === "o" && booking) onOpen(booking.id, false);
    else if (key === "n" && books) book(cursor.column, cursor.minute);
    else if (key === "Enter" && booking?.bookedTwice && may("decide_conflicts")) onDecide();
    else if ((key === "Enter" || key === " ") && booking) onOpen(booking.id, false);
    else if ((key === "Enter" || key === " ") && books) book(cursor.column, cursor.minute);
    else return;
    done();
  };
}
