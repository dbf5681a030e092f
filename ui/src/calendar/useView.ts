import { useHere } from "../kit/clinic";
import { useCalendar, type LocalDate } from "../api";
import { useMemory } from "../kit/memory";
import { daysAfter, dayOf, mondayOf, useNow } from "../kit/time";
import { columnOf, mergedColumns } from "./model";

type View = { mode: "day" | "week"; day: LocalDate | null; doctor: string | null };

/** Which days are shown, and what is in them. */
export function useView() {
  const { clinic, session, tz } = useHere();
  const [view, setView] = useMemory<View>("calendar:view", {
    mode: "day",
    day: null,
    doctor: session.providerId,
  });
  const today = dayOf(new Date(useNow()), tz);
  const day = view.day ?? today;
  const week = view.mode === "week";
  const first = week ? mondayOf(day) : day;
  const asked = useCalendar(clinic.id, first, week ? 7 : 1, week ? view.doctor : null);
  const found = asked.data?.columns ?? [];
  const set = (change: Partial<View>) => setView((now) => ({ ...now, ...change }));
  return {
    ...view,
    day,
    today,
    first,
    asked,
    columns: week && view.doctor === null ? mergedColumns(found) : found.map(columnOf),
    set,
    turn: (by: number) => set({ day: daysAfter(day, by * (week ? 7 : 1)) }),
    toToday: () => set({ day: null }),
  };
}
