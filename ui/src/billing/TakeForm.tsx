import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  useCashChange,
  useCommand,
  type AppointmentId,
  type InvoiceId,
  type MoneyText,
  type NewPayment,
  type Payment,
  type PaymentMethod,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { isZero, money, requestKey } from "../kit/money";
import { useSettled } from "../kit/time";
import styles from "./billing.module.css";

const methods: PaymentMethod[] = ["cash", "card", "mobile_money", "bank_transfer", "other"];

type Props = {
  memory: string;
  invoiceId: InvoiceId | null;
  appointmentId: AppointmentId | null;
  /** Missing for a deposit, whose bill nobody knows yet. */
  owed: MoneyText | null;
  currency: string | null;
  onTaken: (payment: Payment) => void;
};
export function TakeForm({ memory, invoiceId, appointmentId, owed, currency, onTaken }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  // One key for as long as this form stands: two presses are one payment.
  const [press] = useState(requestKey);
  const take = useCommand((payment: NewPayment) => api.takePayment(press, payment));
  const form = useForm(
    memory,
    {
      amount: owed?.amount ?? "",
      method: "cash" as PaymentMethod,
      given: "",
      transactionReference: "",
    },
    take.error,
  );
  const { amount, method, given, transactionReference } = form.values;
  const cash = method === "cash";
  const [settledAmount, settledGiven] = [useSettled(amount, 100), useSettled(given, 100)];
  const change = useCashChange(settledAmount, cash ? settledGiven : "", currency ?? "");
  const send = () => {
    if (take.isPending || take.isSuccess) return;
    take.mutate(
      [
        {
          invoiceId,
          appointmentId: invoiceId ? null : appointmentId,
          amount,
          method,
          provider: "",
          transactionReference: cash ? "" : transactionReference,
          note: "",
        },
      ],
      {
        onSuccess: (payment) => {
          form.reset();
          onTaken(payment);
        },
      },
    );
  };
  useKeys({ "ctrl+enter": send });
  useEffect(() => {
    const field = box.current?.querySelector<HTMLInputElement>('input[name="amount"]');
    field?.focus();
    field?.select();
  }, []);
  const missing = change.data && !isZero(change.data.missing) ? change.data.missing : null;
  return (
    <div className={styles.foot} ref={box}>
      <ChoiceField
        label={t("pay.method")}
        choices={methods.map((value) => ({ value, label: t(`pay.methods.${value}`) }))}
        value={method}
        onValue={(value) => form.set("method", value)}
      />
      <div className={styles.two}>
        <TextField label={t("pay.amount")} inputMode="decimal" {...form.text("amount")} />
        {cash ? (
          <TextField label={t("pay.given")} optional inputMode="decimal" {...form.text("given")} />
        ) : (
          <TextField label={t("pay.reference")} optional {...form.text("transactionReference")} />
        )}
      </div>
      {cash && change.data && given.trim() !== "" && (
        <p className={missing ? styles.missing : styles.change} role="status">
          <span>{t(missing ? "pay.missing" : "pay.change")}</span>
          <b className="num">{money(missing ?? change.data.back)}</b>
        </p>
      )}
      <ErrorBanner error={take.error} fields={form.names} />
      <Button
        look="main"
        size="lg"
        keys="Ctrl Enter"
        data-testid="take-payment"
        busy={take.isPending}
        onClick={send}
      >
        {owed && amount === owed.amount ? t("pay.take", { money: money(owed) }) : t("pay.takeAny")}
      </Button>
    </div>
  );
}
