import { IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSyncReport, useSyncStatus } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys } from "../kit/keys";
import { useSettled } from "../kit/time";
import { AddPc } from "./AddPc";
import { Arriving } from "./Arriving";
import { ConflictList } from "./ConflictList";
import { ConnectForm } from "./ConnectForm";
import { History } from "./History";
import { HubDevices } from "./HubDevices";
import { stopSync, syncNow, useSyncRun } from "./run";
import { sentence } from "./sentence";
import { Steps } from "./Steps";
import styles from "./sync.module.css";
import { TakenOut } from "./TakenOut";
import { Trouble } from "./Trouble";
import { WaitingChanges } from "./WaitingChanges";

export function SyncScreen() {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const status = useSyncStatus();
  const report = useSyncReport();
  const run = useSyncRun();
  const running = status.data?.state === "running";
  // One in the background that is over at once would only flicker.
  const lasting = useSettled(running, 300);
  const busy = run.busy || (running && lasting);
  const hints = useHints([
    busy
      ? { keys: ["Esc"], label: t("sync.stop") }
      : { keys: ["Alt", "Shift", "S"], label: t("keys.syncNow") },
  ]);
  useKeys({
    escape: () => {
      if (!busy) return false;
      stopSync();
      return true;
    },
  });
  if (status.error) return <FailedState error={status.error} retry={() => void status.refetch()} />;
  if (!status.data)
    return (
      <div style={{ flex: 1 }}>
        <SkeletonRows rows={8} />
      </div>
    );
  const connected = status.data.state !== "not_connected";
  const words = sentence(t, status.data, tz);
  const failure =
    run.error ??
    (status.data.lastError && !busy ? { code: status.data.lastError, problems: [], detail: null } : null);
  return (
    <section className={styles.screen} {...hints}>
      <div className={styles.head}>
        <h1>{t("sync.title")}</h1>
        <span className={styles.sub}>
          {t("sync.thisPc", { device: status.data.deviceName, lane: status.data.lane })}
        </span>
        <span className={styles.fill} />
        <Button
          look={connected ? "main" : "default"}
          data-testid="sync-now"
          keys="Alt Shift S"
          icon={<IconRefresh size={16} aria-hidden />}
          busy={busy}
          disabled={!connected}
          onClick={() => void syncNow()}
        >
          {t("sync.now")}
        </Button>
        {busy && (
          <Button
            data-testid="sync-stop"
            keys="Esc"
            icon={<IconPlayerStop size={16} aria-hidden />}
            onClick={stopSync}
          >
            {t("sync.stop")}
          </Button>
        )}
      </div>
      <div className={styles.columns}>
        <div className={styles.left}>
          <p className={styles.sentence}>
            {words.first} <span>{words.second}</span>
          </p>
          <Arriving arriving={status.data.arriving} />
          {status.data.takenOut && <TakenOut out={status.data.takenOut} waiting={status.data.waiting} />}
          {failure && failure.code !== "device_drained" && (
            <div className={styles.gap} data-testid={run.error ? "sync-result" : undefined}>
              <Trouble error={failure} waiting={status.data.waiting} />
            </div>
          )}
          {connected && failure?.code === "hub_identity_changed" && may("manage_devices") && <ConnectForm />}
          {connected ? (
            <Steps status={status.data} report={report.data ?? null} busy={busy} failed={failure !== null} />
          ) : may("manage_devices") || may("sync") ? (
            <ConnectForm />
          ) : (
            <p className={styles.meta}>{t("sync.askManager")}</p>
          )}
          {connected && <WaitingChanges />}
          {status.data.quarantined > 0 && (
            <p className={styles.meta}>{t("sync.quarantined", { count: status.data.quarantined })}</p>
          )}
        </div>
        <div className={styles.right}>
          {connected && <HubDevices />}
          {connected && may("manage_devices") && <AddPc />}
          {connected && <History />}
          <ConflictList />
        </div>
      </div>
    </section>
  );
}
