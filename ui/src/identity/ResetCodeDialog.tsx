import { useTranslation } from "react-i18next";
import type { IssuedToken } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Dialog } from "../kit/Dialog";
import { moment, useNow } from "../kit/time";
import { inGroups } from "./TwoStepDialog";
import styles from "./identity.module.css";

type Props = { name: string; token: IssuedToken; busy: boolean; onAgain: () => void; onClose: () => void };
export function ResetCodeDialog({ name, token, busy, onAgain, onClose }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const left = Math.ceil((Date.parse(token.expiresAt) - useNow(5_000)) / 60_000);
  return (
    <Dialog title={t("staff.reset.title", { name })} onClose={onClose}>
      <p>{t("staff.reset.what", { name })}</p>
      <div className={styles.token} data-testid="reset-code">
        {inGroups(token.code, 5)}
      </div>
      <p role="status" className={left > 0 ? styles.quiet : styles.over}>
        {left > 0
          ? t("staff.reset.until", { count: left, time: moment(token.expiresAt, tz) })
          : t("staff.reset.expired")}
      </p>
      <p className={styles.quiet}>{t("staff.reset.how")}</p>
      <div className={styles.acts}>
        {left <= 0 && (
          <Button busy={busy} onClick={onAgain}>
            {t("staff.reset.again")}
          </Button>
        )}
        <Button look="main" keys="Esc" onClick={onClose} data-autofocus>
          {t("action.close")}
        </Button>
      </div>
    </Dialog>
  );
}
