import { IconRefresh } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSyncReport, useSyncStatus } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { useHints } from "../kit/keys";
import { AddPc } from "./AddPc";
import { ConflictList } from "./ConflictList";
import { ConnectForm } from "./ConnectForm";
import { HubDevices } from "./HubDevices";
import { syncNow, useSyncRun } from "./run";
import { sentence } from "./sentence";
import { Steps } from "./Steps";
import styles from "./sync.module.css";

export function SyncScreen() {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const status = useSyncStatus();
  const report = useSyncReport();
  const run = useSyncRun();
  const hints = useHints([{ keys: ["Alt", "Shift", "S"], label: t("keys.syncNow") }]);
  if (status.error) return <FailedState error={status.error} retry={() => void status.refetch()} />;
  if (!status.data)
    return (
      <div style={{ flex: 1 }}>
        <SkeletonRows rows={8} />
      </div>
    );
  const connected = status.data.state !== "not_connected";
  const busy = run.busy || status.data.state === "running";
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
      </div>
      <div className={styles.columns}>
        <div className={styles.left}>
          <p className={styles.sentence}>
            {words.first} <span>{words.second}</span>
          </p>
          {failure && (
            <div className={styles.gap} data-testid={run.error ? "sync-result" : undefined}>
              <ErrorBanner error={failure} />
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
          {status.data.quarantined > 0 && (
            <p className={styles.meta}>{t("sync.quarantined", { count: status.data.quarantined })}</p>
          )}
        </div>
        <div className={styles.right}>
          {connected && <HubDevices />}
          {connected && may("manage_devices") && <AddPc />}
          <ConflictList />
        </div>
      </div>
    </section>
  );
}
