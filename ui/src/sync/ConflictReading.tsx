import { IconHistory, IconLock } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { CommandError, FieldConflict, Version } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import type { Choice } from "./choices";
import { ConflictCommit } from "./ConflictCommit";
import { ConflictDecided } from "./ConflictDecided";
import { Act, ConflictHead } from "./ConflictHead";
import { ConflictPair } from "./ConflictPair";
import { ConflictTwice } from "./ConflictTwice";
import { about, heading } from "./headings";
import type { Item } from "./items";
import { VersionTable } from "./VersionTable";
import styles from "./conflicts.module.css";

type Props = {
  item: Item;
  choices: Choice[];
  error: CommandError | null;
  busy: boolean;
  onTake: (choice: Choice) => void;
  /** Absent where it cannot wait or is decided. */
  onLater: (() => void) | undefined;
};
/** The chosen conflict: what each PC wrote, side by side, and the choice. */
export function ConflictReading({ item, choices, error, busy, onTake, onLater }: Props) {
  const { t } = useTranslation();
  const later = onLater && (
    <>
      <span className={styles.fill} />
      <Act digit="L" look="quiet" busy={busy} onClick={onLater}>
        {t("conflicts.later")}
      </Act>
    </>
  );
  const acts = { choices, busy, onTake, later };
  return (
    <article className={styles.cf} aria-label={heading(t, item)}>
      {item.kind === "twice" ? (
        <ConflictTwice conflict={item.conflict} {...acts} error={error} />
      ) : item.kind === "pair" ? (
        <ConflictPair pair={item.pair} {...acts} error={error} />
      ) : item.kind === "commit" ? (
        <ConflictCommit commit={item.commit} {...acts} error={error} />
      ) : item.kind === "fields" ? (
        <Fields item={item} {...acts} error={error} />
      ) : (
        <ConflictDecided item={item} {...acts} error={error} />
      )}
    </article>
  );
}

export type PaneProps = {
  choices: Choice[];
  error: CommandError | null;
  busy: boolean;
  onTake: (choice: Choice) => void;
  later: React.ReactNode;
};

function Fields({
  item,
  choices,
  error,
  busy,
  onTake,
  later,
}: PaneProps & { item: { kind: "fields"; id: string; conflict: FieldConflict; locked: boolean } }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <>
      <ConflictHead
        title={heading(t, item)}
        sub={about(t, tz, item)}
        icon={IconHistory}
        safe={t("conflicts.safe")}
      />
      <VersionTable versions={item.conflict.versions} locked={item.locked} first={t("conflicts.inUse")} />
      <ErrorBanner error={error} />
      {item.locked ? (
        <p className={styles.lockedLine}>
          <IconLock size={16} aria-hidden />
          <span>
            <b>{t("conflicts.lockedTitle")}</b> {t("conflicts.lockedWhat")}
          </span>
        </p>
      ) : (
        <div className={styles.acts}>
          {choices.map((choice) =>
            choice.does === "keep" ? (
              <Act key={choice.key} digit={choice.key} busy={busy} onClick={() => onTake(choice)}>
                <KeepWords version={choice.version} among={item.conflict.versions} />
              </Act>
            ) : null,
          )}
          {later}
        </div>
      )}
    </>
  );
}

/** One PC may have written two of the versions; then its name alone does not tell them apart. */
function KeepWords({ version, among }: { version: Version; among: Version[] }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const device = version.device || t("conflicts.someone");
  const twins = among.filter((one) => one.device === version.device).length > 1;
  return twins
    ? t("conflicts.keepOf", { device, time: moment(version.at, tz) })
    : t("conflicts.keep", { device });
}
