import { VisuallyHidden } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { shortDoctor } from "../kit/person";
import { Ring } from "../kit/Status";
import { clock } from "../kit/time";
import { isPlan, type Placed } from "./model";
import styles from "./Calendar.module.css";

type Props = {
  visit: Placed;
  style: { top: number; height: number };
  /** All doctors in one column: the doctor is said instead of the reason. */
  merged: boolean;
  current: boolean;
  lifted: boolean;
};

/** A visit in a column. Its status is a ring and a tint to the eye, and a word to everybody else. */
export function Block({ visit, style, merged, current, lifted }: Props) {
  const { t } = useTranslation();
  const { clinic, tz } = useHere();
  const { booking, lane, lanes } = visit;
  const [from, to] = [clock(booking.start, tz), clock(booking.end, tz)];
  const said = {
    name: booking.patientName,
    from,
    to,
    status: commas([
      t(`status.${booking.status}`),
      booking.bookedTwice ? t("calendar.twice.title") : "",
      booking.seriesId ? t("calendar.repeats") : "",
    ]),
    reason: booking.reason ?? booking.serviceName,
  };
  const second =
    booking.clinicId !== clinic.id
      ? t("calendar.elsewhere", { site: booking.clinicName })
      : merged
        ? shortDoctor(booking.providerName)
        : said.reason;
  const place: CSSProperties = {
    ...style,
    insetInlineStart: `calc(${(lane / lanes) * 100}% + 4px)`,
    width: `calc(${100 / lanes}% - ${lane === lanes - 1 ? 12 : 6}px)`,
  };
  const look = [
    styles.block,
    styles[booking.status],
    booking.bookedTwice && styles.twice,
    style.height >= 34 && lanes === 1 && styles.two,
    style.height < 20 && styles.tiny,
    lanes > 1 && styles.narrow,
    lifted && styles.lifted,
  ];
  return (
    <button
      type="button"
      className={look.filter(Boolean).join(" ")}
      style={place}
      data-block={booking.id}
      data-current={current || undefined}
      tabIndex={current ? 0 : -1}
      title={`${from} ${booking.patientName}${second ? `, ${second}` : ""}`}
    >
      <Ring status={booking.status} />
      <b aria-hidden="true">
        <bdi>{booking.patientName}</bdi>
      </b>
      <time aria-hidden="true">
        {booking.seriesId && <IconRepeat size={12} aria-hidden />}
        {from}
      </time>
      {second && (
        <span className={styles.why} aria-hidden="true" dir="auto">
          {second}
        </span>
      )}
      <VisuallyHidden>{t(said.reason ? "calendar.blockReason" : "calendar.block", said)}</VisuallyHidden>
      {isPlan(booking) && <i className={styles.edge} data-edge />}
    </button>
  );
}
