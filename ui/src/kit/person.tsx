import { useTranslation } from "react-i18next";
import type { Gender, LocalDate } from "../api";
import { date } from "./time";

/** "46 F"; months are not known here, so a child under one reads "0 F". */
export function useAgeSex() {
  const { t } = useTranslation();
  return (ageYears: number | null, gender: Gender) =>
    [ageYears === null ? null : String(ageYears), t(`gender.short.${gender}`)].filter(Boolean).join(" ");
}

type Known = { birthDate: LocalDate | null; birthDateEstimated: boolean };
/** "born 12 Mar 1980"; where only a year or an age was told, no day that nobody ever said. */
export function useBorn() {
  const { t } = useTranslation();
  return ({ birthDate, birthDateEstimated }: Known) =>
    birthDate &&
    (birthDateEstimated
      ? t("patient.bornAbout", { year: birthDate.slice(0, 4) })
      : t("patient.born", { date: date(birthDate) }));
}

const scripts: [RegExp, string][] = [
  [/\p{Script=Devanagari}/u, "mr"],
  [/\p{Script=Arabic}/u, "ar"],
];
/** A name in its own script, isolated so that it cannot turn the words around it. */
export function AlternateName({ name, className }: { name: string | null; className?: string }) {
  if (!name) return null;
  return (
    <bdi className={className} lang={scripts.find(([script]) => script.test(name))?.[1]}>
      {name}
    </bdi>
  );
}

/** It begins with its plus at the left, whatever is read around it: no letter in it says so. */
export const Phone = ({ number }: { number: string }) => <bdi dir="ltr">{number}</bdi>;

export const initials = (name: string) =>
  name
    .replace(/^(dr|prof|mr|mrs|ms)\.?\s+/i, "")
    .split(/\s+/)
    .map((word) => [...word][0] ?? "")
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join("")
    .toUpperCase();

/** A list has room for the title and the family name; the whole name stands in its tooltip. */
export function shortDoctor(name: string): string {
  const words = name.split(" ");
  return words.length > 2 ? `${words[0]} ${words.at(-1)}` : name;
}
