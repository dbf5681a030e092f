import { useTranslation } from "react-i18next";
import type { SeriesScope } from "../api";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { useKeys } from "../kit/keys";
import styles from "./Calendar.module.css";

const scopes: SeriesScope[] = ["one", "following", "all"];

/** Which visits of a series are meant. */
export function ScopeDialog({
  onAnswer,
  onClose,
}: {
  onAnswer: (scope: SeriesScope) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  useKeys(Object.fromEntries(scopes.map((scope, index) => [String(index + 1), () => onAnswer(scope)])), {
    inDialog: true,
  });
  return (
    <Dialog title={t("calendar.moved.scopeTitle")} onClose={onClose} size={440}>
      <div className={styles.scopes}>
        {scopes.map((scope, index) => (
          <Button
            key={scope}
            keys={String(index + 1)}
            data-autofocus={index === 0 || undefined}
            onClick={() => onAnswer(scope)}
          >
            {t(`calendar.appointment.scopes.${scope}`)}
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
