import { useTranslation } from "react-i18next";
import type { TimeOff } from "../api";
import { useHere } from "../kit/clinic";
import { longDay } from "../kit/time";
import { Block } from "./Block";
import { TwicePopover } from "./TwicePopover";
import {
  closed,
  holdsTime,
  MINUTE,
  pauseAfter,
  placed,
  spanOf,
  stops,
  textOf,
  type Column,
  type Span,
} from "./model";
import type { Cursor } from "./useCursor";
import type { Moving } from "./useDrag";
import styles from "./Calendar.module.css";

type Props = {
  column: Column;
  index: number;
  span: Span;
  /** The time of day, where a line of its own says it. */
  now: number | null;
  cursor: Cursor;
  moving: Moving | null;
  readOnly: boolean;
  onDecide: () => void;
};

export function DayColumn({ column, index, span, now, cursor, moving, readOnly, onDecide }: Props) {
  const { t } = useTranslation();
  const { clinic, overview, tz, may } = useHere();
  const at = ({ start, end }: Span, gap = 0) => ({
    top: (Math.max(start, span.start) - span.start) * MINUTE,
    height: (Math.min(end, span.end) - Math.max(start, span.start)) * MINUTE - gap,
  });
  const visits = placed(column, tz);
  const shut = closed(column, clinic.id, tz, span);
  const elsewhere = column.hours.filter((hours) => hours.clinicId !== clinic.id);
  const here = cursor.index === index;
  const current = here ? cursor.current : null;
  const who = column.providerName || t("calendar.allDoctors");
  const day = longDay(column.day);
  const all = stops(column, tz, span);
  const words = ({ kind, reason }: TimeOff) => {
    if (kind === "holiday") return reason ? t("calendar.closedFor", { reason }) : t("calendar.siteClosed");
    if (kind === "blocked") return reason ? t("calendar.blockedFor", { reason }) : t("calendar.blocked");
    return reason ? t("calendar.awayFor", { reason }) : t("calendar.away");
  };
  const next = all[all.indexOf(cursor.minute) + 1] ?? cursor.minute + 15;
  return (
    <div
      className={styles.column}
      data-column={index}
      data-day={column.day}
      role="group"
      aria-label={t("calendar.column", { who, day })}
    >
      {shut.map((part) => (
        <div key={part.start} className={styles.closed} style={at(part)}>
          {part.between && part.end - part.start >= 20 && <span>{t("calendar.break")}</span>}
        </div>
      ))}
      {elsewhere.map((hours) => (
        <div key={hours.start} className={styles.off} style={at(spanOf(hours, column, tz))}>
          <span>
            {t("calendar.elsewhere", {
              site: overview.clinics.find(({ id }) => id === hours.clinicId)?.name,
            })}
          </span>
        </div>
      ))}
      {column.timeOff.map((off) => (
        <div
          key={off.id}
          className={styles.off}
          style={at(spanOf({ start: off.startsAt, end: off.endsAt }, column, tz))}
        >
          <span>{words(off)}</span>
        </div>
      ))}
      {visits.map((visit) => {
        // The pause of one doctor is nobody else's.
        const pause =
          column.providerId !== null && holdsTime(visit.booking) ? pauseAfter(column, visit.booking) : 0;
        return (
          pause > 0 && (
            <div
              key={`${visit.booking.id}-pause`}
              className={styles.buffer}
              style={at({ start: visit.end, end: visit.end + pause })}
            />
          )
        );
      })}
      {now !== null && <i className={styles.nowLine} style={{ top: (now - span.start) * MINUTE }} />}
      {visits.map((visit) => (
        <Block
          key={visit.booking.id}
          visit={visit}
          style={at(visit, 1)}
          merged={column.providerId === null}
          current={current?.booking.id === visit.booking.id}
          lifted={moving?.booking?.id === visit.booking.id}
        />
      ))}
      {here && !current && (
        <button
          type="button"
          className={styles.cell}
          data-current
          style={at({ start: cursor.minute, end: Math.min(next, cursor.minute + 30) }, 1)}
          aria-label={t(readOnly ? "calendar.cellReadOnly" : "calendar.cell", {
            time: textOf(cursor.minute),
            who,
            day,
          })}
        >
          {textOf(cursor.minute)}
        </button>
      )}
      {current?.booking.bookedTwice && !moving && may("decide_conflicts") && (
        <TwicePopover
          id={current.booking.id}
          style={at(current)}
          above={current.end > span.end - 150}
          onDecide={onDecide}
        />
      )}
      {moving?.column === index && (
        <div
          className={styles.ghost}
          role="status"
          style={at({ start: moving.start, end: moving.start + moving.minutes }, 1)}
        >
          {moving.kind === "move"
            ? t("calendar.moving", { name: moving.booking?.patientName, time: textOf(moving.start), who })
            : t("calendar.resizing", {
                name: moving.booking?.patientName ?? t("calendar.new"),
                minutes: moving.minutes,
                time: textOf(moving.start + moving.minutes),
              })}
        </div>
      )}
    </div>
  );
}
