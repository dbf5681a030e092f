import { IconPlus, IconX } from "@tabler/icons-react";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import {
  api,
  useCommand,
  useInvoicePreview,
  useServices,
  type Invoice,
  type NewInvoice,
  type NewLine,
  type ServiceId,
} from "../api";
import { sortProblems } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { SelectField, TextField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { amount, money } from "../kit/money";
import { useSettled } from "../kit/time";
import type { PaymentOf } from "./PaymentPanel";
import styles from "./billing.module.css";

/** A line as it is typed: a service of the list, or words with a price. */
type Typed = {
  serviceId: ServiceId | "";
  free: boolean;
  description: string;
  quantity: string;
  price: string;
  less: string;
};
const blank: Typed = { serviceId: "", free: false, description: "", quantity: "1", price: "", less: "" };

const asLine = (line: Typed): NewLine => ({
  serviceId: line.free ? null : line.serviceId || null,
  description: line.free ? line.description : "",
  // What is no number is none, and the core says that one piece is the least.
  quantity: /^\s*\d{1,4}\s*$/.test(line.quantity) ? Number(line.quantity) : 0,
  unitPrice: line.free ? line.price : "",
  discount: line.less,
  tax: "",
});
const begun = (line: Typed) => (line.free ? line.description + line.price !== "" : line.serviceId !== "");

type Props = {
  memory: string;
  of: PaymentOf;
  /** What the visit was booked for. */
  serviceId: ServiceId | null;
  onIssued: (invoice: Invoice) => void;
};
export function BillForm({ memory, of, serviceId, onIssued }: Props) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const box = useRef<HTMLDivElement>(null);
  const services = useServices();
  const [lines, setLines] = useMemory<Typed[]>(memory, [{ ...blank, serviceId: serviceId ?? "" }]);
  const wanted = useMemo(() => lines.filter(begun).map(asLine), [lines]);
  const settled = useSettled(wanted, 150);
  const preview = useInvoicePreview(settled, settled.length > 0);
  const issue = useCommand((invoice: NewInvoice) => api.issueInvoice(invoice));
  const names = lines.flatMap((_, index) =>
    ["serviceId", "description", "quantity", "unitPrice", "discount"].map((one) => `lines.${index}.${one}`),
  );
  const { byField } = sortProblems(issue.error, names);
  const set = (index: number, change: Partial<Typed>) => {
    issue.reset();
    setLines((now) => now.map((line, at) => (at === index ? { ...line, ...change } : line)));
  };
  const add = (free: boolean) => setLines((now) => [...now, { ...blank, free }]);
  const send = () => {
    if (issue.isPending) return;
    issue.mutate(
      [
        {
          clinicId: clinic.id,
          patientId: of.patientId,
          appointmentId: of.appointmentId,
          lines: lines.filter((line) => begun(line) || lines.length === 1).map(asLine),
          dueOn: "",
          note: "",
        },
      ],
      { onSuccess: onIssued },
    );
  };
  useKeys({ "ctrl+enter": send });
  useEffect(() => {
    box.current?.querySelector<HTMLElement>("input")?.focus();
  }, [lines.length]);
  const data = (services.data?.items ?? []).map((service) => ({
    value: service.id,
    label: commas([service.name, money(service.price)]),
  }));
  const sums = preview.data?.lines ?? [];
  return (
    <div className={styles.bill} ref={box}>
      <ErrorBanner error={services.error} />
      <ol aria-label={t("money.bills")}>
        {lines.map((line, index) => {
          const at = lines.slice(0, index).filter(begun).length;
          const problem = (field: string) => byField[`lines.${index}.${field}`];
          const sum = begun(line) ? sums[at] : undefined;
          return (
            <li key={index} className={styles.line}>
              {line.free ? (
                <TextField
                  label={t("bill.description")}
                  name={`description${index}`}
                  value={line.description}
                  onValue={(description) => set(index, { description })}
                  error={problem("description")}
                />
              ) : (
                <SelectField
                  label={t("bill.service")}
                  name={`service${index}`}
                  data={data}
                  value={line.serviceId || null}
                  onValue={(value) => set(index, { serviceId: value })}
                  error={problem("serviceId") ?? problem("unitPrice") ?? problem("description")}
                />
              )}
              <div className={styles.figures}>
                <TextField
                  label={t("bill.quantity")}
                  name={`quantity${index}`}
                  inputMode="numeric"
                  value={line.quantity}
                  onValue={(quantity) => set(index, { quantity })}
                  error={problem("quantity")}
                />
                {line.free && (
                  <TextField
                    label={t("bill.price")}
                    name={`price${index}`}
                    inputMode="decimal"
                    value={line.price}
                    onValue={(price) => set(index, { price })}
                    error={problem("unitPrice")}
                  />
                )}
                <TextField
                  label={t("bill.less")}
                  name={`less${index}`}
                  inputMode="decimal"
                  value={line.less}
                  onValue={(less) => set(index, { less })}
                  error={problem("discount")}
                />
                <span className={`${styles.sum} num`}>{sum && amount(sum)}</span>
                {lines.length > 1 && (
                  <button
                    type="button"
                    className={styles.iconButton}
                    aria-label={t("bill.remove", { name: t("bill.line", { number: index + 1 }) })}
                    onClick={() => setLines((now) => now.filter((_, other) => other !== index))}
                  >
                    <IconX size={16} aria-hidden />
                  </button>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      <div className={styles.adds}>
        <Button size="sm" look="quiet" icon={<IconPlus size={16} aria-hidden />} onClick={() => add(false)}>
          {t("bill.addService")}
        </Button>
        <Button size="sm" look="quiet" icon={<IconPlus size={16} aria-hidden />} onClick={() => add(true)}>
          {t("bill.addFree")}
        </Button>
      </div>
      <p className={styles.total}>
        <span>{t("bill.total")}</span>
        <b className="num">{preview.data && settled.length > 0 ? money(preview.data.total) : "–"}</b>
      </p>
      <ErrorBanner error={issue.error} fields={names} />
      <Button look="main" size="lg" keys="Ctrl Enter" busy={issue.isPending} onClick={send}>
        {t("bill.issue")}
      </Button>
    </div>
  );
}
