import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconPlayerStop } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSyncHistory, type SyncRun } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { SkeletonRows } from "../kit/Empty";
import { commas, number } from "../kit/locale";
import { clock, moment } from "../kit/time";
import { bytes } from "./sentence";
import styles from "./sync.module.css";
import { trouble } from "./trouble";

const PAGE = 20;
const looks = {
  ok: IconCircleCheck,
  quiet: IconCircleDashed,
  warn: IconAlertTriangle,
  stopped: IconPlayerStop,
};
type Look = keyof typeof looks;

const moved = (run: SyncRun) => run.sent + run.received + run.repaired > 0;

function lookOf(run: SyncRun): Look {
  if (run.outcome === "failed" || run.outcome === "differs") return "warn";
  if (run.outcome === "stopped") return "stopped";
  return run.why === "by_itself" && !moved(run) ? "quiet" : "ok";
}

/** Every sync of this PC, the latest first; those that found nothing new are one quiet line. */
export function History() {
  const { t } = useTranslation();
  const [offset, setOffset] = useState(0);
  const found = useSyncHistory({ offset, limit: PAGE });
  const runs = found.data?.items ?? [];
  return (
    <section aria-labelledby="sync-history" data-testid="sync-history">
      <h2 className={styles.h2} id="sync-history">
        {t("sync.history.title")}
        <span className={styles.pager}>
          {offset > 0 && (
            <Button look="quiet" size="sm" onClick={() => setOffset(Math.max(0, offset - PAGE))}>
              {t("sync.history.newer")}
            </Button>
          )}
          {found.data?.more && (
            <Button look="quiet" size="sm" onClick={() => setOffset(offset + PAGE)}>
              {t("sync.history.older")}
            </Button>
          )}
        </span>
      </h2>
      <ErrorBanner error={found.error} />
      {!found.data && !found.error && <SkeletonRows rows={4} />}
      {found.data && runs.length === 0 && <p className={styles.meta}>{t("sync.history.none")}</p>}
      <ol className={styles.history}>
        {runs.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ol>
    </section>
  );
}

function RunLine({ run }: { run: SyncRun }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const look = lookOf(run);
  const Icon = looks[look];
  const exchanged = moved(run)
    ? commas([
        t("sync.history.moved", { sent: run.sent, received: run.received }),
        bytes(t, run.bytesSent + run.bytesReceived),
      ])
    : t(run.outcome === "stopped" ? "sync.history.none_exchanged" : "sync.history.nothing");
  const what =
    run.outcome === "failed"
      ? trouble({ code: run.error ?? "internal", detail: null }, 0).what
      : run.outcome === "differs"
        ? t("sync.history.differs")
        : run.outcome === "stopped"
          ? t("sync.history.stopped")
          : look === "quiet"
            ? t("sync.history.quiet", { count: run.times })
            : exchanged;
  const second = [
    run.outcome === "failed" && run.times > 1 && t("sync.history.tries", { count: run.times }),
    (run.outcome === "stopped" || run.outcome === "differs") && exchanged,
    run.outcome === "unproven" && t("sync.history.unproven"),
    run.repaired > 0 && t("sync.repaired", { count: run.repaired }),
    look !== "quiet" && t(`sync.history.${run.why}`),
    look === "ok" && t("sync.history.took", { seconds: number(run.durationMs / 1000, 1) }),
  ];
  const span = clock(run.startedAt, tz) !== clock(run.finishedAt, tz) && run.times > 1;
  return (
    <li data-look={look}>
      <Icon size={16} stroke={1.75} aria-hidden />
      <span>
        <b>{what}</b> <span className={styles.meta}>{commas(second)}</span>
      </span>
      <time className={styles.time}>
        {span
          ? t("sync.history.span", { from: moment(run.startedAt, tz), to: clock(run.finishedAt, tz) })
          : moment(run.finishedAt, tz)}
      </time>
    </li>
  );
}
