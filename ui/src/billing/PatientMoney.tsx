import { useState } from "react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import {
  useInvoicesOf,
  usePatientBalance,
  usePaymentsOf,
  type InvoiceId,
  type PatientId,
  type Payment,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { isZero, money } from "../kit/money";
import { dateOf } from "../kit/time";
import { PaymentRows } from "./PaymentRows";
import { RefundDialog } from "./RefundDialog";
import styles from "./billing.module.css";

type Props = { id: PatientId; onPay: (invoice?: InvoiceId) => void };
/** What a patient owes, the bills, and what was paid, on the patient's page. */
export function PatientMoney({ id, onPay }: Props) {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const title = useId();
  const balances = usePatientBalance(id);
  const invoices = useInvoicesOf(id);
  const payments = usePaymentsOf(id);
  const [refunding, setRefunding] = useState<Payment | null>(null);
  const bills = invoices.data?.items ?? [];
  const said = (balances.data ?? []).flatMap(({ owed, credit }) => [
    ...(isZero(owed) ? [] : [{ tone: styles.owes, text: t("money.owes", { money: money(owed) }) }]),
    ...(isZero(credit) ? [] : [{ tone: "", text: t("money.credit", { money: money(credit) }) }]),
  ]);
  return (
    <section className={styles.section} aria-labelledby={title}>
      <header>
        <h2 id={title}>{t("money.of")}</h2>
        <span className={`${styles.balance} num`}>
          {balances.data && said.length === 0 && t("money.paid")}
          {said.map(({ tone, text }) => (
            <b key={text} className={tone}>
              {text}
            </b>
          ))}
        </span>
        {may("take_payment") && (
          <Button size="sm" look="quiet" keys="M" onClick={() => onPay()}>
            {t("pay.title")}
          </Button>
        )}
      </header>
      <ErrorBanner error={balances.error ?? invoices.error ?? payments.error} />
      {invoices.data && bills.length === 0 && <p className={styles.quiet}>{t("money.noBills")}</p>}
      {bills.length > 0 && (
        <ul className={styles.bills} aria-label={t("money.bills")}>
          {bills.slice(0, 8).map((bill) => (
            <li key={bill.id}>
              <span className="num">{bill.number}</span>
              <span className={`${styles.quiet} num`}>{dateOf(bill.issuedAt, tz)}</span>
              <span className="num">{money(bill.balance.total)}</span>
              {bill.status === "void" ? (
                <span className={styles.quiet}>{t("money.void")}</span>
              ) : isZero(bill.balance.owed) ? (
                <span className={styles.quiet}>{t("money.columns.paid")}</span>
              ) : (
                <Button look="chip" onClick={() => onPay(bill.id)} disabled={!may("take_payment")}>
                  {t("money.owes", { money: money(bill.balance.owed) })}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {(payments.data?.items.length ?? 0) > 0 && (
        <>
          <h3>{t("money.paymentsOf")}</h3>
          <PaymentRows payments={payments.data!.items.slice(0, 6)} onRefund={setRefunding} />
        </>
      )}
      {refunding && <RefundDialog payment={refunding} onClose={() => setRefunding(null)} />}
    </section>
  );
}
