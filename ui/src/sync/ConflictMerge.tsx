import { useTranslation } from "react-i18next";
import type { CommandError, PossibleDuplicate } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { useKeys } from "../kit/keys";
import styles from "./conflicts.module.css";

type Props = {
  pair: PossibleDuplicate;
  detailsOf: "first" | "second";
  busy: boolean;
  error: CommandError | null;
  onClose: () => void;
  onMerge: () => void;
};
/** Asks once more: a merge brings two charts together. */
export function MergeDialog({ pair, detailsOf, busy, error, onClose, onMerge }: Props) {
  const { t } = useTranslation();
  const { first, second } = pair;
  const kept = pair[detailsOf];
  useKeys({ "ctrl+enter": onMerge }, { inDialog: true });
  return (
    <Dialog title={t("conflicts.pair.ask", { name: kept.fullName })} onClose={onClose}>
      <p>
        {t("conflicts.pair.askWhat", {
          kept: first.recordNumber,
          gone: second.recordNumber,
          details: kept.recordNumber,
        })}
      </p>
      <p className={styles.what}>{t("conflicts.pair.askSafe")}</p>
      <ErrorBanner error={error} />
      <div className={styles.dialogActs}>
        <Button keys="Esc" onClick={onClose}>
          {t("conflicts.pair.cancel")}
        </Button>
        <Button look="main" keys="Ctrl Enter" busy={busy} onClick={onMerge} data-autofocus>
          {t("conflicts.pair.mergeNow")}
        </Button>
      </div>
    </Dialog>
  );
}
