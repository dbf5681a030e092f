import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useInvoice, type InvoiceId, type Payment } from "../api";
import { FailedState } from "../kit/Empty";
import { amount, isZero, money } from "../kit/money";
import { PaymentRows } from "./PaymentRows";
import { RefundDialog } from "./RefundDialog";
import styles from "./billing.module.css";

/** A bill as it was issued, what came for it, and what is left. */
export function BillView({ id }: { id: InvoiceId }) {
  const { t } = useTranslation();
  const invoice = useInvoice(id);
  const [refunding, setRefunding] = useState<Payment | null>(null);
  if (invoice.error) return <FailedState error={invoice.error} retry={() => void invoice.refetch()} />;
  if (!invoice.data) return null;
  const { summary, lines, payments } = invoice.data;
  const { balance } = summary;
  return (
    <section className={styles.view} aria-label={t("pay.bill", { number: summary.number })}>
      <dl>
        {lines.map((line) => (
          <div key={line.position}>
            <dt dir="auto">
              {line.description}
              {line.quantity > 1 && <span className="num"> × {line.quantity}</span>}
            </dt>
            <dd className="num">{amount(line.total)}</dd>
          </div>
        ))}
        <div className={styles.strong}>
          <dt>{t("pay.total")}</dt>
          <dd className="num">{money(balance.total)}</dd>
        </div>
        {!isZero(balance.paid) && (
          <div>
            <dt>{t("pay.paidBefore")}</dt>
            <dd className="num">{amount(balance.paid)}</dd>
          </div>
        )}
        {!isZero(balance.refunded) && (
          <div>
            <dt>{t("pay.kinds.refund")}</dt>
            <dd className="num">{amount(balance.refunded)}</dd>
          </div>
        )}
        <div className={styles.owed}>
          <dt>{t("pay.owed")}</dt>
          <dd className="num">{money(balance.owed)}</dd>
        </div>
      </dl>
      {payments.length > 0 && <PaymentRows payments={payments} onRefund={setRefunding} />}
      {refunding && <RefundDialog payment={refunding} onClose={() => setRefunding(null)} />}
    </section>
  );
}
