import { IconArrowBackUp, IconHistory } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Version } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { moment } from "../kit/time";
import { Act, ConflictHead } from "./ConflictHead";
import type { PaneProps } from "./ConflictReading";
import { about, heading, keptPhone } from "./headings";
import type { DecidedItem } from "./items";
import { VersionTable } from "./VersionTable";
import { tableWord, whomWord } from "../kit/words";
import styles from "./conflicts.module.css";

/** A decision of today, with what it put aside, and the way back. */
export function ConflictDecided({ item, choices, error, busy, onTake }: PaneProps & { item: DecidedItem }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const undo = choices.find(({ does }) => does === "undo");
  const { by, at } = item.decided;
  return (
    <>
      <ConflictHead
        title={heading(t, item)}
        sub={t("conflicts.undo.by", { by: by ?? t("conflicts.nobody"), time: moment(at, tz) })}
        icon={undo ? IconArrowBackUp : IconHistory}
        safe={t(undo ? "conflicts.undo.can" : "conflicts.safe")}
      />
      <Said item={item} />
      <ErrorBanner error={error} />
      {undo && (
        <div className={styles.acts}>
          <Act digit="U" busy={busy} onClick={() => onTake(undo)}>
            <UndoWords item={item} />
          </Act>
        </div>
      )}
    </>
  );
}

function Said({ item }: { item: DecidedItem }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  if (item.kind === "decided" && item.decided.keeps.length > 0) {
    const { decided } = item;
    const kept: Version = {
      stamp: decided.id,
      device: t("conflicts.undo.kept"),
      user: decided.by,
      at: decided.at,
      fields: decided.keeps,
    };
    return (
      <>
        <p className={styles.whom} dir="auto">
          {commas([
            whomWord(decided.title),
            decided.table !== "patients" && decided.table && tableWord(decided.table),
          ])}
        </p>
        <VersionTable versions={[kept, ...decided.aside]} first={t("conflicts.inUse")} />
      </>
    );
  }
  const phone =
    item.kind === "decided" && item.decided.outcome === "moved" ? keptPhone(item.decided.kept) : null;
  return (
    <>
      <p className={styles.whom} dir="auto">
        {about(t, tz, item)}
      </p>
      {phone && !item.decided.undone && <p className={styles.what}>{t("conflicts.twice.call", { phone })}</p>}
      {item.kind === "decidedPair" && item.decided.mergeId && (
        <p className={styles.what}>{t("conflicts.pair.find", { number: item.decided.secondNumber })}</p>
      )}
    </>
  );
}

function UndoWords({ item }: { item: DecidedItem }) {
  const { t } = useTranslation();
  if (item.kind === "decidedPair") return t("conflicts.undo.merge");
  const { outcome, aside } = item.decided;
  if (outcome === "moved") return t("conflicts.undo.moved");
  if (outcome === "both") return t("conflicts.undo.both");
  return t("conflicts.undo.version", { device: aside[0]?.device || t("conflicts.someone") });
}
