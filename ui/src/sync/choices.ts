import type { BookedHere, DoubleBooking, FreeTime, Version } from "../api";
import { isDecided, type Item } from "./items";

/** What one key does to what is being read. */
export type Choice =
  | { key: string; does: "move"; booking: BookedHere; stays: BookedHere; to: FreeTime }
  | { key: string; does: "both" }
  | { key: string; does: "keep"; version: Version }
  | { key: string; does: "merge"; detailsOf: "first" | "second" }
  | { key: string; does: "apart" }
  | { key: string; does: "aside" }
  | { key: string; does: "accept" }
  | { key: string; does: "undo" };
export type MoveChoice = Extract<Choice, { does: "move" }>;

/** Who came second moves with 1, who holds the time with 2; their further times follow. */
function ofTwice({ bookings }: DoubleBooking): Choice[] {
  const [holder, other] = bookings;
  if (!holder || !other) return [];
  const move = (key: string, booking: BookedHere, stays: BookedHere, to: FreeTime | undefined): Choice[] =>
    to ? [{ key, does: "move", booking, stays, to }] : [];
  const further = (from: number, booking: BookedHere, stays: BookedHere) =>
    booking.free.slice(1, 4).flatMap((to, index) => move(String(from + index), booking, stays, to));
  return [
    ...move("1", other, holder, other.free[0]),
    ...move("2", holder, other, holder.free[0]),
    { key: "3", does: "both" },
    ...further(4, holder, other),
    ...further(7, other, holder),
  ];
}

/** Everything that can be done about an item; nothing for whoever may not. */
export function choicesOf(item: Item | undefined): Choice[] {
  if (!item) return [];
  if (isDecided(item)) {
    const undoable =
      item.kind === "decided" ? item.decided.undoable : item.decided.mergeId !== null && !item.decided.undone;
    return undoable ? [{ key: "u", does: "undo" }] : [];
  }
  switch (item.kind) {
    case "twice":
      return ofTwice(item.conflict);
    case "pair":
      return [
        { key: "1", does: "merge", detailsOf: "first" },
        { key: "2", does: "merge", detailsOf: "second" },
        { key: "3", does: "apart" },
      ];
    case "fields":
      return item.locked
        ? []
        : item.conflict.versions.map((version, index) => ({
            key: String(index + 1),
            does: "keep",
            version,
          }));
    case "commit":
      return item.commit.handedOver
        ? [
            { key: "1", does: "accept" },
            { key: "2", does: "aside" },
          ]
        : [{ key: "1", does: "aside" }];
  }
}
