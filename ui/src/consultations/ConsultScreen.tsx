import { IconStethoscope } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useToday, type TodayRow } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { useAgeSex } from "../kit/person";
import { QueueNumber } from "../kit/QueueNumber";
import { clock, minutesBetween, useNow } from "../kit/time";
import { Workplace } from "./Workplace";
import styles from "./Waiting.module.css";

export function ConsultScreen() {
  const { t } = useTranslation();
  const { clinic, session } = useHere();
  const today = useToday(clinic.id);
  const now = Math.max(useNow(), today.data?.readAt ?? 0) + (today.data?.skew ?? 0);
  const [open, setOpen] = useMemory<string | null>("consult:open", null);
  const mine = (today.data?.rows ?? []).filter((row) => row.providerId === session.providerId);
  const waiting = mine
    .filter((row) => row.status === "arrived")
    .sort((a, b) => (a.waitingSince ?? "").localeCompare(b.waitingSince ?? ""));
  const here = mine.filter((row) => row.status === "in_progress");
  const next = waiting.find((row) => row.appointmentId !== open);

  if (today.error && !open) return <FailedState error={today.error} retry={() => void today.refetch()} />;
  if (open)
    return (
      <Workplace
        key={open}
        appointmentId={open}
        today={today.data?.day ?? new Date().toISOString().slice(0, 10)}
        next={
          next ? { row: next, minutes: next.waitingSince ? minutesBetween(next.waitingSince, now) : 0 } : null
        }
        onClose={(then) => setOpen(then)}
      />
    );
  return (
    <WaitingList
      loading={today.isPending}
      noDoctor={session.providerId === null}
      here={here}
      waiting={waiting}
      now={now}
      limit={today.data?.waitLimitMinutes ?? 0}
      onOpen={(row) => setOpen(row.appointmentId)}
      empty={
        <EmptyState icon={<IconStethoscope size={32} stroke={1.5} aria-hidden />} title={t("consult.empty")}>
          {t("consult.emptyWhat")}
        </EmptyState>
      }
    />
  );
}

type Props = {
  loading: boolean;
  noDoctor: boolean;
  here: TodayRow[];
  waiting: TodayRow[];
  now: number;
  limit: number;
  onOpen: (row: TodayRow) => void;
  empty: React.ReactNode;
};
function WaitingList({ loading, noDoctor, here, waiting, now, limit, onOpen, empty }: Props) {
  const { t } = useTranslation();
  const first = here[0] ?? waiting[0];
  useKeys({ "alt+arrowright": () => first && onOpen(first) });
  const hints = useHints([
    { keys: ["Alt", "→"], label: t("keys.nextPatient") },
    { keys: ["Tab"], label: t("keys.move") },
    { keys: ["Enter"], label: t("keys.open") },
  ]);
  return (
    <section className={styles.screen} {...hints}>
      <div className={styles.head}>
        <h1>{t("consult.title")}</h1>
        <span className={styles.sub}>{!loading && t("consult.waits", { count: waiting.length })}</span>
        <span className={styles.fill} />
        <Button look="main" keys="Alt →" disabled={!first} onClick={() => first && onOpen(first)}>
          {here.length > 0 ? t("consult.goOn") : t("consult.next")}
        </Button>
      </div>
      {noDoctor ? (
        <EmptyState title={t("consult.notDoctor")}>{t("consult.notDoctorWhat")}</EmptyState>
      ) : loading ? (
        <SkeletonRows rows={6} />
      ) : !first ? (
        empty
      ) : (
        <div className={styles.groups}>
          {here.length > 0 && (
            <WaitingGroup title={t("consult.here")} rows={here} {...{ now, limit, onOpen }} />
          )}
          {waiting.length > 0 && (
            <WaitingGroup title={t("consult.wait")} rows={waiting} {...{ now, limit, onOpen }} />
          )}
        </div>
      )}
    </section>
  );
}

type GroupProps = Pick<Props, "now" | "limit" | "onOpen"> & { title: string; rows: TodayRow[] };
function WaitingGroup({ title, rows, now, limit, onOpen }: GroupProps) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const ageSex = useAgeSex();
  const tone = (minutes: number) =>
    limit > 0 && minutes > 2 * limit ? styles.stop : limit > 0 && minutes > limit ? styles.warn : undefined;
  return (
    <>
      <h2 className={styles.group}>
        {title} <span className="num">{rows.length}</span>
      </h2>
      <ul aria-label={title}>
        {rows.map((row) => {
          const minutes =
            row.status === "arrived" && row.waitingSince ? minutesBetween(row.waitingSince, now) : null;
          return (
            <li key={row.appointmentId}>
              <button
                type="button"
                className={styles.row}
                data-testid={`row-${row.number ?? row.appointmentId}`}
                onClick={() => onOpen(row)}
              >
                {row.number ? <QueueNumber number={row.number} className={styles.number} /> : <span />}
                <span className={styles.name}>
                  <b>
                    <bdi>{row.patientName}</bdi>
                  </b>{" "}
                  {ageSex(row.ageYears, row.gender)}
                </span>
                <span className={styles.reason} dir="auto">
                  {row.reason}
                </span>
                <span className={`${styles.wait} ${minutes === null ? "" : (tone(minutes) ?? "")}`}>
                  {minutes !== null
                    ? t("minutes", { count: minutes })
                    : row.withDoctorSince && t("today.since", { time: clock(row.withDoctorSince, tz) })}
                </span>
                <span className={styles.chip}>
                  {row.status === "arrived" ? t("today.move.call") : t("consult.goOnShort")}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
