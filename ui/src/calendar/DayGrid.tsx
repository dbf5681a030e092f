import { useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Booking } from "../api";
import { useHere } from "../kit/clinic";
import { useHints } from "../kit/keys";
import { recall } from "../kit/memory";
import { clock, useNow } from "../kit/time";
import { ColumnHead } from "./ColumnHead";
import { DayColumn } from "./DayColumn";
import { MINUTE, minuteAt, placed, range, textOf, type Column } from "./model";
import { useToMove, type Draft } from "./panel";
import type { Target } from "./useChange";
import { useCalendarKeys } from "./useCalendarKeys";
import { useCursor } from "./useCursor";
import { useDrag } from "./useDrag";
import styles from "./Calendar.module.css";

type Props = {
  columns: Column[];
  today: string;
  week: boolean;
  busy: boolean;
  onTurn: (by: number) => void;
  onBook: (known: Partial<Draft>) => void;
  onOpen: (id: string, cancelling: boolean) => void;
  onChange: (booking: Booking, target: Target) => void;
  onDecide: () => void;
};

/** Columns of time. One thing in it has the focus: a visit, or the place where one can be booked. */
export function DayGrid(props: Props) {
  const { columns, today, week, onBook } = props;
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const books = may("book_appointment");
  const grid = useRef<HTMLDivElement>(null);
  const span = range(columns, tz);
  const now = useNow();
  const cursor = useCursor(columns, span, grid);

  const book = (column: Column, minute: number, minutes?: number) =>
    onBook({
      day: column.day,
      time: textOf(minute),
      minutes: minutes ? String(minutes) : "",
      ...(column.providerId ? { providerId: column.providerId } : {}),
    });
  const change = (booking: Booking, target: Target) => {
    cursor.follow(booking.id);
    props.onChange(booking, target);
  };
  const drag = useDrag({
    columns,
    span,
    tz,
    grid,
    enabled: books && !props.busy,
    onCreate: (column, minute, minutes) => {
      cursor.put(column, minute);
      book(columns[column]!, minute, minutes);
    },
    onOpen: (column, minute, lane, booking) => {
      cursor.put(column, minute, lane);
      props.onOpen(booking.id, false);
    },
    onChange: change,
  });
  const [toMove, setToMove] = useToMove();
  useEffect(() => {
    if (toMove === null) return;
    setToMove(null);
    const at = columns.findIndex(({ bookings }) => bookings.some(({ id }) => id === toMove));
    const visit = at < 0 ? undefined : placed(columns[at]!, tz).find(({ booking }) => booking.id === toMove);
    if (!visit) return;
    cursor.go({ column: at, minute: visit.start, lane: visit.lane });
    drag.begin(visit.booking, at, "move");
  });
  const onKeyDown = useCalendarKeys({ ...props, onChange: change, cursor, drag, book, books });
  const hints = useHints(
    drag.moving
      ? [
          { keys: ["←", "→", "↑", "↓"], label: t("calendar.keys.time") },
          { keys: ["Enter"], label: t("calendar.keys.put") },
          { keys: ["Esc"], label: t("calendar.keys.leave") },
        ]
      : [
          { keys: ["←", "→"], label: t("calendar.keys.doctor") },
          { keys: ["↑", "↓"], label: t("calendar.keys.time") },
          { keys: ["Enter"], label: t(books ? "calendar.keys.bookOpen" : "calendar.keys.open") },
          ...(books
            ? [
                { keys: ["M"], label: t("calendar.keys.move") },
                { keys: ["+", "-"], label: t("calendar.keys.length") },
                { keys: ["X"], label: t("calendar.keys.cancel") },
              ]
            : []),
          { keys: ["F"], label: t("calendar.keys.freeTime") },
        ],
  );

  const first = columns[0]!;
  const shownToday = columns.some(({ day }) => day === today);
  const nowMinute = minuteAt(new Date(now), tz);
  const nowShown = shownToday && nowMinute >= span.start && nowMinute < span.end;
  useLayoutEffect(() => {
    const sheet = grid.current;
    if (!sheet) return;
    // What is going on now in the upper half; on another day the beginning of the hours is at the top anyway.
    sheet.scrollTop = shownToday ? Math.max(0, (nowMinute - 150 - span.start) * MINUTE) : 0;
    // Only when other days are shown: nothing scrolls under the hands.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [first.day, shownToday]);
  useEffect(() => {
    // Whoever comes from a screen that begins with the search box has typed nothing into it yet.
    const active = document.activeElement;
    const idle = active instanceof HTMLInputElement && active.value === "" && !recall("calendar:panel");
    if (active === document.body || idle)
      grid.current?.querySelector<HTMLElement>("[data-current]")?.focus({ preventScroll: true });
  }, []);

  const hours = Array.from({ length: (span.end - span.start) / 60 }, (_, hour) => span.start + hour * 60);
  const template = {
    gridTemplateColumns: `56px repeat(${columns.length}, minmax(148px, 1fr))`,
    minWidth: 56 + columns.length * 148,
  };
  return (
    <div
      className={styles.scroll}
      ref={grid}
      role="group"
      aria-label={t("calendar.grid")}
      onKeyDown={onKeyDown}
      {...drag.handlers}
      {...hints}
    >
      <div className={styles.heads} style={template}>
        <span className={styles.zone} dir="ltr">
          {zoneName(tz)}
        </span>
        {columns.map((column) => (
          <ColumnHead key={column.key} column={column} week={week} today={column.day === today} />
        ))}
      </div>
      <div
        className={styles.canvas}
        data-canvas
        style={{ ...template, height: (span.end - span.start) * MINUTE }}
      >
        <div className={styles.axis} aria-hidden="true">
          {hours.map((minute) => (
            <span key={minute} style={{ top: (minute - span.start) * MINUTE }}>
              {textOf(minute)}
            </span>
          ))}
          {nowShown && (
            <span className={styles.nowLabel} style={{ top: (nowMinute - span.start) * MINUTE }}>
              {clock(new Date(now), tz)}
            </span>
          )}
        </div>
        <div className={styles.lines} aria-hidden="true">
          {hours.map((minute) => (
            <i key={minute} style={{ top: (minute - span.start) * MINUTE }} />
          ))}
          {nowShown && !week && (
            <i className={styles.nowLine} style={{ top: (nowMinute - span.start) * MINUTE }} />
          )}
        </div>
        {columns.map((column, index) => (
          <DayColumn
            key={column.key}
            column={column}
            index={index}
            span={span}
            now={column.day === today && week && nowShown ? nowMinute : null}
            cursor={cursor}
            moving={drag.moving}
            readOnly={!books}
            onDecide={props.onDecide}
          />
        ))}
      </div>
    </div>
  );
}

/** An offset and no name: the column is as wide as a time, in every language. */
const zoneName = (tz: string) =>
  new Intl.DateTimeFormat("en", { timeZone: tz, timeZoneName: "shortOffset" })
    .formatToParts(new Date())
    .find(({ type }) => type === "timeZoneName")
    ?.value.replace(/^GMT(?=[+−-])/, "");
