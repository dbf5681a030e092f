import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Move, TodayRow } from "../api";
import { useHere } from "../kit/clinic";
import { useHints } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { useWhere } from "../kit/Whereabouts";
import { nextMove, otherMoves, turnMoves, waited, type Group, type NextMove, type TurnMove } from "./groups";
import { recordKey } from "./RecordItems";
import { TodayRowView } from "./TodayRow";
import styles from "./Today.module.css";

const turnKeys: Record<string, TurnMove> = { r: "recall", s: "skip", m: "move", y: "priority" };
const turnOf = (key: string) => turnKeys[key.toLowerCase()];

type Props = {
  groups: Group[];
  now: number;
  limit: number;
  moving: string | null;
  onMove: (row: TodayRow, to: Move) => void;
  onTurn: (row: TodayRow, what: TurnMove) => void;
  onSlip: (row: TodayRow) => void;
  onCancel: (row: TodayRow) => void;
};
const columns = ["number", "time", "patient", "reason", "doctor", "status", "waiting", "action"] as const;

export function TodayList({ groups, now, limit, moving, onMove, onTurn, onSlip, onCancel }: Props) {
  const { t } = useTranslation();
  const { may } = useHere();
  const grid = useRef<HTMLDivElement>(null);
  const [folded, setFolded] = useMemory<string[]>("today:folded", ["done"]);
  const [selected, setSelected] = useMemory<string | null>("today:selected", null);
  const visible = groups.flatMap((group) => (folded.includes(group.key) ? [] : group.rows));
  const current = visible.find((row) => row.appointmentId === selected) ?? visible[0];

  const where = useWhere(visible.flatMap((row) => [row.appointmentId, row.ticketId ?? []].flat()));

  const focusRow = (row: TodayRow | undefined) => {
    if (!row) return;
    setSelected(row.appointmentId);
    grid.current?.querySelector<HTMLElement>(`[data-row="${row.appointmentId}"]`)?.focus();
  };
  const allowed = (row: TodayRow): NextMove | undefined => {
    const move = nextMove(row);
    const calls = move === "call" || move === "recall";
    return move && may(calls ? "call_patient" : "book_appointment") ? move : undefined;
  };
  const doNext = (row: TodayRow, move: NextMove) =>
    move === "recall" ? onTurn(row, "recall") : onMove(row, move);
  const turns = (row: TodayRow) => (may("call_patient") ? turnMoves(row) : []);
  const others = (row: TodayRow) => (may("book_appointment") ? (otherMoves[row.status] ?? []) : []);
  const mayAccept = (row: TodayRow) =>
    may("book_appointment") && (otherMoves[row.status]?.includes("accept") ?? false);
  const onKeyDown = (event: React.KeyboardEvent) => {
    const row = visible.find((one) => one.appointmentId === (event.target as HTMLElement).dataset.row);
    if (!row) return;
    const at = visible.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: visible.length - 1 }[event.key];
    const move = allowed(row);
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (to !== undefined) focusRow(visible[to]);
    else if (event.key === "Enter" && move) {
      // The row is about to leave its group: the next one takes the focus, so the hands can go on.
      doNext(row, move);
      if (move !== "call" && move !== "recall") focusRow(visible[at + 1] ?? visible[at - 1]);
    } else if (event.key.toLowerCase() === "a" && plain && mayAccept(row)) onMove(row, "accept");
    else if (event.key.toLowerCase() === "p" && plain && row.ticketId) onSlip(row);
    else if (plain && turnOf(event.key) && turns(row).includes(turnOf(event.key)!))
      onTurn(row, turnOf(event.key)!);
    else if (event.key.toLowerCase() === "n" && plain && others(row).includes("no_show"))
      onMove(row, "no_show");
    else if (event.key.toLowerCase() === "x" && plain && others(row).includes("cancel")) onCancel(row);
    else if (!plain || !recordKey(event.key, row, may)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const note = (group: Group) => {
    if (group.stage !== "waiting") return "";
    const longest = Math.max(-1, ...group.rows.map((row) => waited(row, now, limit)?.minutes ?? -1));
    return longest < 0 ? "" : t("today.longest", { minutes: longest, limit });
  };

  const waits = current ? turns(current) : [];
  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    {
      keys: ["Enter"],
      label: current && allowed(current) ? t(`today.move.${allowed(current)!}`) : t("keys.rowAction"),
    },
    ...(waits.includes("skip") ? [{ keys: ["S"], label: t("keys.noAnswer") }] : []),
    ...(waits.includes("move") ? [{ keys: ["M"], label: t("keys.otherDoctor") }] : []),
    ...(waits.includes("priority") ? [{ keys: ["Y"], label: t("keys.priority") }] : []),
    ...(current?.ticketId ? [{ keys: ["P"], label: t("keys.slip") }] : []),
    { keys: ["Ctrl", "K"], label: t("keys.findPatient") },
  ]);
  return (
    <div
      className={styles.grid}
      role="grid"
      aria-label={t("today.title")}
      ref={grid}
      onKeyDown={onKeyDown}
      {...hints}
    >
      <div role="rowgroup">
        <div className={`${styles.row} ${styles.cols}`} role="row">
          {columns.map((column) => (
            <span role="columnheader" key={column} className={column === "waiting" ? styles.wait : undefined}>
              {column === "action" ? (
                <span className="sr">{t("today.columns.action")}</span>
              ) : (
                t(`today.columns.${column}`)
              )}
            </span>
          ))}
        </div>
      </div>
      <div className={styles.rows}>
        {groups
          .filter((group) => group.rows.length > 0)
          .map((group) => {
            const open = !folded.includes(group.key);
            const Chevron = open ? IconChevronDown : IconChevronRight;
            return (
              <div role="rowgroup" key={group.key}>
                <div role="row" className={styles.group}>
                  <span role="gridcell" aria-colspan={columns.length}>
                    <button
                      type="button"
                      aria-expanded={open}
                      onClick={() =>
                        setFolded((now) =>
                          open ? [...now, group.key] : now.filter((key) => key !== group.key),
                        )
                      }
                    >
                      <Chevron size={14} aria-hidden />
                      <b>{group.stage ? t(`today.groups.${group.stage}`) : group.title}</b>
                      <span className="num">{group.rows.length}</span>
                      <span className={styles.note}>{note(group)}</span>
                    </button>
                  </span>
                </div>
                {open &&
                  group.rows.map((row) => (
                    <TodayRowView
                      key={row.appointmentId}
                      row={row}
                      wait={waited(row, now, limit)}
                      current={row === current}
                      move={allowed(row)}
                      accepts={mayAccept(row)}
                      busy={moving === row.appointmentId}
                      where={where(row.appointmentId, row.ticketId)}
                      onFocus={() => setSelected(row.appointmentId)}
                      turns={turns(row)}
                      others={others(row)}
                      onNext={(to) => doNext(row, to)}
                      onMove={(to) => onMove(row, to)}
                      onTurn={(what) => onTurn(row, what)}
                      onSlip={() => onSlip(row)}
                      onCancel={() => onCancel(row)}
                    />
                  ))}
              </div>
            );
          })}
      </div>
    </div>
  );
}
