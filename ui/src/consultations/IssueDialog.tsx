import { useTranslation } from "react-i18next";
import { api, useCommand, type PrescriptionDraft, type PrescriptionSummary } from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { useKeys } from "../kit/keys";
import { commas } from "../kit/locale";
import { longDay } from "../kit/time";
import { howTaken } from "./ItemRow";
import styles from "./Prescription.module.css";

type Props = {
  consultationId: string;
  draft: PrescriptionDraft;
  onIssued: (prescription: PrescriptionSummary) => void;
  onClose: () => void;
};
export function IssueDialog({ consultationId, draft, onIssued, onClose }: Props) {
  const { t } = useTranslation();
  const issue = useCommand(api.issuePrescription, onIssued);
  const go = () => {
    if (!issue.isPending && !issue.isSuccess) issue.mutate([consultationId, draft]);
  };
  useKeys({ "ctrl+enter": go }, { inDialog: true });
  return (
    <Dialog title={t("rx.confirm", { count: draft.items.length })} onClose={onClose} size={640}>
      <ol className={styles.confirm}>
        {draft.items.map((item, index) => (
          <li key={index}>
            <span className="num">{index + 1}</span>
            <div>
              <b>
                <bdi>{item.medicine}</bdi>
              </b>{" "}
              <bdi>{item.strength}</bdi> <bdi>{item.form}</bdi>
              <span>
                {commas([
                  howTaken(item),
                  item.durationDays !== null && t("days", { count: item.durationDays }),
                  item.quantity,
                ])}
              </span>
              {item.overrideReason && (
                <span className={styles.over}>{t("rx.overridden", { reason: item.overrideReason })}</span>
              )}
            </div>
          </li>
        ))}
      </ol>
      {draft.advice && (
        <p className={styles.confirmLine} dir="auto">
          {draft.advice}
        </p>
      )}
      {/^\d{4}-/.test(draft.followUpOn) && (
        <p className={styles.confirmLine}>{t("rx.againOn", { day: longDay(draft.followUpOn) })}</p>
      )}
      <Banner tone="info">{t("rx.forever")}</Banner>
      <div style={{ height: 12 }} />
      <ErrorBanner error={issue.error} />
      <div className={styles.confirmActs}>
        <Button onClick={onClose} keys="Esc">
          {t("rx.backToDraft")}
        </Button>
        <Button look="main" keys="Ctrl Enter" busy={issue.isPending} onClick={go} data-autofocus>
          {t("rx.confirmGo")}
        </Button>
      </div>
    </Dialog>
  );
}
