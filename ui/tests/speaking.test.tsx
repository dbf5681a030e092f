import { act, screen, waitFor, within } from "@testing-library/react";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import i18n, { speak } from "../src/i18n";
import { isolate } from "../src/i18n/isolate";
import { languages, ownNames } from "../src/i18n/languages";
import { commas, money, number } from "../src/kit/locale";
import { clock, date, longDay, moment } from "../src/kit/time";
import { openApp, receptionist, row, sunita } from "./core";

const today = { en: "Today", hi: "आज", id: "Hari ini", pt: "Hoje", ar: "اليوم" };
const signIn = { en: "Sign in", hi: "साइन इन करें", id: "Masuk", pt: "Entrar", ar: "تسجيل الدخول" };

afterEach(() => act(() => speak("en")));

async function usable() {
  document.title = "Neem";
  // What jsdom cannot measure is looked at in the real window.
  const { violations } = await axe.run(document, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

test.each(languages)(
  "signing in and today, in %s",
  async (language) => {
    let signedIn = false;
    const user = await openApp({
      session: () => (signedIn ? receptionist : null),
      sign_in: () => {
        signedIn = true;
        return receptionist;
      },
    });
    await screen.findByTestId("sign-in");
    await user.click(screen.getByText(ownNames[language]));
    await waitFor(() => expect(screen.getByTestId("sign-in").textContent).toContain(signIn[language]));
    expect(document.documentElement.lang).toBe(language);
    expect(document.documentElement.dir).toBe(language === "ar" ? "rtl" : "ltr");
    await usable();
    await user.type(document.querySelector('[name="email"]')!, "meera@clinic.example");
    await user.type(document.querySelector('[name="password"]')!, "neem demo clinic{Enter}");
    expect((await screen.findByTestId("row-A-013")).textContent).toContain("A-013");
    expect(document.querySelector("h1")?.textContent).toContain(today[language]);
    await usable();
    // The first of them reads the whole app.
  },
  90_000,
);

test("a person keeps a language on this PC, and the PC keeps its own for everybody else", async () => {
  let session: typeof receptionist | null = receptionist;
  const user = await openApp({ session: () => session, sign_out: () => null });
  await screen.findByTestId("row-A-013");
  await user.click(screen.getByTitle(/sign out/));
  await user.click(await screen.findByTestId("language-pt"));
  expect(await screen.findByRole("heading", { name: /Hoje/ })).toBeTruthy();
  expect(localStorage.getItem(`neem-language:${receptionist.userId}`)).toBe("pt");
  session = null;
  await user.click(screen.getByTitle(/sair/));
  await user.click(await screen.findByText("Sair"));
  await waitFor(() => expect(screen.getByTestId("sign-in").textContent).toContain("Sign in"));
  expect(document.documentElement.lang).toBe("en");
});

test("in Arabic the arrow that points forward points to the left", async () => {
  const user = await openApp({ search_patients: () => [], likely_duplicates: () => [] });
  await screen.findByTestId("row-A-013");
  await act(() => speak("ar"));
  await user.type(await screen.findByTestId("search"), "Asha Rao{Enter}");
  const sexes = within(await screen.findByRole("radiogroup"));
  const [first, second] = sexes.getAllByRole("radio");
  first!.focus();
  await user.keyboard("{ArrowLeft}{ArrowLeft}");
  expect(second!.getAttribute("aria-checked")).toBe("true");
});

test("numbers, phones and doses stay in one piece among Arabic words", async () => {
  const user = await openApp({ search_patients: () => [{ ...sunita, phone: "+91 98220 66471" }] });
  await screen.findByTestId("row-A-013");
  await act(() => speak("ar"));
  const shown = (await screen.findByTestId("row-A-013")).querySelector("[dir=ltr]");
  expect(shown?.textContent).toBe(row.number);
  await user.type(await screen.findByTestId("search"), "sun");
  await screen.findByTestId("hit");
  expect(screen.getByText("+91 98220 66471").tagName).toBe("BDI");
  expect(screen.getByText("K-20418").tagName).toBe("BDI");
  for (const piece of ["A-014", "+91 98220 66471", "500 mg"])
    expect(i18n.t("conflicts.twice.copied", { phone: piece })).toContain(`\u2068${piece}\u2069`);
  expect(commas(["500 mg", "1-0-1"])).toBe("\u2068500 mg\u2069، \u20681-0-1\u2069");
});

test("an Arabic name keeps to itself in an English sentence, and others are left alone", () => {
  expect(isolate("فاطمة", "ltr")).toBe("\u2068فاطمة\u2069");
  expect(isolate("Sunita", "ltr")).toBe("Sunita");
});

test("dates, amounts and counts are the language's, and their digits are Latin in all of them", async () => {
  const said = { day: "2026-09-03", at: "2026-09-03T12:34:00.000Z" };
  const look: Record<string, string[]> = {};
  for (const language of languages) {
    await speak(language);
    look[language] = [date(said.day), longDay(said.day), number(1234.5, 1), money(123450, "INR")];
    // A time is written as on a slip, in the clinic's zone.
    expect(clock(said.at, "Asia/Kolkata")).toBe("18:04");
    expect(moment(said.at, "Asia/Kolkata", new Date("2026-11-19T00:00:00Z"))).toContain("18:04");
    expect(look[language].join()).not.toMatch(/[\u0660-\u0669\u06F0-\u06F9\u0966-\u096F]/);
  }
  expect(look.en).toEqual(["3 Sep 2026", "Thursday 3 September", "1,234.5", "INR\u00A01,234.50"]);
  expect(look.hi!.slice(0, 3)).toEqual(["3 सित॰ 2026", "गुरुवार, 3 सितंबर", "1,234.5"]);
  expect(look.id).toEqual(["3 Sep 2026", "Kamis, 3 September", "1.234,5", "INR\u00A01.234,50"]);
  expect(look.pt).toEqual([
    "3 de set. de 2026",
    "quinta-feira, 3 de setembro",
    "1.234,5",
    "INR\u00A01.234,50",
  ]);
  expect(look.ar!.slice(0, 2)).toEqual(["3 سبتمبر 2026", "الخميس، 3 سبتمبر"]);
});

test("each plural form is spoken", async () => {
  await speak("ar");
  const minutes = (count: number) => i18n.t("days", { count });
  expect([0, 1, 2, 3, 11, 100].map(minutes)).toEqual([
    "\u20680\u2069 يوم",
    "يوم واحد",
    "يومان",
    "\u20683\u2069 أيام",
    "\u206811\u2069 يوما",
    "\u2068100\u2069 يوم",
  ]);
  await speak("pt");
  expect([1, 2].map(minutes)).toEqual(["1 dia", "2 dias"]);
});
