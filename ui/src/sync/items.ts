import type {
  Decided,
  DecidedDuplicate,
  DoubleBooking,
  FieldConflict,
  PossibleDuplicate,
  Quarantined,
} from "../api";
import { columnWord, tableWord } from "../kit/words";

/** One line of the inbox; the last two kinds are decided already and can be read again. */
export type Item =
  | { kind: "twice"; id: string; conflict: DoubleBooking }
  | { kind: "pair"; id: string; pair: PossibleDuplicate }
  | { kind: "fields"; id: string; conflict: FieldConflict; locked: boolean }
  | { kind: "commit"; id: string; commit: Quarantined }
  | { kind: "decided"; id: string; at: string; decided: Decided }
  | { kind: "decidedPair"; id: string; at: string; decided: DecidedDuplicate };
export type DecidedItem = Extract<Item, { at: string }>;

export type Found = {
  twice: DoubleBooking[];
  pairs: PossibleDuplicate[];
  fields: FieldConflict[];
  commits: Quarantined[];
  decided: Decided[];
  decidedPairs: DecidedDuplicate[];
};
export type Inbox = {
  open: Item[];
  clinical: Item[];
  unread: Item[];
  decided: DecidedItem[];
  /** All of them in the order of the list. */
  all: Item[];
  toDecide: number;
};

/** Everything found, in the order in which it is asked; what was asked to wait comes last. */
export function inbox(found: Found, clinician: boolean, later: readonly string[]): Inbox {
  const twice = found.twice.map((conflict): Item => ({ kind: "twice", id: conflict.id, conflict }));
  const pairs = found.pairs.map((pair): Item => ({
    kind: "pair",
    id: `${pair.first.id}/${pair.second.id}`,
    pair,
  }));
  const fields = (clinical: boolean) =>
    found.fields
      .filter((conflict) => conflict.clinical === clinical)
      .map((conflict): Item => ({
        kind: "fields",
        id: conflict.id,
        conflict,
        locked: clinical && !clinician,
      }));
  const asked = [...twice, ...fields(false), ...pairs];
  const waits = ({ id }: Item) => later.includes(id);
  const open = [...asked.filter((item) => !waits(item)), ...asked.filter(waits)];
  const clinical = fields(true);
  const unread = found.commits.map((commit): Item => ({ kind: "commit", id: commit.id, commit }));
  const decided = [
    ...found.decided.map((one): DecidedItem => ({ kind: "decided", id: one.id, at: one.at, decided: one })),
    ...found.decidedPairs.map((one): DecidedItem => ({
      kind: "decidedPair",
      id: `${one.firstNumber}/${one.secondNumber}/${one.at}`,
      at: one.at,
      decided: one,
    })),
  ].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return {
    open,
    clinical,
    unread,
    decided,
    all: [...open, ...clinical, ...unread, ...decided],
    toDecide: open.length + (clinician ? clinical.length : 0) + unread.length,
  };
}

export const isDecided = (item: Item): item is DecidedItem =>
  item.kind === "decided" || item.kind === "decidedPair";

// Columns that say nothing to a person unless they are all there is.
const technical = new Set(["slot_id", "timezone", "capacity", "birth_date_precision", "updated_at"]);

type Row = {
  column: string;
  values: (FieldConflict["versions"][number]["fields"][number] | null)[];
  differs: boolean;
};

/** The fields to show, in the order of the versions; `differs` where the versions say different things. */
export function rowsOf(versions: { fields: FieldConflict["versions"][number]["fields"] }[]): Row[] {
  const columns = [...new Set(versions.flatMap(({ fields }) => fields.map(({ field }) => field)))];
  const rows = columns.map((column) => {
    const values = versions.map(({ fields }) => fields.find(({ field }) => field === column) ?? null);
    const said = values.map((one) => one?.value ?? null);
    return { column, values, differs: said.some((value) => value !== said[0]) };
  });
  const told = rows.filter(({ column, differs, values }) =>
    differs ? !technical.has(column) : !technical.has(column) && (values[0]?.value ?? null) !== null,
  );
  return told.some(({ differs }) => differs) ? told : rows;
}

/** The words for what differs; a locked one only tells its group. */
export function differing(conflict: FieldConflict): string[] {
  const found = rowsOf(conflict.versions).filter(({ differs }) => differs);
  return found.length > 0 ? found.map(({ column }) => columnWord(column)) : [columnWord(conflict.group)];
}

/** Whom it concerns; the core falls back to the name of the table where no person stands behind a row. */
export const concerned = (title: string, table: string) => (title === table ? tableWord(table) : title);
