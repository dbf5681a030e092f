import { IconCalendarCheck, IconPhone } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  refresh,
  useCommand,
  useStranded,
  useTimesFor,
  type FreeTime,
  type StrandedVisit,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { Keys } from "../kit/Kbd";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { commas } from "../kit/locale";
import { Row, RowBand, RowGrid, useRowFocus } from "../kit/RowGrid";
import { clock, longDay } from "../kit/time";
import styles from "./hours.module.css";

const dayOf = (at: string, zone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(at));

/** Visits that the hours no longer cover: each is called, and one key gives it another time or keeps it. */
export function RebookView() {
  const { t } = useTranslation();
  const { clinic, may, tz } = useHere();
  const stranded = useStranded(clinic.id);
  const [chosen, setChosen] = useState<string | null>(null);
  const visits = stranded.data ?? [];
  const visit = visits.find(({ booking }) => booking.id === chosen) ?? visits[0];
  const settled = () => {
    void refresh(["hours"], ["waitlist"], ["today"], ["search"]);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus());
  };
  const move = useCommand(api.rescheduleAppointment, settled);
  const keep = useCommand(api.keepStranded, settled);
  const when = (at: string) => commas([longDay(dayOf(at, tz)), clock(at, tz)]);
  const rebook = ({ booking }: StrandedVisit, time: FreeTime) => {
    if (move.isPending) return;
    const to = {
      start: time.start,
      minutes: null,
      providerId: time.providerId,
      clinicId: time.clinicId,
      note: t("hours.rebookNote"),
    };
    move.mutate([booking.id, to], {
      onSuccess: () =>
        tellAction({
          text: t("hours.rebooked", {
            name: booking.patientName,
            when: when(time.start),
            doctor: time.providerName,
          }),
        }),
    });
  };
  const keepIt = ({ booking }: StrandedVisit) => {
    if (keep.isPending) return;
    keep.mutate([booking.id, true], {
      onSuccess: () =>
        tellAction({
          text: t("hours.kept", { name: booking.patientName }),
          undo: () => void api.keepStranded(booking.id, false).then(settled, () => tellAction(null)),
        }),
    });
  };
  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    { keys: ["1"], to: ["4"], label: t("hours.keys.rebook") },
    { keys: ["K"], label: t("hours.keys.keep") },
  ]);
  useRowFocus(stranded.data !== undefined);
  if (stranded.error) return <FailedState error={stranded.error} retry={() => void stranded.refetch()} />;
  if (!stranded.data) return <SkeletonRows rows={8} />;
  if (!visit)
    return (
      <EmptyState
        icon={<IconCalendarCheck size={32} stroke={1.5} aria-hidden />}
        title={t("hours.nobodyStranded")}
      >
        {t("hours.nobodyStrandedWhat")}
      </EmptyState>
    );
  return (
    <div className={styles.columns} {...hints}>
      <RowGrid
        label={t("hours.views.rebook")}
        template="208px minmax(0, 1.2fr) 128px minmax(0, 1fr) minmax(0, 1.2fr) 0px"
        columns={[
          ...(["when", "patient", "phone", "doctor", "why"] as const).map((name) => ({
            label: t(`hours.columns.${name}`),
          })),
          { label: t("hours.columns.action"), hidden: true },
        ]}
      >
        <RowBand span={6} title={t("hours.views.rebook")} count={visits.length} note={t("hours.rebookWhat")}>
          {visits.map((entry) => (
            <Row
              key={entry.booking.id}
              id={entry.booking.id}
              first={entry === visit}
              selected={entry === visit}
              onSelect={() => setChosen(entry.booking.id)}
              cells={[
                <span key="when" className="num">
                  {when(entry.booking.start)}
                </span>,
                <b key="who">
                  <bdi>{entry.booking.patientName}</bdi>
                </b>,
                <span key="phone" className="num" dir="ltr">
                  {entry.booking.patientPhone ?? t("patient.noPhone")}
                </span>,
                <bdi key="doctor">{entry.booking.providerName}</bdi>,
                <Why key="why" visit={entry} />,
                null,
              ]}
            />
          ))}
        </RowBand>
      </RowGrid>
      <RebookPanel
        key={visit.booking.id}
        visit={visit}
        may={may("book_appointment")}
        error={move.error ?? keep.error}
        busy={move.isPending || keep.isPending}
        onTime={(time) => rebook(visit, time)}
        onKeep={() => keepIt(visit)}
        when={when}
      />
    </div>
  );
}

function Why({ visit }: { visit: StrandedVisit }) {
  const { t } = useTranslation();
  return (
    <span className={styles.why}>
      {t(`hours.by.${visit.by}`)}
      {visit.detail && `: ${visit.detail}`}
    </span>
  );
}

type PanelProps = {
  visit: StrandedVisit;
  may: boolean;
  error: Parameters<typeof ErrorBanner>[0]["error"];
  busy: boolean;
  onTime: (time: FreeTime) => void;
  onKeep: () => void;
  when: (at: string) => string;
};
function RebookPanel({ visit, may, error, busy, onTime, onKeep, when }: PanelProps) {
  const { t } = useTranslation();
  const times = useTimesFor(visit.booking.id);
  const free = times.data ?? [];
  const take = (at: number) => {
    if (may && free[at]) onTime(free[at]);
  };
  useKeys({
    ...Object.fromEntries([0, 1, 2, 3].map((at) => [String(at + 1), () => take(at)])),
    ...(may ? { k: onKeep } : {}),
  });
  const { booking } = visit;
  return (
    <aside className={styles.side} aria-label={t("hours.rebookOf", { name: booking.patientName })}>
      <h2>
        <bdi>{booking.patientName}</bdi>
      </h2>
      <p className={`${styles.phone} num`}>
        <IconPhone size={16} aria-hidden />
        <span dir="ltr">{booking.patientPhone ?? t("patient.noPhone")}</span>
      </p>
      <p>
        {when(booking.start)} · <bdi>{booking.providerName}</bdi>
        {booking.serviceName && ` · ${booking.serviceName}`}
      </p>
      <p>
        <Why visit={visit} />
      </p>
      <h3>{t("hours.nextFree")}</h3>
      {times.data && free.length === 0 && <p className={styles.quiet}>{t("hours.nothingFree")}</p>}
      <ol className={styles.freeTimes}>
        {free.map((time, at) => (
          <li key={`${time.start}${time.providerId}`}>
            <button
              type="button"
              disabled={!may || busy}
              onClick={() => take(at)}
              data-testid={`time-${at + 1}`}
            >
              <Keys of={String(at + 1)} />
              <span>
                <b className="num">{when(time.start)}</b>
                <span className={styles.quiet}>
                  <bdi>{time.providerName}</bdi>
                  {time.clinicId !== booking.clinicId && `, ${time.clinicName}`}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
      <ErrorBanner error={error} />
      {may && (
        <Button keys="K" busy={busy} onClick={onKeep}>
          {t("hours.keepIt")}
        </Button>
      )}
      <p className={styles.quiet}>{t("hours.keepWhat")}</p>
    </aside>
  );
}
