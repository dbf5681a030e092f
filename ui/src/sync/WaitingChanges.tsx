import { useTranslation } from "react-i18next";
import { useWaitingChanges, type WaitingChange } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import styles from "./sync.module.css";
import { actionWord } from "./sentence";

/** What waits on this PC, as a person would tell it, in the order in which it will go. */
export function WaitingChanges() {
  const { t } = useTranslation();
  const waiting = useWaitingChanges();
  if (waiting.error) return <ErrorBanner error={waiting.error} />;
  if (!waiting.data || waiting.data.count === 0) return null;
  const { count, first } = waiting.data;
  const rest = count - first.length;
  return (
    <section aria-labelledby="waiting-here" data-testid="waiting-changes">
      <h2 className={styles.h2} id="waiting-here">
        {t("sync.waitingList.title", { count })}
      </h2>
      <p className={styles.meta}>{t("sync.waitingList.safe")}</p>
      <ol className={styles.changes}>
        {first.map((change, index) => (
          <Change key={`${change.at}${change.action}${index}`} change={change} />
        ))}
      </ol>
      {rest > 0 && <p className={styles.meta}>{t("sync.waitingList.and", { count: rest })}</p>}
    </section>
  );
}

function Change({ change }: { change: WaitingChange }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <li>
      <span>
        {actionWord(change.action)}
        {change.patient && (
          <>
            {" "}
            <b>
              <bdi>{change.patient}</bdi>
            </b>
          </>
        )}
        {change.morePatients > 0 && ` ${t("sync.waitingList.morePatients", { count: change.morePatients })}`}
      </span>
      <span className={styles.meta}>{change.by ?? t("sync.waitingList.system")}</span>
      <time className={styles.time}>{moment(change.at, tz)}</time>
    </li>
  );
}
