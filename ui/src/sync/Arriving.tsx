import { useTranslation } from "react-i18next";
import type { SyncStatus } from "../api";
import styles from "./sync.module.css";

/** What of the clinic has not arrived on this PC yet, and what can be done all the same. */
export function Arriving({ arriving }: Pick<SyncStatus, "arriving">) {
  const { t } = useTranslation();
  if (!arriving) return null;
  const { records, of, onlyHistory } = arriving;
  return (
    <p className={styles.meta} data-testid="arriving" role="status">
      {onlyHistory ? t("sync.arriving.history") : t("sync.arriving.records", { records, of })}
    </p>
  );
}
