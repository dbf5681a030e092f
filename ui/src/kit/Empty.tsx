import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CommandError } from "../api";
import { explain } from "../errors";
import { Button } from "./Button";
import styles from "./kit.module.css";

type Props = { icon?: ReactNode; title: string; children?: ReactNode; after?: ReactNode };
export function EmptyState({ icon, title, children, after }: Props) {
  return (
    <div className={styles.empty}>
      {icon}
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {after && <div className={styles.after}>{after}</div>}
    </div>
  );
}

export function FailedState({ error, retry }: { error: CommandError; retry: () => void }) {
  const { t } = useTranslation();
  const words = explain(error);
  return (
    <div role="alert" style={{ display: "contents" }}>
      <EmptyState title={words.what} after={<Button onClick={retry}>{t("action.retry")}</Button>}>
        {words.safe} {words.next}
      </EmptyState>
    </div>
  );
}

const widths = [48, 40, 150, 210, 90, 100];
export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        <div className={styles.skeletonRow} key={row}>
          {widths.map((width, column) => (
            <span key={column} style={{ width: width - ((row * 7 + column * 13) % 24) }} />
          ))}
        </div>
      ))}
    </div>
  );
}
