import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Mode } from "../api";
import { SelectField, TextField } from "../kit/Field";
import { weekdays, type Line } from "./lines";
import styles from "./hours.module.css";

const modes: Mode[] = ["in_person", "video", "audio", "chat"];

type Props = {
  line: Line;
  at: number;
  /** The date says the weekday. */
  oneDay: boolean;
  problems: { start?: string; end?: string };
  onLine: (line: Line) => void;
  remove: ReactNode;
};

/** From when to when, on which days of the week. */
export function LineFields({ line, at, oneDay, problems, onLine, remove }: Props) {
  const { t } = useTranslation();
  const toggle = (day: number) =>
    onLine({
      ...line,
      days: line.days.includes(day) ? line.days.filter((known) => known !== day) : [...line.days, day],
    });
  return (
    <fieldset className={styles.line} data-line="">
      <legend className="sr">{t("hours.line", { number: at + 1 })}</legend>
      {!oneDay && (
        <div className={styles.days}>
          {weekdays.map((day) => (
            <label key={day} className={styles.dayChip} data-on={line.days.includes(day) || undefined}>
              <input type="checkbox" checked={line.days.includes(day)} onChange={() => toggle(day)} />
              {t(`hours.weekday.${day}`)}
            </label>
          ))}
        </div>
      )}
      <div className={styles.times}>
        <TextField
          label={t("hours.start")}
          name={`start${at}`}
          placeholder="09:00"
          dir="ltr"
          value={line.start}
          onValue={(start) => onLine({ ...line, start })}
          error={problems.start}
        />
        <TextField
          label={t("hours.end")}
          name={`end${at}`}
          placeholder="13:00"
          dir="ltr"
          value={line.end}
          onValue={(end) => onLine({ ...line, end })}
          error={problems.end}
        />
        <SelectField
          label={t("hours.mode")}
          data={modes.map((value) => ({ value, label: t(`hours.modes.${value}`) }))}
          value={line.mode}
          onValue={(mode) => onLine({ ...line, mode: mode as Mode })}
        />
        {remove}
      </div>
    </fieldset>
  );
}
