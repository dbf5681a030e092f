import { useTranslation } from "react-i18next";
import type { FreeDay } from "../api";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { clock, shortDate } from "../kit/time";
import type { Weekday } from "./lines";
import styles from "./hours.module.css";

const weekday = (day: string) => (new Date(`${day}T00:00:00Z`).getUTCDay() || 7) as Weekday;

/** How many times are free on each of the next fourteen days, and the first of them. */
export function FreeStrip({ days }: { days: FreeDay[] }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <section className={styles.strip} aria-label={t("hours.preview")}>
      <h2>
        {t("hours.preview")} <span className={styles.quiet}>{t("hours.previewWhat")}</span>
      </h2>
      <ol>
        {days.map(({ day, free, off }) => (
          <li key={day} data-none={free.length === 0 || undefined} data-off={off.length > 0 || undefined}>
            <span className={styles.quiet}>
              {t(`hours.weekday.${weekday(day)}`)} {shortDate(day)}
            </span>
            <b className="num">{t("hours.free", { count: free.length })}</b>
            <span className={`${styles.quiet} num`}>
              {off.length > 0
                ? commas(off.map((reason) => reason || t("hours.away")))
                : free[0]
                  ? t("hours.firstAt", { time: clock(free[0], tz) })
                  : ""}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
