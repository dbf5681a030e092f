import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconFingerprint,
  IconLoader2,
} from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { SyncReport, SyncStatus, SyncStep } from "../api";
import { useHere } from "../kit/clinic";
import kit from "../kit/kit.module.css";
import { commas } from "../kit/locale";
import { clock, useNow } from "../kit/time";
import { syncProgress, type LiveProgress } from "../live";
import { bytes, grouped, repairedIn } from "./sentence";
import styles from "./sync.module.css";

type Mark = "ok" | "now" | "next" | "warn";
type Step = Exclude<SyncStep, "done">;
type Part = { done: number; all: number };

/** The steps in their order: while one runs, its words; how much of it is done, where that is known; and after. */
const steps: {
  step: Step;
  doing: (t: TFunction, part: Part) => string;
  part?: (progress: LiveProgress) => Part;
  /** One that most syncs have no need of. */
  needed?: (progress: LiveProgress) => boolean;
  done?: (t: TFunction, report: SyncReport) => string;
}[] = [
  { step: "connecting", doing: (t) => t("sync.doing.connecting") },
  {
    step: "sending",
    doing: (t, part) => t("sync.doing.sending", part),
    part: ({ sent, toSend }) => ({ done: sent, all: Math.max(sent, toSend) }),
    done: (t, { sent, bytesSent }) => commas([t("sync.done.sending", { count: sent }), bytes(t, bytesSent)]),
  },
  {
    step: "taking_over",
    doing: (t, part) => t("sync.doing.taking_over", part),
    part: ({ records, toTakeOver }) => ({ done: records, all: toTakeOver }),
    needed: ({ toTakeOver }) => toTakeOver > 0,
  },
  {
    step: "fetching",
    doing: (t, part) => t("sync.doing.fetching", part),
    part: ({ received, toReceive }) => ({ done: received, all: Math.max(received, toReceive) }),
    done: (t, { received, bytesReceived }) =>
      commas([t("sync.done.fetching", { count: received }), bytes(t, bytesReceived)]),
  },
  { step: "comparing", doing: (t) => t("sync.doing.comparing") },
  {
    step: "history",
    doing: (t, part) => t("sync.doing.history", part),
    part: ({ history, toHistory }) => ({ done: history, all: toHistory }),
    needed: ({ toHistory }) => toHistory > 0,
  },
];

/** Without a word from the hub for so long, the page says that it is still waited for. */
const SILENCE = 4_000;

type RowProps = { mark: Mark; title: string; what?: string; time?: string; children?: React.ReactNode };
function StepRow({ mark, title, what, time, children }: RowProps) {
  const Icon = { ok: IconCircleCheck, now: IconLoader2, next: IconCircleDashed, warn: IconAlertTriangle }[
    mark
  ];
  return (
    <li className={styles[mark]} aria-current={mark === "now" ? "step" : undefined}>
      <Icon size={20} stroke={1.75} aria-hidden className={mark === "now" ? kit.spin : undefined} />
      <div>
        <b>{title}</b>
        {what && <span>{what}</span>}
      </div>
      <time className={styles.time}>{time}</time>
      {children}
    </li>
  );
}

type Props = { status: SyncStatus; report: SyncReport | null; busy: boolean; failed: boolean };
export function Steps({ status, report, busy, failed }: Props) {
  return busy ? <Running /> : <Ended status={status} report={report} failed={failed} />;
}

function Running() {
  const { t } = useTranslation();
  const live = useSyncExternalStore(syncProgress.watch, syncProgress.current);
  const now = useNow(1_000);
  const shown = steps.filter(({ needed }) => !needed || (live !== null && needed(live)));
  const at = live ? shown.findIndex(({ step }) => step === live.step) : 0;
  const elapsed = live ? Math.max(0, Math.floor((now - live.since) / 1000)) : 0;
  const silence = live ? now - live.heardAt : 0;
  return (
    <>
      <h2 className={styles.h2}>
        {t("sync.runningRun")}
        <span className="num" data-testid="sync-traffic">
          {t("sync.upDown", { up: bytes(t, live?.bytesSent ?? 0), down: bytes(t, live?.bytesReceived ?? 0) })}
          {", "}
          {t("sync.elapsed", { count: elapsed })}
        </span>
      </h2>
      <ol className={styles.steps} data-testid="sync-steps">
        {shown.map(({ step, doing, part }, index) => {
          const counted = (live && part?.(live)) ?? { done: 0, all: 0 };
          const mark = at < 0 || index < at ? "ok" : index === at ? "now" : "next";
          const words = mark === "next" || (mark === "ok" && !part) ? "" : doing(t, counted);
          const silent =
            mark === "now" && silence > SILENCE
              ? t("sync.silent", { seconds: Math.floor(silence / 1000) })
              : "";
          return (
            <StepRow key={step} mark={mark} title={t(`sync.step.${step}`)} what={commas([words, silent])}>
              {mark === "now" && counted.all > 0 && (
                <progress
                  className={styles.bar}
                  max={counted.all}
                  value={counted.done}
                  aria-label={t(`sync.step.${step}`)}
                />
              )}
            </StepRow>
          );
        })}
      </ol>
    </>
  );
}

function Ended({
  status,
  report,
  failed,
}: {
  status: SyncStatus;
  report: SyncReport | null;
  failed: boolean;
}) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const time = report ? clock(report.finishedAt, tz) : undefined;
  const repaired = report ? repairedIn(report) : 0;
  return (
    <>
      <h2 className={styles.h2}>
        {t(failed ? "sync.lastWholeRun" : "sync.lastRun")}
        {report && (
          <span
            className={report.identical ? styles.good : styles.amber}
            data-testid={failed ? undefined : "sync-result"}
            role="status"
          >
            {t(report.identical ? "sync.same" : "sync.differ", { count: report.records, time })}
          </span>
        )}
      </h2>
      {repaired > 0 && <p className={styles.meta}>{t("sync.repaired", { count: repaired })}</p>}
      <ol className={styles.steps}>
        <StepRow
          mark={status.waiting > 0 ? "warn" : "ok"}
          title={t("sync.step.saved")}
          what={status.waiting > 0 ? t("sync.waiting", { count: status.waiting }) : t("sync.nothingWaits")}
        />
        {steps
          .filter(({ done }) => done)
          .map(({ step, done }) => (
            <StepRow
              key={step}
              mark={report ? "ok" : "next"}
              title={t(`sync.step.${step}`)}
              what={report && done ? done(t, report) : t("sync.notYet")}
              time={time}
            />
          ))}
        <StepRow
          mark={!report ? "next" : report.identical ? "ok" : "warn"}
          title={t("sync.step.comparing")}
          what={report ? t("sync.proof") : t("sync.notYet")}
          time={time}
        >
          {report && (
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
