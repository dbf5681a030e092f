import { useState } from "react";
import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import {
  api,
  keys,
  refresh,
  useCommand,
  useDuplicatesOf,
  useMerges,
  type CommandError,
  type Merge,
  type Patient,
  type PossibleDuplicate,
} from "../api";
import { explain } from "../errors";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { tellAction } from "../kit/keys";
import { useAgeSex, useBorn } from "../kit/person";
import { dateOf } from "../kit/time";
import { MergeDialog } from "./MergeDialog";
import styles from "./patients.module.css";

const everywhere = () => void refresh(keys.patients, ["search"], keys.conflicts, keys.money, ["today"]);

/** Other records that may be this person, and those that were found to be. */
export function Duplicates({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const ageSex = useAgeSex();
  const born = useBorn();
  const pairs = useDuplicatesOf(patient.id, true).data ?? [];
  const merges = (useMerges(patient.id, true).data ?? []).filter(({ undoneAt }) => undoneAt === null);
  const [merging, setMerging] = useState<PossibleDuplicate | null>(null);
  const apart = useCommand((pair: PossibleDuplicate) => api.keepPatientsApart(pair.first.id, pair.second.id));
  const undo = useCommand((merge: Merge) => api.undoMerge(merge.id));
  const takeBack = (merge: Merge) =>
    undo.mutate([merge], {
      onSuccess: () => {
        tellAction({ text: t("duplicate.undone", { number: merge.mergedRecordNumber }) });
        everywhere();
      },
    });
  const otherOf = (pair: PossibleDuplicate) => (pair.first.id === patient.id ? pair.second : pair.first);
  if (pairs.length + merges.length === 0) return null;
  return (
    <div className={styles.duplicates}>
      {pairs.length > 0 && (
        <Banner tone="warn" role="status">
          <b>{t("duplicate.title", { count: pairs.length })}</b>
          <ul>
            {pairs.map((pair) => {
              const other = otherOf(pair);
              return (
                <li key={other.id}>
                  <b>
                    <bdi>{other.fullName}</bdi>
                  </b>
                  <span className={`${styles.second} num`}>
                    {commas([
                      ageSex(other.ageYears, other.gender),
                      born(other),
                      other.recordNumber,
                      other.phone,
                    ])}
                  </span>
                  <span className={styles.fill} />
                  <Button
                    size="sm"
                    busy={apart.isPending}
                    onClick={() =>
                      apart.mutate([pair], {
                        onSuccess: () => {
                          tellAction({ text: t("duplicate.apart", { name: other.fullName }) });
                          everywhere();
                        },
                      })
                    }
                  >
                    {t("duplicate.twoPeople")}
                  </Button>
                  <Button size="sm" onClick={() => setMerging(pair)}>
                    {t("duplicate.merge")}
                  </Button>
                </li>
              );
            })}
          </ul>
        </Banner>
      )}
      {merges.map((merge) => (
        <p key={merge.id} className={styles.merged}>
          <span>{t("patients.mergedHere", { number: merge.mergedRecordNumber })}</span>
          <span className={styles.second}>
            {t("duplicate.mergedBy", { by: merge.mergedBy, date: dateOf(merge.mergedAt, tz) })}
          </span>
          <Button size="sm" look="quiet" busy={undo.isPending} onClick={() => takeBack(merge)}>
            {t("duplicate.undo")}
          </Button>
        </p>
      ))}
      <ErrorBanner error={apart.error ?? undo.error} />
      {merging && (
        <MergeDialog
          pair={merging}
          onClose={() => setMerging(null)}
          onMerged={async () => {
            setMerging(null);
            everywhere();
            const { first, second } = merging;
            const made = (await api.listMerges(first.id)).find((one) => one.mergedId === second.id);
            tellAction({
              text: t("duplicate.merged", { gone: second.recordNumber, kept: first.recordNumber }),
              undo: made && (() => void undoFromAnywhere(made)),
            });
          }}
        />
      )}
    </div>
  );

  async function undoFromAnywhere(merge: Merge) {
    try {
      await api.undoMerge(merge.id);
      tellAction({ text: t("duplicate.undone", { number: merge.mergedRecordNumber }) });
    } catch (error) {
      tellAction({ text: explain(error as CommandError).what });
    }
    everywhere();
  }
}
