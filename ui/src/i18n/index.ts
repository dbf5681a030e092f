import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en";
import { isolate } from "./isolate";
import { tags, type Language } from "./languages";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    // The words on paper are read by the core, the others looked up by name in one place each; as typed keys they
    // would make the type of `t` deeper than the compiler follows.
    resources: {
      translation: Omit<typeof en, "errors" | "papers" | "tables" | "columns" | "values" | "actions" | "did">;
    };
  }
}

void i18n.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  initAsync: false,
  // React escapes what it shows; what is put into a sentence is only kept from turning it.
  interpolation: { escapeValue: true, escape: (value: string) => isolate(value, i18n.dir()) },
});

/** The language on the screen now. */
export const language = () => i18n.language as Language;
/** The same as Intl wants it, with Latin digits. */
export const locale = () => tags[language()];

i18n.services.formatter?.add("number", (value: number) => new Intl.NumberFormat(locale()).format(value));

// The words of a language are read when somebody wants them; English is always there.
const catalogues: Record<Exclude<Language, "en">, () => Promise<{ default: object }>> = {
  hi: () => import("./hi"),
  id: () => import("./id"),
  pt: () => import("./pt"),
  ar: () => import("./ar"),
};

let wanted: Language = "en";
/** Puts the screens into a language, and the page into its direction. */
export async function speak(next: Language): Promise<void> {
  wanted = next;
  if (next !== "en" && !i18n.hasResourceBundle(next, "translation"))
    i18n.addResourceBundle(next, "translation", (await catalogues[next]()).default);
  // Another was chosen while this one was read.
  if (wanted !== next) return;
  await i18n.changeLanguage(next);
  document.documentElement.lang = next;
  document.documentElement.dir = i18n.dir(next);
}

export default i18n;
