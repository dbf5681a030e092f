const rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/**
 * A name, a number or a dose inside a sentence, held together by invisible marks where the two directions of
 * reading meet: without them "+91 98…" and "500 mg" fall apart in Arabic, and an Arabic name turns the English
 * words beside it.
 */
export const isolate = (text: string, sentence: "ltr" | "rtl"): string =>
  sentence === "rtl" || rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
