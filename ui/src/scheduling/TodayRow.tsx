import { Menu } from "@mantine/core";
import {
  IconArrowBigUpLines,
  IconBellOff,
  IconBellRinging,
  IconClockExclamation,
  IconDots,
  IconFileText,
  IconGitCompare,
  IconPrinter,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Move, TodayRow, Whereabouts } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Keys } from "../kit/Kbd";
import kit from "../kit/kit.module.css";
import { useAgeSex, shortDoctor } from "../kit/person";
import { QueueNumber } from "../kit/QueueNumber";
import { Status } from "../kit/Status";
import { clock } from "../kit/time";
import { WhereMark } from "../kit/Whereabouts";
import type { Lateness, NextMove, OtherMove, TurnMove } from "./groups";
import { RecordItems } from "./RecordItems";
import styles from "./Today.module.css";

type Props = {
  row: TodayRow;
  wait: { minutes: number; late: Lateness } | null;
  current: boolean;
  move: NextMove | undefined;
  /** What else this person may do with it. */
  turns: TurnMove[];
  others: OtherMove[];
  /** A requested visit can also be given its time without the patient's word. */
  accepts: boolean;
  busy: boolean;
  /** Whether the hub has all of it; none where that says nothing. */
  where: Whereabouts | null;
  onFocus: () => void;
  onNext: (to: NextMove) => void;
  onMove: (to: Move) => void;
  onTurn: (what: TurnMove) => void;
  onSlip: () => void;
  onCancel: () => void;
};

export function TodayRowView(props: Props) {
  const { row, wait, current, move, busy, onFocus, onMove } = props;
  const { t } = useTranslation();
  const { tz } = useHere();
  const ageSex = useAgeSex();
  // The second button reaches into the column of the wait, unless that has something to say.
  const accepts = props.accepts && !row.bookedTwice;
  return (
    <div
      role="row"
      className={styles.row}
      data-row={row.appointmentId}
      data-testid={`row-${row.number ?? row.appointmentId}`}
      tabIndex={current ? 0 : -1}
      onFocus={(event) => event.target === event.currentTarget && onFocus()}
    >
      <span role="gridcell">
        {row.number && <QueueNumber number={row.number} className={styles.number} />}
      </span>
      <time role="gridcell">
        {row.scheduledStart ? (
          clock(row.scheduledStart, tz)
        ) : (
          <span className={styles.walkIn}>{t("today.walkIn")}</span>
        )}
      </time>
      <span role="gridcell" className={styles.who}>
        <b>
          <bdi>{row.patientName}</bdi>
        </b>{" "}
        <span>{ageSex(row.ageYears, row.gender)}</span>
        {row.enteredAt && (
          <IconFileText
            size={14}
            className={styles.paper}
            aria-label={t("today.fromPaper", { time: clock(row.enteredAt, tz) })}
            role="img"
          />
        )}
        <WhereMark at={props.where} />
      </span>
      <span
        role="gridcell"
        className={styles.why}
        dir="auto"
        title={[row.priorityReason, row.reason].filter(Boolean).join("; ") || undefined}
      >
        {row.priority && row.status === "arrived" && (
          <span className={styles.first}>
            <IconArrowBigUpLines size={14} aria-hidden />
            {t(`today.priority.${row.priority}`)}
          </span>
        )}
        {row.reason}
      </span>
      <span role="gridcell" className={styles.doctor} title={row.providerName}>
        {shortDoctor(row.providerName)}
      </span>
      <span role="gridcell">
        <TurnStatus row={row} />
      </span>
      <span role="gridcell" className={`${styles.wait} ${waitTone(row, wait)}`}>
        {row.bookedTwice && row.status !== "arrived" ? (
          <>
            <IconGitCompare size={16} aria-hidden />
            {t("today.bookedTwice")}
          </>
        ) : row.status === "arrived" && row.calledAt ? (
          t("today.calledAt", { time: clock(row.calledAt, tz) })
        ) : wait ? (
          <>
            {wait.late && <IconClockExclamation size={16} aria-label={t("today.late")} />}
            {t("minutes", { count: wait.minutes })}
          </>
        ) : (
          row.status === "in_progress" &&
          row.withDoctorSince &&
          t("today.since", { time: clock(row.withDoctorSince, tz) })
        )}
      </span>
      <span role="gridcell" className={styles.act}>
        {accepts && (
          <Button look="chip" busy={busy} tabIndex={-1} onClick={() => onMove("accept")}>
            {t("today.move.accept")}
          </Button>
        )}
        {move && (
          <Button look="chip" busy={busy} tabIndex={-1} data-next onClick={() => props.onNext(move)}>
            {t(`today.move.${move}`)}
          </Button>
        )}
        <RowMenu {...props} />
      </span>
    </div>
  );
}

function waitTone(row: TodayRow, wait: Props["wait"]) {
  if (row.bookedTwice && row.status !== "arrived") return styles.clash;
  if (row.status === "arrived" && row.calledAt) return styles.quiet;
  return wait?.late ? styles[wait.late] : wait ? "" : styles.quiet;
}

/** Where the visit stands; of who waits also whether they were called, and whether they came. */
function TurnStatus({ row }: { row: TodayRow }) {
  const { t } = useTranslation();
  if (row.status !== "arrived" || !(row.calledAt || row.skippedAt)) return <Status status={row.status} />;
  const Icon = row.calledAt ? IconBellRinging : IconBellOff;
  return (
    <span className={`${kit.status} ${row.calledAt ? styles.called : styles.noAnswer}`}>
      <Icon size={16} aria-hidden />
      {t(row.calledAt ? "today.called" : "today.noAnswer")}
    </span>
  );
}

const turnKey: Record<TurnMove, string> = { recall: "R", skip: "S", move: "M", priority: "Y" };

function RowMenu({ row, current, turns, others: moves, onMove, onTurn, onSlip, onCancel }: Props) {
  const { t } = useTranslation();
  const { may } = useHere();
  if (moves.length === 0 && turns.length === 0 && !row.ticketId && !may("edit_patient"))
    return <span className={styles.more} />;
  return (
    <Menu
      position="bottom-end"
      classNames={{ dropdown: kit.dropdown!, item: kit.option! }}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <button
          type="button"
          className={styles.more}
          tabIndex={current ? 0 : -1}
          aria-label={t("today.moreFor", { name: row.patientName })}
        >
          <IconDots size={16} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {turns.map((what) => (
          <Menu.Item key={what} rightSection={<Keys of={turnKey[what]} />} onClick={() => onTurn(what)}>
            {t(`today.turn.${what}`)}
          </Menu.Item>
        ))}
        {row.ticketId && (
          <Menu.Item
            leftSection={<IconPrinter size={16} aria-hidden />}
            rightSection={<Keys of="P" />}
            onClick={onSlip}
          >
            {t("today.slip")}
          </Menu.Item>
        )}
        {moves.includes("accept") && (
          <Menu.Item rightSection={<Keys of="A" />} onClick={() => onMove("accept")}>
            {t("today.move.accept")}
          </Menu.Item>
        )}
        {moves.includes("no_show") && (
          <Menu.Item rightSection={<Keys of="N" />} onClick={() => onMove("no_show")}>
            {t("today.move.no_show")}
          </Menu.Item>
        )}
        {moves.includes("cancel") && (
          <Menu.Item rightSection={<Keys of="X" />} onClick={onCancel}>
            {t("today.move.cancel")}
          </Menu.Item>
        )}
        <RecordItems row={row} />
      </Menu.Dropdown>
    </Menu>
  );
}
