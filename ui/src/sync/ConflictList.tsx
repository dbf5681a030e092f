import { IconGitCompare } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useConflicts } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import styles from "./sync.module.css";

export function ConflictList() {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const conflicts = useConflicts();
  const found = conflicts.data ?? [];
  return (
    <>
      <h2 className={styles.h2}>
        {t("sync.conflicts.title")} <span className="num">{conflicts.data?.length}</span>
      </h2>
      <ErrorBanner error={conflicts.error} />
      {conflicts.data && found.length === 0 && <p className={styles.meta}>{t("sync.conflicts.none")}</p>}
      {found.length > 0 && <p className={styles.meta}>{t("sync.conflicts.kept")}</p>}
      {found.length > 0 && may("decide_conflicts") && (
        <Link to="/conflicts" className={styles.decide}>
          {t("sync.conflicts.decide")}
        </Link>
      )}
      <ul className={styles.conflicts}>
        {found.map((conflict) => (
          <li key={conflict.id}>
            <IconGitCompare size={20} stroke={1.75} aria-hidden />
            <div>
              <b dir="auto">{conflict.title}</b>
              <span>
                {t(`sync.conflicts.${conflict.kind}`)}, <bdi>{conflict.first}</bdi> {t("sync.conflicts.and")}{" "}
                <bdi>{conflict.second}</bdi>
              </span>
            </div>
            <time>{moment(conflict.detectedAt, tz)}</time>
          </li>
        ))}
      </ul>
    </>
  );
}
