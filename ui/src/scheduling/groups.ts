import type { AppointmentStatus, Move, TodayRow } from "../api";
import { clock, minutesBetween } from "../kit/time";

export type GroupName = "waiting" | "withDoctor" | "toCome" | "done";
export const groupings = ["stage", "doctor", "time"] as const;
export type GroupBy = (typeof groupings)[number];
/** A stage has its words in the catalogue; doctors and hours are their own. */
export type Group = { key: string; stage: GroupName | null; title: string | null; rows: TodayRow[] };

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

/** What can be done with somebody who waits, beside calling. */
export type TurnMove = "recall" | "skip" | "move" | "priority";
export type NextMove = "confirm" | "check_in" | "call" | "recall";

const next: Partial<Record<AppointmentStatus, NextMove>> = {
  requested: "confirm",
  scheduled: "check_in",
  confirmed: "check_in",
  arrived: "call",
};
/** The one thing to do next with a row: who was called and does not come is called again. */
export const nextMove = (row: TodayRow) =>
  row.status === "arrived" && row.calledAt ? ("recall" as const) : next[row.status];
/** What is offered for a row that waits; only who was called can have failed to answer. */
export const turnMoves = (row: TodayRow): TurnMove[] =>
  row.status !== "arrived" || !row.ticketId
    ? []
    : row.calledAt
      ? ["recall", "skip", "move", "priority"]
      : ["move", "priority"];

/** What else a row allows, by its menu; accepting has a key and a place of its own besides. */
export type OtherMove = Extract<Move, "accept" | "no_show" | "cancel">;
export const otherMoves: Partial<Record<AppointmentStatus, OtherMove[]>> = {
  requested: ["accept", "cancel"],
  scheduled: ["no_show", "cancel"],
  confirmed: ["no_show", "cancel"],
  arrived: ["no_show", "cancel"],
};

const late = Number.MAX_SAFE_INTEGER;
const order: Record<GroupName, (row: TodayRow) => string> = {
  // Whose turn it is says the core.
  waiting: (row) => String(row.turn ?? late).padStart(16, "0"),
  withDoctor: (row) => row.withDoctorSince ?? "",
  toCome: (row) => row.scheduledStart ?? "",
  done: (row) => row.updatedAt,
};
const names: GroupName[] = ["waiting", "withDoctor", "toCome", "done"];
const begins = (row: TodayRow) => row.scheduledStart ?? row.waitingSince ?? row.updatedAt;

function byStage(rows: TodayRow[]): Group[] {
  return names.map((name) => {
    const mine = rows.filter((row) => groupOf[row.status] === name);
    mine.sort(
      (a, b) =>
        order[name](a).localeCompare(order[name](b)) || (a.number ?? "").localeCompare(b.number ?? ""),
    );
    if (name === "done") mine.reverse();
    return { key: name, stage: name, title: null, rows: mine };
  });
}

function gather(rows: TodayRow[], title: (row: TodayRow) => string): Group[] {
  const groups = new Map<string, TodayRow[]>();
  for (const row of rows) groups.set(title(row), [...(groups.get(title(row)) ?? []), row]);
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, mine]) => ({ key: name, stage: null, title: name, rows: mine }));
}

/** The rows in groups: by where the visits stand, by doctor with each stage in its order, or by the hour. */
export function groupRows(rows: TodayRow[], by: GroupBy, tz: string): Group[] {
  if (by === "stage") return byStage(rows);
  if (by === "doctor") {
    const inOrder = byStage(rows).flatMap((group) => group.rows);
    return gather(inOrder, (row) => row.providerName);
  }
  const inTime = [...rows].sort((a, b) => begins(a).localeCompare(begins(b)));
  return gather(inTime, (row) => `${clock(begins(row), tz).slice(0, 2)}:00`);
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
