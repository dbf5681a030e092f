import {
  IconCalendarX,
  IconDeviceDesktop,
  IconHistory,
  IconLock,
  IconShieldCheck,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CommandError, FieldConflict, Quarantined, Version } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Keys } from "../kit/Kbd";
import kit from "../kit/kit.module.css";
import { moment } from "../kit/time";
import { useHeading } from "./ConflictInbox";
import { concerned, type Item } from "./items";
import { VersionTable } from "./VersionTable";
import { tableWord } from "./words";
import styles from "./conflicts.module.css";

type Props = {
  item: Item;
  error: CommandError | null;
  busy: boolean;
  onKeep: (version: Version) => void;
  onAside: () => void;
};
/** The chosen conflict: what each PC wrote, side by side, and the choice. */
export function ConflictReading({ item, error, busy, onKeep, onAside }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const heading = useHeading(item);
  const head = (sub: string, Icon: typeof IconHistory, safe: string) => (
    <header>
      <h2>{heading}</h2>
      <span className={styles.sub} dir="auto">
        {sub}
      </span>
      <span className={styles.fill} />
      <span className={styles.safe}>
        <Icon size={16} aria-hidden />
        {safe}
      </span>
    </header>
  );
  return (
    <article className={styles.cf} aria-label={heading}>
      {item.kind === "twice" ? (
        <>
          {head(
            `${item.conflict.title}, ${moment(item.conflict.detectedAt, tz)}`,
            IconShieldCheck,
            t("conflicts.twiceSafe"),
          )}
          <div className={styles.pair}>
            {[item.conflict.first, item.conflict.second].map((name, index) => (
              <p className={styles.side} key={index}>
                <bdi>{name}</bdi>
              </p>
            ))}
          </div>
          <p className={styles.what}>{t("conflicts.twiceWhat")}</p>
          <div className={styles.acts}>
            <Link to="/" className={`${kit.btn} ${styles.link}`}>
              <IconCalendarX size={16} aria-hidden />
              {t("conflicts.twiceGo")}
              <Keys of="Alt 1" />
            </Link>
          </div>
        </>
      ) : item.kind === "commit" ? (
        <>
          {head(item.commit.device || t("conflicts.someone"), IconShieldCheck, t("conflicts.commit.safe"))}
          <CommitFacts commit={item.commit} />
          <p className={styles.what}>{t("conflicts.commit.what")}</p>
          <ErrorBanner error={error} />
          <div className={styles.acts}>
            <Choice digit={1} busy={busy} onClick={onAside}>
              {t("conflicts.commit.go")}
            </Choice>
          </div>
        </>
      ) : (
        <>
          {head(about(item.conflict), IconHistory, t("conflicts.safe"))}
          <VersionTable conflict={item.conflict} locked={item.locked} />
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
              {item.conflict.versions.map((version, index) => (
                <Choice key={version.stamp} digit={index + 1} busy={busy} onClick={() => onKeep(version)}>
                  <KeepWords version={version} among={item.conflict.versions} />
                </Choice>
              ))}
            </div>
          )}
        </>
      )}
    </article>
  );
}

function about({ title, table }: FieldConflict) {
  const whom = concerned(title, table);
  return table === "patients" || title === table ? whom : `${whom}, ${tableWord(table)}`;
}

type ChoiceProps = { digit: number; busy: boolean; onClick: () => void; children: ReactNode };
const Choice = ({ digit, busy, onClick, children }: ChoiceProps) => (
  <Button aria-disabled={busy || undefined} onClick={busy ? undefined : onClick}>
    <kbd className={kit.kbd} aria-hidden="true">
      {digit}
    </kbd>
    {children}
  </Button>
);

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

function CommitFacts({ commit }: { commit: Quarantined }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const facts = {
    device: commit.device || t("conflicts.someone"),
    user: commit.user ?? t("conflicts.nobody"),
    action: commit.action?.replaceAll("_", " ") ?? null,
    reason: commit.reason,
    at: moment(commit.at, tz),
  };
  return (
    <dl className={styles.facts}>
      {(Object.keys(facts) as (keyof typeof facts)[]).map((name) =>
        facts[name] === null ? null : (
          <div key={name}>
            <dt>{t(`conflicts.commit.${name}`)}</dt>
            <dd>
              {name === "device" && <IconDeviceDesktop size={16} aria-hidden />}
              {facts[name]}
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}
