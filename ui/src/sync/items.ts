import type { ConflictSummary, FieldConflict, Quarantined } from "../api";
import { columnWord, tableWord } from "./words";

/** One thing to decide, as the inbox lists it. */
export type Item =
  | { kind: "twice"; id: string; conflict: ConflictSummary }
  | { kind: "fields"; id: string; conflict: FieldConflict; locked: boolean }
  | { kind: "commit"; id: string; commit: Quarantined };

export type Inbox = { open: Item[]; clinical: Item[]; unread: Item[]; all: Item[]; toDecide: number };

export function inbox(
  summaries: ConflictSummary[],
  conflicts: FieldConflict[],
  commits: Quarantined[],
  clinician: boolean,
): Inbox {
  const twice = summaries
    .filter(({ kind }) => kind === "booked_twice")
    .map((conflict): Item => ({ kind: "twice", id: conflict.id, conflict }));
  const fields = (clinical: boolean) =>
    conflicts
      .filter((conflict) => conflict.clinical === clinical)
      .map((conflict): Item => ({
        kind: "fields",
        id: conflict.id,
        conflict,
        locked: clinical && !clinician,
      }));
  const open = [...twice, ...fields(false)];
  const clinical = fields(true);
  const unread = commits.map((commit): Item => ({ kind: "commit", id: commit.id, commit }));
  return {
    open,
    clinical,
    unread,
    all: [...open, ...clinical, ...unread],
    toDecide: open.length + (clinician ? clinical.length : 0) + unread.length,
  };
}

// Columns that say nothing to a person unless they are all there is.
const technical = new Set(["slot_id", "timezone", "birth_date_precision"]);

/** The fields to show, in the order of the versions; `differs` where the versions say different things. */
export function rowsOf({ versions }: FieldConflict) {
  const columns = [...new Set(versions.flatMap(({ fields }) => fields.map(({ field }) => field)))];
  const rows = columns.map((column) => {
    const values = versions.map(({ fields }) => fields.find(({ field }) => field === column)?.value ?? null);
    return { column, values, differs: values.some((value) => value !== values[0]) };
  });
  const told = rows.filter(({ column, differs, values }) =>
    differs
      ? !technical.has(column)
      : !column.endsWith("_id") && !technical.has(column) && values[0] !== null,
  );
  return told.some(({ differs }) => differs) ? told : rows;
}

/** The words for what differs; a locked one only tells its group. */
export function differing(conflict: FieldConflict): string[] {
  const found = rowsOf(conflict).filter(({ differs }) => differs);
  return found.length > 0 ? found.map(({ column }) => columnWord(column)) : [columnWord(conflict.group)];
}

/** Whom it concerns; the core falls back to the name of the table where no person stands behind a row. */
export const concerned = (title: string, table: string) => (title === table ? tableWord(table) : title);
