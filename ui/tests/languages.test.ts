import { describe, expect, test } from "vitest";
import ar from "../src/i18n/ar";
import en from "../src/i18n/en";
import hi from "../src/i18n/hi";
import id from "../src/i18n/id";
import pt from "../src/i18n/pt";
import { tags } from "../src/i18n/languages";

// One catalogue in five languages: every English key has its words in each, in every plural form that the
// language has, with the same placeholders, and nothing was left in English by mistake.

const others = { hi, id, pt, ar };
type Other = keyof typeof others;
const form = /_(zero|one|two|few|many|other)$/;

function flat(words: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words))
    if (typeof value === "string") found.set(path + key, value);
    else for (const [inner, text] of flat(value as object, `${path}${key}.`)) found.set(inner, text);
  return found;
}

const english = flat(en);
const isPlural = (key: string) => form.test(key) && english.has(key.replace(form, "_other"));
const formsOf = (language: Other) => new Intl.PluralRules(tags[language]).resolvedOptions().pluralCategories;

/** The keys that a language must have; "nothing" may be said in words of its own wherever English does so. */
function wanted(language: Other): Set<string> {
  const keys = new Set<string>();
  for (const key of english.keys()) {
    if (!isPlural(key)) keys.add(key);
    else {
      for (const one of formsOf(language)) keys.add(key.replace(form, `_${one}`));
      if (key.endsWith("_zero")) keys.add(key);
    }
  }
  return keys;
}

const inside = (text: string) => (text.match(/\{\{[^}]*\}\}|<[^>]*>/g) ?? []).sort();
/** The English words behind a key, of the plural form that comes nearest. */
const source = (key: string) => english.get(key) ?? english.get(key.replace(form, "_other")) ?? "";

// Words that are the same in a language as in English, by their text: names, signs, and loans of the trade.
const anywhere = ["Neem", "PC", "WhatsApp", "ICD-10", "amox 500 1 tab tds 5d"];
const same: Record<Other, string[]> = {
  hi: [],
  id: (
    "Bank Demo Deposit Diagnosis Email No. Printer Status Video deposit diagnosis email hub login slot status " +
    "Jan Feb Mar Apr Jun Jul Sep Nov April September November"
  ).split(" "),
  pt: "Chat Dose F M O Online Total hub latitude login longitude manual normal online".split(" "),
  ar: [],
};
/** Nothing to translate: what is filled in, signs, units and sizes of paper. */
const wordless = (text: string) =>
  !/\p{L}/u.test(text.replaceAll(/\{\{[^}]*\}\}/g, "").replaceAll(/\b(min|mm|s|bytes?|A4)\b/g, ""));
const scripts: Partial<Record<Other, RegExp>> = { hi: /\p{Script=Devanagari}/u, ar: /\p{Script=Arabic}/u };

describe.each(Object.keys(others) as Other[])("%s", (language) => {
  const words = flat(others[language]);

  test("has every key and no other", () => {
    const keys = wanted(language);
    expect(
      {
        missing: [...keys].filter((key) => !words.has(key)),
        unknown: [...words.keys()].filter((key) => !keys.has(key)),
      },
      `ui/src/i18n/${language}`,
    ).toEqual({ missing: [], unknown: [] });
  });

  test("is empty only where English is", () => {
    expect([...words].filter(([key, text]) => text.trim() === "" && source(key) !== "")).toEqual([]);
  });

  test("puts the same things into a sentence", () => {
    const wrong = [...words].filter(([key, text]) => {
      const [mine, theirs] = [inside(text), inside(source(key))];
      if (mine.join() === theirs.join()) return false;
      // A plural may say "one" or "two" in words instead of the number.
      const counted = /\{\{count(, number)?\}\}/;
      const rest = (all: string[]) => all.filter((one) => !counted.test(one)).join();
      return !(isPlural(key.replace(form, "_other")) && rest(mine) === rest(theirs));
    });
    expect(wrong).toEqual([]);
  });

  test("says the number in every plural that stands for several numbers", () => {
    const several = [...words].filter(
      ([key, text]) =>
        /_(few|many|other)$/.test(key) && /\{\{count/.test(source(key)) && !/\{\{count/.test(text),
    );
    expect(several).toEqual([]);
  });

  test("leaves nothing in English by mistake", () => {
    const allowed = new Set([...anywhere, ...same[language]]);
    const script = scripts[language];
    const left = [...words].filter(([key, text]) => {
      if (text === "" || allowed.has(text) || wordless(text)) return false;
      return text === source(key) || (script !== undefined && !script.test(text));
    });
    expect(left).toEqual([]);
  });
});

// Papers are worded in Rust, which has no Intl: their days are the screens' days all the same.
describe.each(Object.keys(others) as Other[])("papers in %s", (language) => {
  const { day } = (others[language] as { papers: typeof en.papers }).papers;
  test.each([
    ["short", day.short, day.weekdaysShort, day.monthsShort],
    ["long", day.long, day.weekdays, day.months],
  ] as const)("say days as the screens do: %s", (width, pattern, weekdays, months) => {
    const said = new Intl.DateTimeFormat(tags[language], {
      weekday: width,
      day: "numeric",
      month: width,
      year: "numeric",
      timeZone: "UTC",
    });
    for (let at = 0; at < 12; at++) {
      const date = new Date(Date.UTC(2026, at, 7 + at));
      const ours = pattern
        .replace("{{weekday}}", weekdays[(date.getUTCDay() + 6) % 7]!)
        .replace("{{day}}", String(date.getUTCDate()))
        .replace("{{month}}", months[at]!)
        .replace("{{year}}", "2026");
      expect(ours).toBe(said.format(date));
    }
  });
});
