import { useTranslation } from "react-i18next";
import type { AvailabilityTemplate, TemplateId } from "../api";
import { lastsOneDay, weekdays } from "./lines";
import styles from "./hours.module.css";

const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

/** The rules of a week, drawn; the list beside it says the same in words. */
export function WeekGrid({
  templates,
  chosen,
}: {
  templates: AvailabilityTemplate[];
  chosen: TemplateId | null;
}) {
  const { t } = useTranslation();
  const rules = templates.filter((template) => !lastsOneDay(template) && !template.replaces);
  const all = rules.flatMap(({ slots }) => slots);
  const from = Math.min(8 * 60, ...all.map((row) => Math.floor(minutes(row.startTime) / 60) * 60));
  const to = Math.max(20 * 60, ...all.map((row) => Math.ceil(minutes(row.endTime) / 60) * 60));
  const share = (minute: number) => `${((minute - from) / (to - from)) * 100}%`;
  const hours = Array.from({ length: Math.floor((to - from) / 120) + 1 }, (_, at) => from + at * 120);
  return (
    <div className={styles.week} aria-hidden="true">
      <div className={styles.scale}>
        {hours.map((minute) => (
          <span
            key={minute}
            className="num"
            data-end={minute === to || undefined}
            style={{ insetInlineStart: share(minute) }}
          >
            {String(minute / 60).padStart(2, "0")}:00
          </span>
        ))}
      </div>
      {weekdays.map((day) => (
        <div className={styles.weekDay} key={day}>
          <span className={styles.dayName}>{t(`hours.weekday.${day}`)}</span>
          <div className={styles.track}>
            {hours.map((minute) => (
              <i key={minute} style={{ insetInlineStart: share(minute) }} />
            ))}
            {rules.flatMap((template) =>
              template.slots
                .filter((row) => row.weekday === day)
                .map((row) => (
                  <span
                    key={row.id}
                    className={styles.block}
                    data-chosen={template.id === chosen || undefined}
                    style={{
                      insetInlineStart: share(minutes(row.startTime)),
                      inlineSize: `${((minutes(row.endTime) - minutes(row.startTime)) / (to - from)) * 100}%`,
                    }}
                  >
                    {row.startTime}–{row.endTime}
                  </span>
                )),
            )}
          </div>
        </div>
      ))}
    </div>
  );
}
