import { useTranslation } from "react-i18next";
import { useBookingsOf, type AppointmentStatus, type Booking, type PatientId } from "../api";
import { FailedState } from "../kit/Empty";
import { useHere } from "../kit/clinic";
import { shortDoctor } from "../kit/person";
import { Status } from "../kit/Status";
import { clock, dateOf } from "../kit/time";
import { Section } from "./Section";
import styles from "./patients.module.css";

const open: AppointmentStatus[] = ["requested", "scheduled", "confirmed", "arrived", "in_progress"];

/** What is booked and what has been, the next and the latest first. */
export function Visits({ id }: { id: PatientId }) {
  const { t } = useTranslation();
  const bookings = useBookingsOf(id);
  if (bookings.error) return <FailedState error={bookings.error} retry={() => void bookings.refetch()} />;
  const all = bookings.data?.items ?? [];
  const coming = all.filter(({ status }) => open.includes(status)).reverse();
  const past = all.filter(({ status }) => !open.includes(status));
  return (
    <>
      <Section title={t("patients.coming")} note={coming.length > 0 && coming.length}>
        {bookings.data && coming.length === 0 && <p className={styles.quiet}>{t("patients.noComing")}</p>}
        <List bookings={coming} label={t("patients.coming")} />
      </Section>
      <Section title={t("patients.past")} note={past.length > 0 && past.length}>
        {bookings.data && past.length === 0 && <p className={styles.quiet}>{t("patients.noPast")}</p>}
        <List bookings={past} label={t("patients.past")} />
      </Section>
    </>
  );
}

function List({ bookings, label }: { bookings: Booking[]; label: string }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  if (bookings.length === 0) return null;
  return (
    <ul className={styles.visits} aria-label={label}>
      {bookings.map((booking) => (
        <li key={booking.id}>
          <time className="num">{dateOf(booking.start, tz)}</time>
          <span className="num">
            {booking.channel === "walk_in" ? t("today.walkIn") : clock(booking.start, tz)}
          </span>
          <span className={styles.doctor} title={booking.providerName}>
            {shortDoctor(booking.providerName)}
          </span>
          <span className={styles.second} dir="auto">
            {booking.serviceName ?? booking.reason}
          </span>
          <Status status={booking.status} />
        </li>
      ))}
    </ul>
  );
}
