import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconFingerprint,
  IconLoader2,
} from "@tabler/icons-react";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { SyncProgress, SyncReport, SyncStatus, SyncStep } from "../api";
import { useHere } from "../kit/clinic";
import kit from "../kit/kit.module.css";
import { clock } from "../kit/time";
import { syncProgress } from "../live";
import { bytes, grouped } from "./sentence";
import styles from "./sync.module.css";

type Mark = "ok" | "now" | "next" | "warn";
const order: SyncStep[] = ["connecting", "sending", "fetching", "comparing", "done"];

function StepRow({
  mark,
  title,
  what,
  time,
  children,
}: {
  mark: Mark;
  title: string;
  what: string;
  time?: string;
  children?: React.ReactNode;
}) {
  const Icon = { ok: IconCircleCheck, now: IconLoader2, next: IconCircleDashed, warn: IconAlertTriangle }[
    mark
  ];
  return (
    <li className={styles[mark]}>
      <Icon size={20} stroke={1.75} aria-hidden className={mark === "now" ? kit.spin : undefined} />
      <div>
        <b>{title}</b>
        <span>{what}</span>
      </div>
      <time className={styles.time}>{time}</time>
      {children}
    </li>
  );
}

type Props = { status: SyncStatus; report: SyncReport | null; busy: boolean; failed: boolean };
export function Steps({ status, report, busy, failed }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const progress = useSyncExternalStore(syncProgress.watch, syncProgress.current);
  const running = busy ? (progress ?? start) : null;
  const markOf = (step: SyncStep): Mark => {
    if (!running) return report ? "ok" : "next";
    const [at, mine] = [order.indexOf(running.step), order.indexOf(step)];
    return mine < at ? "ok" : mine === at ? "now" : "next";
  };
  const time = report && !busy ? clock(report.finishedAt, tz) : undefined;
  const count = (sent: number, all: number) => t("sync.of", { sent, all: Math.max(sent, all) });
  return (
    <>
      <h2 className={styles.h2}>
        {t("sync.lastRun")}
        {report && !busy && (
          <span
            className={report.identical ? styles.good : styles.amber}
            data-testid={failed ? undefined : "sync-result"}
            role="status"
          >
            {report.identical ? t("sync.identical") : t("sync.different")}
          </span>
        )}
      </h2>
      <ol className={styles.steps} aria-live="polite">
        <StepRow
          mark={status.waiting > 0 && !busy ? "warn" : "ok"}
          title={t("sync.step.saved")}
          what={status.waiting > 0 ? t("sync.waiting", { count: status.waiting }) : t("sync.nothingWaits")}
        />
        <StepRow
          mark={markOf("sending")}
          title={t("sync.step.sent")}
          what={
            running
              ? count(running.sent, running.toSend)
              : report
                ? `${count(report.sent, report.sent)}, ${bytes(t, report.bytesSent)}`
                : t("sync.notYet")
          }
          time={time}
        />
        <StepRow
          mark={markOf("fetching")}
          title={t("sync.step.fetched")}
          what={
            running
              ? `${count(running.received, running.toReceive)}, ${bytes(t, running.bytes)}`
              : report
                ? `${count(report.received, report.received)}, ${bytes(t, report.bytesReceived)}`
                : t("sync.notYet")
          }
          time={time}
        />
        <StepRow
          mark={report && !running && !report.identical ? "warn" : markOf("comparing")}
          title={t("sync.step.compared")}
          what={
            report && !running
              ? t(report.identical ? "sync.recordsSame" : "sync.recordsDiffer", { count: report.records })
              : t("sync.notYet")
          }
          time={time}
        >
          {report && !running && (
            <p className={styles.proof}>
              <IconFingerprint size={16} aria-hidden />
              <code title={report.digest}>{grouped(report.digest)}</code>
              <span>{t("sync.here")}</span>
              <b>{report.identical ? "=" : "≠"}</b>
              <code title={report.hubDigest}>{grouped(report.hubDigest)}</code>
              <span>{t("sync.hub")}</span>
            </p>
          )}
        </StepRow>
      </ol>
    </>
  );
}

const start: SyncProgress = { step: "connecting", sent: 0, toSend: 0, received: 0, toReceive: 0, bytes: 0 };
