import type { AppointmentStatus, Move, TodayRow } from "../api";
import { minutesBetween } from "../kit/time";

export type GroupName = "waiting" | "withDoctor" | "toCome" | "done";
export type Group = { name: GroupName; rows: TodayRow[] };

const groupOf: Record<AppointmentStatus, GroupName> = {
  arrived: "waiting",
  in_progress: "withDoctor",
  requested: "toCome",
  scheduled: "toCome",
  confirmed: "toCome",
  completed: "done",
  cancelled: "done",
  no_show: "done",
};

/** The one thing to do next with a row. */
export const nextMove: Partial<Record<AppointmentStatus, "confirm" | "check_in" | "call">> = {
  requested: "confirm",
  scheduled: "check_in",
  confirmed: "check_in",
  arrived: "call",
};
/** What else a row allows, by its menu; accepting has a key and a place of its own besides. */
export const otherMoves: Partial<
  Record<AppointmentStatus, Extract<Move, "accept" | "no_show" | "cancel">[]>
> = {
  requested: ["accept", "cancel"],
  scheduled: ["no_show", "cancel"],
  confirmed: ["no_show", "cancel"],
  arrived: ["no_show", "cancel"],
};

const order: Record<GroupName, (row: TodayRow) => string> = {
  waiting: (row) => row.waitingSince ?? "",
  withDoctor: (row) => row.withDoctorSince ?? "",
  toCome: (row) => row.scheduledStart ?? "",
  done: (row) => row.updatedAt,
};

export function groupRows(rows: TodayRow[]): Group[] {
  const names: GroupName[] = ["waiting", "withDoctor", "toCome", "done"];
  return names.map((name) => {
    const mine = rows.filter((row) => groupOf[row.status] === name);
    mine.sort(
      (a, b) =>
        order[name](a).localeCompare(order[name](b)) || (a.number ?? "").localeCompare(b.number ?? ""),
    );
    if (name === "done") mine.reverse();
    return { name, rows: mine };
  });
}

export type Lateness = "" | "warn" | "stop";
export function waited(
  row: TodayRow,
  now: number,
  limit: number,
): { minutes: number; late: Lateness } | null {
  if (row.status !== "arrived" || !row.waitingSince) return null;
  const minutes = minutesBetween(row.waitingSince, now);
  return {
    minutes,
    late: limit > 0 && minutes > 2 * limit ? "stop" : limit > 0 && minutes > limit ? "warn" : "",
  };
}
