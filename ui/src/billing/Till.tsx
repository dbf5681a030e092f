import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, useTill, useTills, type CashSession } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { isZero, money } from "../kit/money";
import { moment } from "../kit/time";
import styles from "./billing.module.css";

/** The till of this PC: opened with what lies in it, closed with a count that nothing on screen could guide. */
export function Till() {
  const { t } = useTranslation();
  const { clinic, tz, may } = useHere();
  const till = useTill();
  const [counting, setCounting] = useState(false);
  const [closed, setClosed] = useState<CashSession | null>(null);
  const tills = useTills(clinic.id);
  const before = (tills.data?.items ?? []).filter((one) => one.closedAt !== null && one.id !== closed?.id);
  return (
    <section className={styles.section} aria-label={t("till.title")}>
      <header>
        <h2>{t("till.title")}</h2>
      </header>
      <ErrorBanner error={till.error} />
      {closed && <Result till={closed} />}
      {till.data === null && may("take_payment") && <Open onOpened={() => setClosed(null)} />}
      {till.data && (
        <>
          <p>{t("till.opened", { time: moment(till.data.openedAt, tz), by: till.data.openedBy })}</p>
          <p className={styles.quiet}>{t("till.startedWith", { money: money(till.data.openingFloat) })}</p>
          {counting ? (
            <Count
              till={till.data}
              onClosed={(session) => {
                setClosed(session);
                setCounting(false);
              }}
              onCancel={() => setCounting(false)}
            />
          ) : (
            may("take_payment") && (
              <Button onClick={() => setCounting(true)} className={styles.wide}>
                {t("till.count")}
              </Button>
            )
          )}
        </>
      )}
      {before.length > 0 && (
        <>
          <h3>{t("till.before")}</h3>
          <ul className={styles.tills}>
            {before.slice(0, 3).map((one) => (
              <li key={one.id}>
                <span>{t("till.line", { device: one.deviceName, time: moment(one.closedAt!, tz) })}</span>
                <Difference till={one} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function Open({ onOpened }: { onOpened: () => void }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const open = useCommand((openingFloat: string) => api.openTill({ clinicId: clinic.id, openingFloat }));
  const form = useForm("till:open", { openingFloat: "" }, open.error);
  const send = () => {
    if (open.isPending) return;
    open.mutate([form.values.openingFloat], {
      onSuccess: () => {
        form.reset();
        onOpened();
        void refresh(keys.money);
      },
    });
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p className={styles.quiet}>{t("till.closed")}</p>
      <TextField label={t("till.float")} inputMode="decimal" {...form.text("openingFloat")} />
      <ErrorBanner error={open.error} fields={form.names} />
      <Button type="submit" busy={open.isPending}>
        {t("till.open")}
      </Button>
    </form>
  );
}

type CountProps = { till: CashSession; onClosed: (till: CashSession) => void; onCancel: () => void };
function Count({ till, onClosed, onCancel }: CountProps) {
  const { t } = useTranslation();
  const close = useCommand((counted: string, note: string) => api.closeTill(till.id, { counted, note }));
  const form = useForm(`till:count:${till.id}`, { counted: "", note: "" }, close.error);
  const send = () => {
    if (close.isPending) return;
    close.mutate([form.values.counted, form.values.note], {
      onSuccess: (session) => {
        form.reset();
        onClosed(session);
        void refresh(keys.money);
      },
    });
  };
  useKeys({ "ctrl+enter": send, escape: onCancel });
  return (
    <div className={styles.form}>
      <p className={styles.quiet}>{t("till.blind")}</p>
      <TextField label={t("till.counted")} inputMode="decimal" {...form.text("counted")} autoFocus />
      <TextField label={t("till.note")} {...form.text("note")} />
      <ErrorBanner error={close.error} fields={form.names} />
      <Button look="main" size="lg" keys="Ctrl Enter" busy={close.isPending} onClick={send}>
        {t("till.close")}
      </Button>
      <Button look="quiet" keys="Esc" onClick={onCancel}>
        {t("till.cancel")}
      </Button>
    </div>
  );
}

function Result({ till }: { till: CashSession }) {
  const { t } = useTranslation();
  return (
    <div role="status" className={styles.result}>
      <p>
        {t("till.result", {
          counted: till.counted && money(till.counted),
          expected: till.expected && money(till.expected),
        })}
      </p>
      <Difference till={till} />
    </div>
  );
}

/** By icon, words and colour; the amount without its sign, which the word says. */
function Difference({ till }: { till: CashSession }) {
  const { t } = useTranslation();
  const { difference } = till;
  if (!difference) return null;
  const right = isZero(difference);
  const short = difference.amount.startsWith("-");
  const Icon = right ? IconCircleCheck : IconAlertTriangle;
  const size = money({ ...difference, amount: difference.amount.replace("-", "") });
  return (
    <span className={styles.difference} data-right={right}>
      <Icon size={16} aria-hidden />
      {right ? t("till.right") : t(short ? "till.short" : "till.over", { money: size })}
    </span>
  );
}
