import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { usePatientHistory, type PatientChange, type PatientId } from "../api";
import { FailedState } from "../kit/Empty";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import { actionWord, capital, columnWord, valueWords } from "../kit/words";
import { Section } from "./Section";
import styles from "./patients.module.css";

// The precision changes with the column beside it and says nothing more to a reader.
// The photo is told by what was done: the name of its file would say nothing.
const silent = ["birth_date_precision", "photo_file_id"];

/** Who changed what of the record, with what stood there before. */
export function History({ id }: { id: PatientId }) {
  const { t } = useTranslation();
  const { may } = useHere();
  const history = usePatientHistory(id, may("edit_patient"));
  if (!may("edit_patient")) return null;
  if (history.error) return <FailedState error={history.error} retry={() => void history.refetch()} />;
  const changes = (history.data ?? []).filter(({ made, fields }) => made || fields.length > 0);
  return (
    <Section title={t("patients.history")}>
      {history.data && changes.length === 0 && <p className={styles.quiet}>{t("changes.nobody")}</p>}
      <ol className={styles.history} aria-label={t("patients.history")}>
        {changes.map((change) => (
          <Change change={change} key={`${change.at} ${change.action} ${change.recordNumber}`} />
        ))}
      </ol>
    </Section>
  );
}

function Change({ change }: { change: PatientChange }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const value = (field: string, given: string | null) =>
    given === null || given === ""
      ? t("changes.empty")
      : valueWords(t, tz, field, { field, value: given, name: null, currency: null }).text;
  const who = change.by ?? t("changes.system");
  return (
    <li>
      <p className={styles.who}>
        <b>{change.device ? t("changes.by", { name: who, device: change.device }) : who}</b>
        <time className="num">{moment(change.at, tz)}</time>
      </p>
      {change.made ? (
        <p className={styles.second}>{t("changes.registered")}</p>
      ) : (
        <>
          {change.action !== "edit_patient" && (
            <p className={styles.second}>{capital(actionWord(change.action))}</p>
          )}
          <dl>
            {change.fields
              .filter(({ field }) => !silent.includes(field))
              .map(({ field, before, after }) => (
                <div key={field}>
                  <dt>{capital(columnWord(field))}</dt>
                  <dd>
                    <span className="sr">{t("changes.from")}</span>
                    <bdi className={styles.before}>{value(field, before)}</bdi>
                    <IconArrowRight size={14} aria-hidden />
                    <span className="sr">{t("changes.to")}</span>
                    <bdi>{value(field, after)}</bdi>
                  </dd>
                </div>
              ))}
          </dl>
        </>
      )}
    </li>
  );
}
