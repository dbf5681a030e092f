import { IconGitCompare } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useDoubleBookings } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { clock, moment } from "../kit/time";
import styles from "./Calendar.module.css";

type Props = { id: string; style: { top: number; height: number }; above: boolean; onDecide: () => void };

/** Says why two visits stand in one time, and leads to where that is decided. */
export function TwicePopover({ id, style, above, onDecide }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const pair = useDoubleBookings().data?.find(({ bookings }) =>
    bookings.some(({ appointmentId }) => appointmentId === id),
  );
  if (!pair) return null;
  const free = pair.bookings.flatMap((booking) => booking.free)[0];
  return (
    <div
      className={styles.popover}
      data-popover
      role="group"
      aria-label={t("calendar.twice.title")}
      style={
        above ? { top: style.top - 8, transform: "translateY(-100%)" } : { top: style.top + style.height + 8 }
      }
    >
      <h2>
        <IconGitCompare size={16} aria-hidden />
        {t("calendar.twice.title")}
      </h2>
      <p>{t("calendar.twice.what")}</p>
      <ul>
        {pair.bookings.map(({ appointmentId, patientName, made }) => (
          <li key={appointmentId}>
            <bdi>{patientName}</bdi>
            <span>
              {t("calendar.twice.by", {
                device: made.device ?? made.user ?? t("calendar.appointment.someone"),
                time: moment(made.at, tz),
              })}
            </span>
          </li>
        ))}
      </ul>
      <div>
        <Button size="sm" keys="Enter" tabIndex={-1} onClick={onDecide}>
          {t("calendar.twice.decide")}
        </Button>
        {free && <span>{t("calendar.twice.isFree", { time: clock(free.start, tz) })}</span>}
      </div>
    </div>
  );
}
