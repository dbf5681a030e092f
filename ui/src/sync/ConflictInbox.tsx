import { IconCalendarX, IconCheck, IconEdit, IconFileAlert, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Decided } from "../api";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import { concerned, differing, rowsOf, type Inbox, type Item } from "./items";
import { capital, columnWord, keptWords, listed, statusesListed, tableWord, whomWord } from "./words";
import styles from "./conflicts.module.css";

type Props = {
  inbox: Inbox;
  decided: Decided[];
  chosen: Item | undefined;
  onChoose: (item: Item) => void;
};
export function ConflictInbox({ inbox, decided, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const rows = (items: Item[], label: string) => (
    <ul className={styles.items} aria-label={label}>
      {items.map((item) => (
        <li key={item.id}>
          <Row item={item} current={item.id === chosen?.id} onChoose={() => onChoose(item)} />
        </li>
      ))}
    </ul>
  );
  return (
    <div className={styles.scroll}>
      {inbox.open.length > 0 && rows(inbox.open, t("conflicts.open"))}
      {inbox.clinical.length > 0 && (
        <>
          <GroupHead text={t("conflicts.forClinician")} count={inbox.clinical.length} />
          {rows(inbox.clinical, t("conflicts.forClinician"))}
        </>
      )}
      {inbox.unread.length > 0 && (
        <>
          <GroupHead text={t("conflicts.unread")} count={inbox.unread.length} />
          {rows(inbox.unread, t("conflicts.unread"))}
        </>
      )}
      {decided.length > 0 && (
        <>
          <GroupHead text={t("conflicts.decided")} count={decided.length} />
          <DecidedList decided={decided} />
        </>
      )}
    </div>
  );
}

const GroupHead = ({ text, count }: { text: string; count: number }) => (
  <h2 className={styles.gh}>
    {text} <span className="num">{count}</span>
  </h2>
);

const icons = { twice: IconCalendarX, fields: IconEdit, commit: IconFileAlert };

function Row({ item, current, onChoose }: { item: Item; current: boolean; onChoose: () => void }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const locked = item.kind === "fields" && item.locked;
  const Icon = locked ? IconLock : icons[item.kind];
  const heading = useHeading(item);
  const at = item.kind === "commit" ? item.commit.at : item.conflict.detectedAt;
  return (
    <button
      type="button"
      className={styles.item}
      data-item={item.id}
      data-locked={locked || undefined}
      aria-current={current || undefined}
      tabIndex={current ? 0 : -1}
      onClick={onChoose}
      onFocus={onChoose}
    >
      <Icon size={20} stroke={1.75} aria-hidden />
      <span className={styles.words}>
        <b>{heading}</b>
        <span dir="auto">
          {item.kind === "twice"
            ? t("conflicts.names", { first: item.conflict.first, second: item.conflict.second })
            : item.kind === "fields"
              ? [
                  concerned(item.conflict.title, item.conflict.table),
                  item.conflict.table !== "patients" &&
                    item.conflict.title !== item.conflict.table &&
                    tableWord(item.conflict.table),
                ]
                  .filter(Boolean)
                  .join(", ")
              : item.commit.device || t("conflicts.someone")}
        </span>
      </span>
      <time>{moment(at, tz)}</time>
    </button>
  );
}

/** What an item is called, in the list and above its reading. */
export function useHeading(item: Item): string {
  const { t } = useTranslation();
  if (item.kind === "twice") return t("conflicts.twice");
  if (item.kind === "commit") return t("conflicts.commit.title");
  const statuses = item.conflict.isStatus
    ? rowsOf(item.conflict).find(({ column, differs }) => column === "status" && differs)
    : undefined;
  if (statuses) return statusesListed(statuses.values.filter((value) => value !== null));
  const fields = differing(item.conflict);
  return t("conflicts.differ", { count: fields.length, fields: capital(listed(fields)) });
}

function DecidedList({ decided }: { decided: Decided[] }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <ul className={`${styles.items} ${styles.done}`} aria-label={t("conflicts.decided")}>
      {decided.map(({ conflictId, at, kind, title, kept, by }) => {
        const value = kept === null ? "" : keptWords(kept, tz);
        const whom = whomWord(title);
        const said = [value === "" ? whom : t("conflicts.keptValue", { title: whom, value }), by];
        const line = said.filter(Boolean).join(", ");
        return (
          <li key={conflictId + at} className={styles.item}>
            <IconCheck size={20} stroke={1.75} aria-hidden />
            <span className={styles.words}>
              <b>{capital(columnWord(kind))}</b>
              <span dir="auto" title={line}>
                {line}
              </span>
            </span>
            <time>{moment(at, tz)}</time>
          </li>
        );
      })}
    </ul>
  );
}
