import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import {
  keys,
  refresh,
  useBookingsOf,
  useInvoicesOf,
  usePatientBalance,
  type AppointmentId,
  type InvoiceId,
  type InvoiceSummary,
  type PatientId,
  type Payment,
} from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { ChoiceField } from "../kit/Field";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { forget, useMemory } from "../kit/memory";
import { isZero, money } from "../kit/money";
import { Panel } from "../kit/Panel";
import { BillForm } from "./BillForm";
import { BillView } from "./BillView";
import { ReceiptView } from "./ReceiptView";
import { TakeForm } from "./TakeForm";
import styles from "./billing.module.css";

/** Whose money, and of which visit, if it is of one. */
export type PaymentOf = {
  patientId: PatientId;
  patientName: string;
  appointmentId: AppointmentId | null;
  invoiceId?: InvoiceId;
};

type Props = { of: PaymentOf; onClose: () => void };
/** Money at the desk: the bill of a visit is made, paid in whole or in part, and a receipt printed. */
export function PaymentPanel({ of, onClose }: Props) {
  const { t } = useTranslation();
  const { may } = useHere();
  const body = useRef<HTMLDivElement>(null);
  const key = `payment:${of.patientId}:${of.appointmentId ?? ""}:${of.invoiceId ?? ""}`;
  const invoices = useInvoicesOf(of.patientId);
  // The clinic's own currency is the first: that of a deposit.
  const balances = usePatientBalance(of.patientId);
  const bookings = useBookingsOf(of.patientId, may("view_schedule"));
  const [what, setWhat] = useMemory<string | null>(`${key}:what`, null);
  const [taken, setTaken] = useMemory<Payment | null>(`${key}:taken`, null);
  const leave = () => {
    forget(key);
    onClose();
  };
  useKeys({ escape: leave });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    taken
      ? { keys: ["Ctrl", "P"], label: t("keys.print") }
      : { keys: ["Ctrl", "Enter"], label: t(what === "bill" ? "keys.makeBill" : "keys.take") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);

  const title = commas([t("pay.title"), of.patientName]);
  if (invoices.error)
    return (
      <Panel title={title} onClose={leave}>
        <FailedState error={invoices.error} retry={() => void invoices.refetch()} />
      </Panel>
    );
  if (!invoices.data || (may("view_schedule") && !bookings.data && !bookings.error))
    return (
      <Panel title={title} onClose={leave}>
        <SkeletonRows rows={6} />
      </Panel>
    );

  // Of a visit its own bill, otherwise every bill that is not paid.
  const issued = invoices.data.items.filter(({ status }) => status === "issued");
  const bills: InvoiceSummary[] = of.appointmentId
    ? issued.filter(({ appointmentId }) => appointmentId === of.appointmentId)
    : issued.filter(({ balance, id }) => !isZero(balance.owed) || id === of.invoiceId);
  const visit = bookings.data?.items.find(({ id }) => id === of.appointmentId);
  const mayBill = of.appointmentId === null || bills.length === 0;
  const mayDeposit =
    of.appointmentId !== null &&
    bills.length === 0 &&
    visit?.status !== "cancelled" &&
    visit?.status !== "no_show";
  const choices = [
    ...bills.map(({ id, number }) => ({ value: id as string, label: t("pay.bill", { number }) })),
    ...(mayBill ? [{ value: "bill", label: t("pay.newBill") }] : []),
    ...(mayDeposit ? [{ value: "deposit", label: t("pay.deposit") }] : []),
  ];
  const wanted = what ?? of.invoiceId ?? null;
  const chosen = choices.find(({ value }) => value === wanted)?.value ?? choices[0]?.value ?? "bill";
  // All that is open, not of this visit alone: an older bill is remembered while the patient stands here.
  const open = (balances.data ?? []).map(({ owed }) => owed).filter((amount) => !isZero(amount));
  const bill = bills.find(({ id }) => id === chosen);
  const owed = bill && !isZero(bill.balance.owed);

  const onTaken = (payment: Payment) => {
    setTaken(payment);
    void refresh(keys.money);
    tellAction({ text: t("pay.taken", { money: money(payment.amount), name: of.patientName }) });
  };
  if (taken)
    return (
      <Panel title={title} onClose={leave} hints={hints}>
        <ReceiptView payment={taken} onDone={leave} onMore={() => setTaken(null)} />
      </Panel>
    );
  return (
    <Panel title={title} onClose={leave} hints={hints}>
      <div className={styles.body} ref={body}>
        {balances.data && (
          <p className={`${styles.open} num`} role="status" data-testid="open-balance">
            {open.length === 0 && t("money.paid")}
            {open.map((amount) => (
              <b key={amount.currency} className={styles.owes}>
                {t("pay.inAll", { money: money(amount) })}
              </b>
            ))}
          </p>
        )}
        {choices.length > 1 && (
          <ChoiceField label={t("pay.what")} choices={choices} value={chosen} onValue={setWhat} />
        )}
        {chosen === "bill" && (
          <BillForm
            memory={`${key}:lines`}
            of={of}
            serviceId={visit?.serviceId ?? null}
            onIssued={(invoice) => {
              void refresh(keys.money);
              tellAction({ text: t("bill.issued", { number: invoice.summary.number }) });
              setWhat(invoice.summary.id);
            }}
          />
        )}
        {bill && <BillView id={bill.id} />}
        {bill && !owed && (
          <p className={styles.quiet} role="status">
            {t("pay.isPaid")}
          </p>
        )}
        {chosen === "deposit" && <p className={styles.quiet}>{t("pay.depositWhat")}</p>}
      </div>
      {(chosen === "deposit" || owed) && may("take_payment") && (
        <TakeForm
          key={`${chosen} ${bill?.balance.owed.amount}`}
          memory={`${key}:take:${chosen} ${bill?.balance.owed.amount}`}
          invoiceId={bill?.id ?? null}
          appointmentId={of.appointmentId}
          owed={bill?.balance.owed ?? null}
          currency={bill?.balance.owed.currency ?? balances.data?.[0]?.owed.currency ?? null}
          onTaken={onTaken}
        />
      )}
      {bill && !owed && (
        <div className={styles.foot}>
          <Button look="main" size="lg" onClick={leave}>
            {t("pay.done")}
          </Button>
        </div>
      )}
    </Panel>
  );
}
