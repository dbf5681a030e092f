import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, type NewRefund, type Payment } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { tellAction, useKeys } from "../kit/keys";
import { money, requestKey } from "../kit/money";
import styles from "./billing.module.css";

type Props = { payment: Payment; onClose: () => void };
/** Money goes back, whole or in part, with a reason. */
export function RefundDialog({ payment, onClose }: Props) {
  const { t } = useTranslation();
  const [press] = useState(requestKey);
  const refund = useCommand((wanted: NewRefund) => api.refundPayment(press, wanted));
  const form = useForm(`refund:${payment.id}`, { amount: payment.amount.amount, reason: "" }, refund.error);
  const leave = () => {
    form.reset();
    onClose();
  };
  const send = () => {
    if (refund.isPending || refund.isSuccess) return;
    refund.mutate([{ paymentId: payment.id, method: null, ...form.values }], {
      onSuccess: (back) => {
        tellAction({ text: t("refund.done", { money: money(back.amount) }) });
        void refresh(keys.money);
        leave();
      },
    });
  };
  useKeys({ "ctrl+enter": send }, { inDialog: true });
  return (
    <Dialog title={t("refund.title")} onClose={leave}>
      <div className={styles.dialogBody}>
        <TextField label={t("refund.amount")} inputMode="decimal" {...form.text("amount")} data-autofocus />
        <TextField label={t("refund.reason")} {...form.text("reason")} />
        <ErrorBanner error={refund.error} fields={form.names} />
      </div>
      <div className={styles.dialogActs}>
        <Button keys="Esc" onClick={leave}>
          {t("refund.cancel")}
        </Button>
        <Button look="main" keys="Ctrl Enter" busy={refund.isPending} onClick={send}>
          {t("refund.do")}
        </Button>
      </div>
    </Dialog>
  );
}
