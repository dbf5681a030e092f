import type { TFunction } from "i18next";
import { commas, listed } from "../kit/locale";
import { moment } from "../kit/time";
import { concerned, differing, rowsOf, type Item } from "./items";
import {
  actionWord,
  capital,
  columnWord,
  keptWords,
  statusesListed,
  tableWord,
  valueWords,
  whomWord,
} from "../kit/words";

/** What an item is called, in the list and above its reading. */
export function heading(t: TFunction, item: Item): string {
  switch (item.kind) {
    case "twice":
      return t("conflicts.twice.title");
    case "pair":
      return t(item.pair.likely ? "conflicts.pair.likely" : "conflicts.pair.maybe");
    case "commit":
      return t(item.commit.handedOver ? "conflicts.commit.handedOver.title" : "conflicts.commit.title");
    case "fields": {
      const { conflict } = item;
      const rows = rowsOf(conflict.versions);
      const statuses = conflict.isStatus
        ? rows.find(({ column, differs }) => column === "status" && differs)
        : undefined;
      if (statuses) return statusesListed(statuses.values.flatMap((one) => one?.value ?? []));
      const fields = differing(conflict);
      return t("conflicts.differ", { count: fields.length, fields: capital(listed(fields)) });
    }
    case "decided":
      return item.decided.kind === "booked_twice"
        ? t("conflicts.twice.title")
        : item.decided.kind === "quarantine"
          ? t("conflicts.commit.title")
          : capital(columnWord(item.decided.kind));
    case "decidedPair":
      return t(item.decided.mergeId ? "conflicts.pair.wasMerged" : "conflicts.pair.wasApart");
  }
}

/** Whom it concerns and what there is to know before reading. */
export function about(t: TFunction, tz: string, item: Item): string {
  switch (item.kind) {
    case "twice":
      return t("conflicts.names", {
        first: item.conflict.bookings[0]?.patientName,
        second: item.conflict.bookings[1]?.patientName,
      });
    case "pair":
      return t("conflicts.names", { first: item.pair.first.fullName, second: item.pair.second.fullName });
    case "commit":
      return commas([
        item.commit.patient,
        item.commit.action && actionWord(item.commit.action),
        item.commit.device,
      ]);
    case "fields": {
      const { title, table } = item.conflict;
      const whom = concerned(title, table);
      return table === "patients" || title === table ? whom : `${whom}, ${tableWord(table)}`;
    }
    case "decided":
    case "decidedPair":
      return item.decided.undone
        ? t("conflicts.undo.was", { what: decidedWhat(t, tz, item) })
        : decidedWhat(t, tz, item);
  }
}

function decidedWhat(t: TFunction, tz: string, item: Extract<Item, { at: string }>): string {
  if (item.kind === "decidedPair") {
    const { mergeId, firstNumber, secondNumber, firstName, secondName } = item.decided;
    return mergeId
      ? t("conflicts.pair.mergedLine", { name: firstName, kept: firstNumber, gone: secondNumber })
      : t("conflicts.names", { first: firstName, second: secondName });
  }
  const { title, kept, outcome, kind, keeps, aside } = item.decided;
  // While it stands its fields are known; afterwards there is the line that was noted.
  const told = rowsOf([{ fields: keeps }, ...aside]).filter(({ differs }) => differs);
  const value =
    told.length > 0
      ? commas(told.map(({ column, values }) => valueWords(t, tz, column, values[0] ?? null).text))
      : kept === null
        ? ""
        : keptWords(kept, tz);
  if (outcome === "moved") return t("conflicts.twice.movedLine", { name: title, time: keptTime(kept, tz) });
  if (outcome === "both") return t("conflicts.twice.bothLine", { names: title });
  if (kind === "quarantine") return commas([value, actionWord(title)]);
  const whom = whomWord(title);
  return value === "" ? whom : t("conflicts.keptValue", { title: whom, value });
}

/** The time to which a booking moved; the number to call stands behind it. */
const keptTime = (kept: string | null, tz: string) =>
  kept === null ? "" : moment(new Date(Number(kept.split(", ")[0])).toISOString(), tz);
export const keptPhone = (kept: string | null) => kept?.split(", ")[1] ?? null;
