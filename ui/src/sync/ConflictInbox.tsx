import {
  IconCalendarX,
  IconCheck,
  IconEdit,
  IconFileAlert,
  IconLock,
  IconUsers,
  type TablerIcon,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useHere } from "../kit/clinic";
import { moment, useNow } from "../kit/time";
import { about, heading } from "./headings";
import { type Inbox, type Item } from "./items";
import styles from "./conflicts.module.css";

type Props = {
  inbox: Inbox;
  chosen: Item | undefined;
  onChoose: (item: Item) => void;
  onPoint: (item: Item) => void;
};
export function ConflictInbox({ inbox, chosen, onChoose, onPoint }: Props) {
  const { t } = useTranslation();
  const groups = [
    { label: t("conflicts.open"), items: inbox.open, head: false },
    { label: t("conflicts.forClinician"), items: inbox.clinical, head: true },
    { label: t("conflicts.unread"), items: inbox.unread, head: true },
    { label: t("conflicts.decided"), items: inbox.decided, head: true },
  ].filter(({ items }) => items.length > 0);
  // One row is reached with Tab, also while none is being read.
  const stop = (chosen ?? inbox.all[0])?.id;
  return (
    <div className={styles.scroll}>
      {groups.map(({ label, items, head }) => (
        <div key={label}>
          {head && (
            <h2 className={styles.gh}>
              {label} <span className="num">{items.length}</span>
            </h2>
          )}
          <ul className={styles.items} aria-label={label}>
            {items.map((item) => (
              <li key={item.id}>
                <Row
                  item={item}
                  current={item.id === chosen?.id}
                  stop={item.id === stop}
                  onChoose={() => onChoose(item)}
                  onPoint={() => onPoint(item)}
                />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

const icons: Record<Item["kind"], TablerIcon> = {
  twice: IconCalendarX,
  pair: IconUsers,
  fields: IconEdit,
  commit: IconFileAlert,
  decided: IconCheck,
  decidedPair: IconCheck,
};

/** The time that counts: of a visit when it is, of anything else when it came up. */
function useWhen(item: Item): { text: string; soon: boolean } {
  const { t } = useTranslation();
  const { tz } = useHere();
  const now = useNow();
  if (item.kind === "twice") {
    const starts = item.conflict.bookings.map(({ start }) => start).sort();
    const start = starts[0] ?? item.conflict.detectedAt;
    const minutes = Math.round((Date.parse(start) - now) / 60_000);
    const soon = minutes >= 0 && minutes < 120;
    return { text: soon ? t("conflicts.twice.soon", { count: minutes }) : moment(start, tz), soon };
  }
  const at =
    item.kind === "pair"
      ? item.pair.foundAt
      : item.kind === "commit"
        ? item.commit.at
        : item.kind === "fields"
          ? item.conflict.detectedAt
          : item.at;
  return { text: moment(at, tz), soon: false };
}

type RowProps = { item: Item; current: boolean; stop: boolean; onChoose: () => void; onPoint: () => void };
function Row({ item, current, stop, onChoose, onPoint }: RowProps) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const locked = item.kind === "fields" && item.locked;
  const Icon = locked ? IconLock : icons[item.kind];
  const when = useWhen(item);
  const line = about(t, tz, item);
  return (
    <button
      type="button"
      className={styles.item}
      data-item={item.id}
      data-kind={item.kind}
      data-locked={locked || undefined}
      data-done={item.kind === "decided" || item.kind === "decidedPair" || undefined}
      aria-current={current || undefined}
      tabIndex={stop ? 0 : -1}
      onClick={onPoint}
      onFocus={onChoose}
    >
      <Icon size={20} stroke={1.75} aria-hidden />
      <span className={styles.words}>
        <b>{heading(t, item)}</b>
        <span dir="auto" title={line}>
          {line}
        </span>
      </span>
      <time data-soon={when.soon || undefined}>{when.text}</time>
    </button>
  );
}
