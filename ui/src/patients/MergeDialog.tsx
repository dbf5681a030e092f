import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useBorn } from "../kit/person";
import { commas } from "../kit/locale";
import {
  api,
  useCommand,
  type MergeChoice,
  type MergeField,
  type Patient,
  type PossibleDuplicate,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { useKeys } from "../kit/keys";
import { languageName } from "../kit/places";
import styles from "./patients.module.css";

type Props = { pair: PossibleDuplicate; onClose: () => void; onMerged: () => void };
/** Two records side by side: where they differ, a person says which value stays. */
export function MergeDialog({ pair: { first, second }, onClose, onMerged }: Props) {
  const { t } = useTranslation();
  const born = useBorn();
  const [fromLater, setFromLater] = useState<MergeField[]>([]);
  const merge = useCommand((choice: MergeChoice) => api.mergePatients(choice));
  const send = () => {
    if (!merge.isPending)
      merge.mutate([{ one: first.id, other: second.id, fromLater }], { onSuccess: onMerged });
  };
  useKeys({ "ctrl+enter": send }, { inDialog: true });
  const address = (patient: Patient) => commas([patient.address, patient.postalCode, patient.city]);
  const fields: [MergeField, string, (patient: Patient) => string | null][] = [
    ["fullName", t("detail.fullName"), (one) => one.fullName],
    ["alternateName", t("detail.alternateName"), (one) => one.alternateName],
    ["birthDate", t("detail.born"), (one) => born(one)],
    ["gender", t("detail.gender"), (one) => t(`gender.${one.gender}`)],
    ["phone", t("detail.phone"), (one) => one.phone],
    ["email", t("detail.email"), (one) => one.email],
    ["address", t("detail.address"), address],
    ["nationalId", t("detail.nationalId"), (one) => one.nationalId],
    [
      "primaryLanguage",
      t("detail.language"),
      (one) => one.primaryLanguage && languageName(one.primaryLanguage),
    ],
    ["bloodGroup", t("detail.bloodGroup"), (one) => one.bloodGroup],
    ["notes", t("detail.notes"), (one) => one.notes],
  ];
  // What is empty in the earlier record is filled from the later one without being asked.
  const differing = fields.filter(([, , of]) => of(first) && of(second) && of(first) !== of(second));
  return (
    <Dialog title={t("duplicate.mergeTitle")} onClose={onClose} size={640}>
      <p>{t("duplicate.what", { kept: first.recordNumber, gone: second.recordNumber })}</p>
      {differing.length > 0 && <p className={styles.second}>{t("duplicate.choose")}</p>}
      <table className={styles.compare}>
        <thead>
          <tr>
            <th>{t("duplicate.field")}</th>
            <th>{t("duplicate.earlier", { number: first.recordNumber })}</th>
            <th>{t("duplicate.later", { number: second.recordNumber })}</th>
          </tr>
        </thead>
        <tbody>
          {differing.map(([field, name, of]) => (
            <tr key={field}>
              <th scope="row">{name}</th>
              {[first, second].map((patient, index) => {
                const later = index === 1;
                return (
                  <td key={patient.id}>
                    <label>
                      <input
                        type="radio"
                        name={field}
                        aria-label={t("duplicate.use", {
                          field: name,
                          number: patient.recordNumber,
                          value: of(patient),
                        })}
                        checked={fromLater.includes(field) === later}
                        onChange={() =>
                          setFromLater((now) =>
                            later ? [...now, field] : now.filter((one) => one !== field),
                          )
                        }
                      />
                      <bdi>{of(patient)}</bdi>
                    </label>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <ErrorBanner error={merge.error} />
      <div className={styles.dialogActs}>
        <Button keys="Esc" onClick={onClose}>
          {t("duplicate.keepApart")}
        </Button>
        <Button look="main" keys="Ctrl Enter" busy={merge.isPending} onClick={send} data-autofocus>
          {t("duplicate.mergeNow")}
        </Button>
      </div>
    </Dialog>
  );
}
