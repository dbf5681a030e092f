import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import styles from "./Panel.module.css";

type Props = { title: string; onClose: () => void; children: ReactNode; hints?: Record<string, string> };
export function Panel({ title, onClose, children, hints }: Props) {
  const { t } = useTranslation();
  return (
    <aside className={styles.panel} aria-label={title} {...hints}>
      <header>
        <h2>{title}</h2>
        <Button look="quiet" size="sm" keys="Esc" onClick={onClose}>
          {t("action.close")}
        </Button>
      </header>
      {children}
    </aside>
  );
}
