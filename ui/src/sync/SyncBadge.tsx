import { IconCloudCheck, IconCloudExclamation, IconCloudOff, IconCloudUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSyncStatus } from "../api";
import { useHere } from "../kit/clinic";
import { sentence, type Cloud } from "./sentence";
import styles from "./sync.module.css";

const clouds: Record<Cloud, typeof IconCloudUp> = {
  tick: IconCloudCheck,
  up: IconCloudUp,
  off: IconCloudOff,
  alert: IconCloudExclamation,
};

export function SyncBadge({ onOpen }: { onOpen?: () => void }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const status = useSyncStatus();
  const words = status.data && sentence(t, status.data, tz);
  const Icon = clouds[words?.cloud ?? "up"];
  const attention = words?.cloud === "alert";
  return (
    <button
      type="button"
      className={styles.badge}
      data-testid="sync-badge"
      onClick={onOpen}
      disabled={!onOpen}
      data-attention={attention || undefined}
    >
      <Icon size={16} aria-hidden />
      {words && (
        <>
          <span>{words.first}</span>
          <span className={styles.second}>{words.second}</span>
        </>
      )}
    </button>
  );
}
