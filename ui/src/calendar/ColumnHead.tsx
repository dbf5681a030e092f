import { IconGitCompare } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import { shortDay } from "../kit/time";
import type { Column } from "./model";
import styles from "./Calendar.module.css";

export function ColumnHead({ column, week, today }: { column: Column; week: boolean; today: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={styles.columnHead} data-today={(week && today) || undefined}>
      <b title={column.providerName}>{week ? shortDay(column.day) : column.providerName}</b>
      <span>{week ? "" : commas([column.specialization, column.room])}</span>
      {column.conflicts > 0 ? (
        <span className={styles.conflicts}>
          <IconGitCompare size={14} aria-hidden />
          {t("calendar.conflictCount", { count: column.conflicts })}
        </span>
      ) : (
        <span className={styles.free}>{t("calendar.freeCount", { count: column.free })}</span>
      )}
    </div>
  );
}
