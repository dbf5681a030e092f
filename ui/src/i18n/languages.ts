/** The languages of the screens, in the order in which they are offered. */
export const languages = ["en", "hi", "id", "pt", "ar"] as const;
export type Language = (typeof languages)[number];

/** What a language calls itself, for whoever reads no other. */
export const ownNames: Record<Language, string> = {
  en: "English",
  hi: "हिन्दी",
  id: "Bahasa Indonesia",
  pt: "Português",
  ar: "العربية",
};

// Latin digits and the Gregorian calendar everywhere: a queue number, a dose and an amount are read aloud,
// typed and printed by people of different languages, and must look the same to all of them.
export const tags: Record<Language, string> = {
  en: "en-GB-u-ca-gregory-nu-latn",
  hi: "hi-IN-u-ca-gregory-nu-latn",
  id: "id-ID-u-ca-gregory-nu-latn",
  pt: "pt-BR-u-ca-gregory-nu-latn",
  ar: "ar-u-ca-gregory-nu-latn",
};

export const isLanguage = (text: string | null): text is Language =>
  text !== null && (languages as readonly string[]).includes(text);

const kept = (store: string) => {
  const language = localStorage.getItem(store);
  return isLanguage(language) ? language : null;
};
const store = "neem-language";
const storeOf = (userId: string) => `${store}:${userId}`;

/** The first of the system's languages that the screens speak. */
const ofSystem = () => navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage);

/** Before anybody has signed in: what was chosen on this PC, or what the system speaks. */
export const languageOfPc = (): Language => kept(store) ?? ofSystem() ?? "en";
/** What a person chose on this PC, or else the PC's. */
export const languageOf = (userId: string | null): Language =>
  (userId !== null && kept(storeOf(userId))) || languageOfPc();

/** Remembers a choice for the person who is signed in, or for the PC while nobody is. */
export const keepLanguage = (language: Language, userId: string | null) =>
  localStorage.setItem(userId === null ? store : storeOf(userId), language);
