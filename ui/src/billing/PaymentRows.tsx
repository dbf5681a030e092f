import { IconReceipt } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Payment } from "../api";
import { commas } from "../kit/locale";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { money } from "../kit/money";
import { moment } from "../kit/time";
import { ReceiptDialog } from "./ReceiptView";
import styles from "./billing.module.css";

type Props = { payments: Payment[]; onRefund?: (payment: Payment) => void };
/** What moved, each with its receipt; a manager can give it back. */
export function PaymentRows({ payments, onRefund }: Props) {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const [shown, setShown] = useState<Payment | null>(null);
  return (
    <>
      <ul className={styles.payments} aria-label={t("money.paymentsOf")}>
        {payments.map((payment) => {
          const number = payment.receiptNumber;
          const refundable = onRefund && payment.kind !== "refund" && payment.status === "success";
          return (
            <li key={payment.id}>
              <span className={styles.what}>
                {commas([t(`pay.kinds.${payment.kind}`), t(`pay.methods.${payment.method}`)])}
                {payment.status !== "success" && <i> {t(`pay.statuses.${payment.status}`)}</i>}
                <span className={`${styles.quiet} num`}>
                  {commas([moment(payment.receivedAt, tz), number])}
                </span>
              </span>
              <b className="num">{money(payment.amount)}</b>
              {number && (
                <button
                  type="button"
                  className={styles.iconButton}
                  aria-label={t("pay.receiptOne", { number })}
                  title={t("pay.receipt")}
                  onClick={() => setShown(payment)}
                >
                  <IconReceipt size={16} aria-hidden />
                </button>
              )}
              {refundable && may("manage_billing") && (
                <Button
                  look="chip"
                  aria-label={t("refund.one", { number })}
                  onClick={() => onRefund(payment)}
                >
                  {t("refund.button")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {shown && <ReceiptDialog payment={shown} onClose={() => setShown(null)} />}
    </>
  );
}
