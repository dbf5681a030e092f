import { useTranslation } from "react-i18next";
import type { AppointmentStatus } from "../api";
import styles from "./kit.module.css";

const rings: Record<AppointmentStatus, React.ReactNode> = {
  requested: <circle cx="8" cy="8" r="6.25" strokeDasharray="2.2 2.71" />,
  scheduled: <circle cx="8" cy="8" r="6.25" />,
  confirmed: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M5.5 8.2l1.8 1.7l3.2-3.6" />
    </>
  ),
  arrived: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 4.25a3.75 3.75 0 0 1 0 7.5z" fill="currentColor" stroke="none" />
    </>
  ),
  in_progress: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 8V4.25A3.75 3.75 0 1 1 4.25 8z" fill="currentColor" stroke="none" />
    </>
  ),
  completed: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />
      <path d="M5.2 8.2l2 1.9l3.6-4" style={{ stroke: "var(--surface)" }} />
    </>
  ),
  cancelled: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2" />
    </>
  ),
  no_show: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M3.8 12.2l8.4-8.4" />
    </>
  ),
};

const tone = (status: AppointmentStatus) =>
  `var(--${status === "in_progress" ? "with-doctor" : status === "no_show" ? "no-show" : status})`;

/** The ring alone, where the word stands elsewhere for whoever cannot see it. */
export function Ring({ status }: { status: AppointmentStatus }) {
  return (
    <svg className={styles.ring} viewBox="0 0 16 16" aria-hidden="true" style={{ color: tone(status) }}>
      {rings[status]}
    </svg>
  );
}

export function Status({ status }: { status: AppointmentStatus }) {
  const { t } = useTranslation();
  return (
    <span className={styles.status} style={{ color: tone(status) }}>
      <svg className={styles.ring} viewBox="0 0 16 16" aria-hidden="true">
        {rings[status]}
      </svg>
      {t(`status.${status}`)}
    </span>
  );
}
