import { IconCloudCheck, IconCloudUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSyncStatus, useWhereabouts, type Whereabouts } from "../api";
import styles from "./Whereabouts.module.css";

/** Asks for several records at once; a question about more than one id is about all of them together. */
export function useWhere(rows: string[]) {
  const status = useSyncStatus();
  // Without a hub everything is here only, and a mark on each line would say nothing.
  const connected = status.data !== undefined && status.data.state !== "not_connected";
  const found = useWhereabouts(rows, connected).data;
  return (...ids: (string | null)[]): Whereabouts | null => {
    const known = ids.flatMap((id) => (id && connected ? [found?.[id]] : []));
    if (known.length === 0 || known.includes(undefined)) return null;
    return known.includes("here_only") ? "here_only" : "at_the_hub";
  };
}

export function WhereMark({ at }: { at: Whereabouts | null }) {
  const { t } = useTranslation();
  if (!at) return null;
  const Icon = at === "here_only" ? IconCloudUp : IconCloudCheck;
  const words = t(`sync.where.${at}`);
  return (
    <span className={styles.mark} role="img" aria-label={words} title={words} data-where={at}>
      <Icon size={14} stroke={1.75} aria-hidden />
    </span>
  );
}

export function RecordMark({ id }: { id: string }) {
  return <WhereMark at={useWhere([id])(id)} />;
}
