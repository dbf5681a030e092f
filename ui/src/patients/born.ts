import { useTranslation } from "react-i18next";
import type { LocalDate } from "../api";
import { date } from "../kit/time";

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

/** One field takes a date, a year or an age: up to three digits are an age. */
export function bornOrAge(born: string) {
  const age = /^\s*\p{Nd}{1,3}\s*$/u.test(born);
  return { birthDate: age ? "" : born, ageYears: age ? born.trim() : "" };
}
