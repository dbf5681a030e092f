import { IconCalendarOff, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, usePlannedTimeOff } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { Row, RowBand, RowGrid, useRowFocus } from "../kit/RowGrid";
import { TimeOffPanel } from "./TimeOffPanel";
import { useHoursWords } from "./words";
import styles from "./hours.module.css";

/** When the whole site is closed, or closes earlier: nobody can be booked then. */
export function Holidays() {
  const { t } = useTranslation();
  const { clinic, may } = useHere();
  const words = useHoursWords();
  const off = usePlannedTimeOff(null, clinic.id);
  const [adding, setAdding] = useMemory("hours:holiday", false);
  const [selected, setSelected] = useState<string | null>(null);
  const mayChange = may("manage_availability");
  const cancel = useCommand(api.cancelTimeOff, () => {
    tellAction({ text: t("hours.offCancelled") });
    void refresh(["hours"], ["waitlist"]);
  });
  const add = () => setAdding(true);
  useKeys(mayChange && !adding ? { n: add, "alt+n": add } : {});
  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    ...(mayChange
      ? [
          { keys: ["N"], label: t("hours.addHoliday") },
          { keys: ["Del"], label: t("hours.takeBack") },
        ]
      : []),
  ]);
  useRowFocus(off.data !== undefined, off.data?.length);
  return (
    <div className={styles.columns}>
      <div className={styles.main} {...hints}>
        {cancel.error && <ErrorBanner error={cancel.error} />}
        {mayChange && (
          <div className={styles.adds}>
            <Button size="sm" keys="N" icon={<IconPlus size={16} aria-hidden />} onClick={add}>
              {t("hours.addHoliday")}
            </Button>
          </div>
        )}
        {off.error ? (
          <FailedState error={off.error} retry={() => void off.refetch()} />
        ) : !off.data ? (
          <SkeletonRows rows={6} />
        ) : off.data.length === 0 ? (
          <EmptyState
            icon={<IconCalendarOff size={32} stroke={1.5} aria-hidden />}
            title={t("hours.noHolidays")}
          >
            {t("hours.noHolidaysWhat")}
          </EmptyState>
        ) : (
          <RowGrid
            label={t("hours.views.holidays")}
            template="minmax(0, 1.4fr) minmax(0, 1.4fr) minmax(0, 1fr) 88px"
            columns={[
              { label: t("hours.columns.name") },
              { label: t("hours.columns.when") },
              { label: t("hours.columns.repeat") },
              { label: t("hours.columns.action"), hidden: true },
            ]}
          >
            <RowBand span={4} title={clinic.name} count={off.data.length}>
              {off.data.map((entry, at) => {
                const take = () => {
                  if (mayChange && !cancel.isPending) cancel.mutate([entry.id]);
                };
                return (
                  <Row
                    key={entry.id}
                    id={entry.id}
                    first={at === 0}
                    selected={selected === entry.id}
                    onSelect={() => setSelected(entry.id)}
                    keys={{ delete: take }}
                    cells={[
                      <b key="name">{entry.reason ?? t(`hours.kinds.${entry.kind}`)}</b>,
                      <span key="span" className="num">
                        {words.span(entry)}
                      </span>,
                      words.again(entry),
                      mayChange && (
                        <Button key="cancel" look="chip" tabIndex={-1} onClick={take}>
                          {t("hours.takeBack")}
                        </Button>
                      ),
                    ]}
                  />
                );
              })}
            </RowBand>
          </RowGrid>
        )}
      </div>
      {adding && <TimeOffPanel doctor={null} clinicId={clinic.id} onClose={() => setAdding(false)} />}
    </div>
  );
}
