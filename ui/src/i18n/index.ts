import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    // These are looked up by name in one place each; as typed keys they would make the type of `t` deeper
    // than the compiler follows.
    resources: {
      translation: Omit<typeof en, "errors" | "tables" | "columns" | "values" | "actions" | "did">;
    };
  }
}

void i18n.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  initAsync: false,
  interpolation: { escapeValue: false },
});

export default i18n;
