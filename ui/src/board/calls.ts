import { useEffect, useRef, useState } from "react";
import type { BoardCall } from "../api";

/** "Room 2" as its word and its number; a room with a name of its own has no number. */
export function roomParts(room: string): { word: string; number: string | null } {
  const match = /^(.*?)\s*(\d{1,4})$/.exec(room.trim());
  return match ? { word: match[1]!, number: match[2]! } : { word: room, number: null };
}

/** Tells when the last call is a new one: `again` when the same number was called before. */
export function useNewCall(calls: BoardCall[] | undefined, onCall: () => void) {
  const known = useRef<Map<string, string> | null>(null);
  const [again, setAgain] = useState<string | null>(null);
  useEffect(() => {
    if (!calls) return;
    const before = known.current;
    const last = calls[0];
    // What hung there when the board was opened has been called already.
    if (before && last && before.get(last.number) !== last.calledAt) {
      const earlier = before.get(last.number);
      setAgain(earlier !== undefined && earlier < last.calledAt ? last.number : null);
      onCall();
    }
    known.current = new Map([
      ...(before ?? []),
      ...calls.map((call): [string, string] => [call.number, call.calledAt]),
    ]);
  }, [calls, onCall]);
  return again;
}
