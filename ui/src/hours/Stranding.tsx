import { useTranslation } from "react-i18next";
import { useRehearsal, type HoursChange, type StrandedVisit } from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { moment, useSettled } from "../kit/time";
import styles from "./hours.module.css";

/** Whom a change that is not saved yet would strand, and how many free times it leaves. */
export function Stranding({ change }: { change: HoursChange }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const settled = useSettled(JSON.stringify(change), 250);
  const outlook = useRehearsal(JSON.parse(settled) as HoursChange, clinic.id);
  // What is wrong with the form is said when it is sent, beside its fields.
  if (outlook.error && outlook.error.problems.length === 0) return <ErrorBanner error={outlook.error} />;
  if (!outlook.data || outlook.error) return null;
  const { stranded, days } = outlook.data;
  const free = days.reduce((sum, day) => sum + day.free.length, 0);
  return (
    <div className={styles.stranding} role="status" data-testid="outlook">
      {stranded.length > 0 && (
        <Banner tone="warn">
          <b>{t("hours.strands", { count: stranded.length })}</b>
          <StrandedNames visits={stranded} />
          <span className={styles.quiet}>{t("hours.strandsNext")}</span>
        </Banner>
      )}
      {stranded.length === 0 && <p className={styles.quiet}>{t("hours.strandsNobody")}</p>}
      {days.length > 0 && <p className={styles.quiet}>{t("hours.freeAfter", { count: free })}</p>}
    </div>
  );
}

const named = 4;
function StrandedNames({ visits }: { visits: StrandedVisit[] }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <ul className={styles.names}>
      {visits.slice(0, named).map(({ booking }) => (
        <li key={booking.id}>
          <bdi>{booking.patientName}</bdi> <span className="num">{moment(booking.start, tz)}</span>
        </li>
      ))}
      {visits.length > named && <li>{t("hours.andMore", { count: visits.length - named })}</li>}
    </ul>
  );
}
