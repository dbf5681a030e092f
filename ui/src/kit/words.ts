import type { TFunction } from "i18next";
import type { FieldValue } from "../api";
import i18n from "../i18n";
import { commas, listed, money } from "./locale";
import { languageName } from "./places";
import { date, moment } from "./time";

const named = (path: string) => (i18n.exists(path) ? String(i18n.t(path as never)) : undefined);
const plain = (name: string) => name.replaceAll("_", " ");

/** A column in people's words; one that a newer version added keeps its own name. */
export const columnWord = (column: string) => named(`columns.${column}`) ?? plain(column);
export const tableWord = (table: string) => named(`tables.${table}`) ?? plain(table);
/** What was being done, as the audit names it. */
export const actionWord = (action: string) => named(`actions.${action}`) ?? plain(action);

/** What stands in the timeline of a visit: the core's own phrases in this language, a person's as they are. */
export const eventWord = (note: string) =>
  note
    .split("; ")
    .map((part) => named(`calendar.events.${part.replaceAll(" ", "_")}`) ?? part)
    .join("; ");

/** Of a visit in the words of the list of today, of anything else in words of their own. */
export const statusWord = (status: string) =>
  named(`status.${status}`) ?? named(`values.status.${status}`) ?? plain(status);
/** Where no person stands behind a row, the core names its table. */
export const whomWord = (title: string) => named(`tables.${title}`) ?? title;

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const small = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
export const statusesListed = (statuses: string[]) =>
  capital(listed(statuses.map((status) => small(statusWord(status)))));

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const instant = /\b\d{13}\b/g;
// The values of these columns are words of the program, not of a person.
const coded = new Set(
  "status gender severity mode kind type category priority method approval role relationship channel birth_date_precision owner_table reader sender".split(
    " ",
  ),
);
const yesNo = new Set(["active", "telehealth", "visible"]);
const minutes = new Set(["duration_min", "slot_duration_minutes", "buffer_minutes"]);

export type Said = { text: string; whole: boolean };

/** A stored value for reading; `whole` where marking single letters of it would say nothing. */
export function valueWords(t: TFunction, tz: string, column: string, given: FieldValue | null): Said {
  const value = given?.value ?? null;
  const whole = (text: string) => ({ text, whole: true });
  if (value === null || value === "") return whole(t("conflicts.emptied"));
  if (given?.name) return whole(given.name);
  if (given?.currency) return whole(money(Number(value), given.currency));
  if (yesNo.has(column)) return whole(t(value === "1" ? "conflicts.yes" : "conflicts.no"));
  if (minutes.has(column)) return whole(t("minutes", { count: Number(value) }));
  if (column === "weekday") return whole(named(`values.weekday.${value}`) ?? value);
  if (column === "gender") return whole(named(`gender.${value}`) ?? plain(value));
  if (column === "status") return whole(statusWord(value));
  if (column === "role") return whole(named(`role.${value}`) ?? plain(value));
  if (coded.has(column)) return whole(named(`values.${column}.${value}`) ?? plain(value));
  if (column === "primary_language") return whole(languageName(value));
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return whole(date(value));
  if (value.match(uuid)) return whole(value.replace(uuid, (id) => recordWord(t, id)));
  if (/^\d{13}$/.test(value)) return whole(moment(new Date(Number(value)).toISOString(), tz));
  return { text: listOf(value) ?? value, whole: false };
}

const recordWord = (t: TFunction, id: string) => t("conflicts.record", { id: id.slice(0, 8) });

/** Lists are stored as JSON. */
function listOf(value: string): string | null {
  if (!value.startsWith("[")) return null;
  try {
    const found: unknown = JSON.parse(value);
    const texts = Array.isArray(found) && found.every((one) => typeof one === "string");
    return texts ? commas(found) : null;
  } catch {
    return null;
  }
}

/** What a decision kept, without the numbers that only the program reads. */
export const keptWords = (kept: string, tz: string) =>
  commas(
    kept
      .split(", ")
      .filter((part) => !part.match(uuid))
      .map((part) => part.replace(instant, (ms) => moment(new Date(Number(ms)).toISOString(), tz)))
      .map((part) => named(`status.${part}`) ?? part),
  );

// What the core and the hub say of a commit that they do not take (core/src/sync/fit.rs).
const reasons: [RegExp, string][] = [
  [/^cannot be read/, "unreadable"],
  [/^a second row/, "second"],
  [/of another clinic/, "foreign"],
  [/whose rows never change/, "immutable"],
  [/that does not exist/, "missing"],
  [/^breaks a rule/, "rule"],
  [/^handed over/, "handedOver"],
];
/** Why a change was not taken, in people's words. */
export const reasonWord = (reason: string) => {
  const known = reasons.find(([pattern]) => pattern.test(reason));
  return (known && named(`conflicts.commit.reasons.${known[1]}`)) ?? reason;
};
