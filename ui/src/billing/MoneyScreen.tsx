import { IconCoins } from "@tabler/icons-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useOpenBalances, useToday, type OpenBalance } from "../api";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useHints } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { amount, money } from "../kit/money";
import { Phone } from "../kit/person";
import { dateOf, longDay } from "../kit/time";
import { Takings } from "./Takings";
import { Till } from "./Till";
import styles from "./billing.module.css";

type Props = { panel: ReactNode; onPay: (open: OpenBalance) => void };
/** The site's money: what is still to be paid, what came today, and the till of this PC. */
export function MoneyScreen({ panel, onPay }: Props) {
  const { t } = useTranslation();
  const { clinic, tz, may } = useHere();
  const table = useRef<HTMLTableSectionElement>(null);
  const open = useOpenBalances(clinic.id);
  const day = useToday(clinic.id).data?.day;
  const [selected, setSelected] = useMemory<string | null>("money:selected", null);
  const rows = open.data?.items ?? [];
  const current = rows.find(({ invoice }) => invoice.id === selected) ?? rows[0];
  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    { keys: ["Enter"], label: t("keys.payment") },
  ]);
  const focusRow = (row: OpenBalance | undefined) => {
    if (!row) return;
    setSelected(row.invoice.id);
    table.current?.querySelector<HTMLElement>(`[data-row="${row.invoice.id}"]`)?.focus();
  };
  const loaded = rows.length > 0;
  useEffect(() => {
    if (loaded && !panel && document.activeElement === document.body)
      table.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [loaded, panel]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = rows.findIndex(({ invoice }) => invoice.id === (event.target as HTMLElement).dataset.row);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) focusRow(rows[to]);
    else if (event.key === "Enter" && may("take_payment")) onPay(rows[at]!);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const currency = rows[0]?.invoice.balance.owed.currency;
  const figure = (text: Parameters<typeof money>[0]) =>
    text.currency === currency ? amount(text) : money(text);
  return (
    <>
      <section className={styles.screen} {...hints}>
        <div className={styles.head}>
          <h1>{t("money.title")}</h1>
          <span className={styles.sub}>{day && longDay(day)}</span>
        </div>
        <div className={styles.band}>
          <h2>{t("money.open")}</h2>
          <span className="num">{open.data && rows.length}</span>
        </div>
        {open.error ? (
          <FailedState error={open.error} retry={() => void open.refetch()} />
        ) : !open.data ? (
          <SkeletonRows rows={10} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<IconCoins size={32} stroke={1.5} aria-hidden />} title={t("money.none")}>
            {t("money.noneWhat")}
          </EmptyState>
        ) : (
          <div className={styles.table} role="grid" aria-label={t("money.open")} onKeyDown={onKeyDown}>
            <table role="presentation">
              <thead role="rowgroup">
                <tr role="row">
                  <th role="columnheader">{t("money.columns.patient")}</th>
                  <th role="columnheader">{t("money.columns.phone")}</th>
                  <th role="columnheader">{t("money.columns.bill")}</th>
                  <th role="columnheader">{t("money.columns.issued")}</th>
                  <th role="columnheader" className={styles.end}>
                    {t("money.columns.total")}
                  </th>
                  <th role="columnheader" className={styles.end}>
                    {t("money.columns.owed")} {currency}
                  </th>
                </tr>
              </thead>
              <tbody ref={table} role="rowgroup">
                {rows.map((row) => (
                  <tr
                    key={row.invoice.id}
                    role="row"
                    data-row={row.invoice.id}
                    tabIndex={row === current ? 0 : -1}
                    onFocus={() => setSelected(row.invoice.id)}
                    onDoubleClick={() => may("take_payment") && onPay(row)}
                  >
                    <td role="gridcell">
                      <bdi>{row.invoice.patientName}</bdi>
                    </td>
                    <td role="gridcell" className="num">
                      {row.phone && <Phone number={row.phone} />}
                    </td>
                    <td role="gridcell" className="num">
                      {row.invoice.number}
                    </td>
                    <td role="gridcell" className="num">
                      {dateOf(row.invoice.issuedAt, tz)}
                    </td>
                    <td role="gridcell" className={`${styles.end} num`}>
                      {figure(row.invoice.balance.total)}
                    </td>
                    <td role="gridcell" className={`${styles.end} num`}>
                      <b>{figure(row.invoice.balance.owed)}</b>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {panel ?? (
        <aside className={styles.side} aria-label={t("till.title")}>
          <Till />
          <Takings day={day} />
        </aside>
      )}
    </>
  );
}
