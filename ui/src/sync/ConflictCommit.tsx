import { IconDeviceDesktop, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Quarantined } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import { Act, ConflictHead } from "./ConflictHead";
import type { PaneProps } from "./ConflictReading";
import { commas, listed } from "../kit/locale";
import { actionWord, capital, reasonWord, tableWord } from "../kit/words";
import styles from "./conflicts.module.css";

/** A change of another PC that could not be taken, in plain words. */
export function ConflictCommit({
  commit,
  choices,
  error,
  busy,
  onTake,
}: PaneProps & { commit: Quarantined }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const facts = {
    patient: commit.patient,
    action: commit.action && capital(actionWord(commit.action)),
    tables: commit.tables.length > 0 ? capital(listed(commit.tables.map(tableWord))) : null,
    user: commit.user ?? t("conflicts.nobody"),
    device: commit.device || t("conflicts.someone"),
    madeAt: commit.madeAt && moment(commit.madeAt, tz),
    at: moment(commit.at, tz),
    reason: reasonWord(commit.reason),
  };
  return (
    <>
      <ConflictHead
        title={t(commit.handedOver ? "conflicts.commit.handedOver.title" : "conflicts.commit.title")}
        sub={commas([commit.patient, commit.device || t("conflicts.someone")])}
        icon={IconShieldCheck}
        safe={t("conflicts.commit.safe")}
      />
      <dl className={styles.facts}>
        {(Object.keys(facts) as (keyof typeof facts)[]).map((name) =>
          facts[name] === null ? null : (
            <div key={name}>
              <dt>{t(`conflicts.commit.${name}`)}</dt>
              <dd dir="auto">
                {name === "device" && <IconDeviceDesktop size={16} aria-hidden />}
                {facts[name]}
              </dd>
            </div>
          ),
        )}
      </dl>
      <p className={styles.what}>
        {t(commit.handedOver ? "conflicts.commit.handedOver.what" : "conflicts.commit.what")}
      </p>
      <ErrorBanner error={error} />
      <div className={styles.acts}>
        {choices.map((choice) => (
          <Act key={choice.key} digit={choice.key} busy={busy} onClick={() => onTake(choice)}>
            {t(
              choice.does === "accept"
                ? "conflicts.commit.handedOver.accept"
                : commit.handedOver
                  ? "conflicts.commit.handedOver.leave"
                  : "conflicts.commit.go",
            )}
          </Act>
        ))}
      </div>
    </>
  );
}
