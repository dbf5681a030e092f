import { useTranslation } from "react-i18next";
import type { Code } from "../api";
import { explain } from "../errors";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import styles from "./start.module.css";

type Props = { code: Code; dataDir: string | null; busy: boolean; onRetry: () => void };
/** This PC cannot open its records: what happened, that nothing was overwritten, where they lie, what to do. */
export function FailedStart({ code, dataDir, busy, onRetry }: Props) {
  const { t } = useTranslation();
  const words = explain({ code, detail: null });
  return (
    <Entrance title={words.what}>
      <div className={styles.failed} role="alert">
        <p>{words.safe}</p>
        <p>{words.next}</p>
        {dataDir && (
          <dl>
            <dt>{t("start.dataDir")}</dt>
            <dd>
              <code>{dataDir}</code>
            </dd>
          </dl>
        )}
        <p className={styles.code}>{t("start.forSupport", { code })}</p>
        <Button look="main" size="lg" busy={busy} onClick={onRetry}>
          {t("action.retry")}
        </Button>
      </div>
    </Entrance>
  );
}
