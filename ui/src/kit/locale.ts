import i18n, { locale } from "../i18n";
import { isolate } from "../i18n/isolate";

/** A piece of another direction inside a sentence that is put together here. */
export const isolated = (text: string) => isolate(text, i18n.dir());

/** Words one after the other; each keeps its own direction. */
export function commas(parts: (string | number | null | undefined | false)[]): string {
  const words = parts.filter((part) => part !== null && part !== undefined && part !== false && part !== "");
  const kept = words.map((word) => isolated(String(word)));
  return kept.join(i18n.dir() === "rtl" ? "، " : ", ");
}

/** "name, phone and town", each once. */
export const listed = (words: string[]) =>
  new Intl.ListFormat(locale(), { type: "conjunction" }).format([...new Set(words)]);

export const number = (value: number, digits = 0) =>
  new Intl.NumberFormat(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );

/** An amount that is counted in the currency's smallest unit. */
export function money(minor: number, currency: string): string {
  const format = new Intl.NumberFormat(locale(), { style: "currency", currency, currencyDisplay: "code" });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(minor / 10 ** digits);
}

/** By the alphabet of the language on the screen. */
export const alphabetically = (a: string, b: string) => a.localeCompare(b, locale());
