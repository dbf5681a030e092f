import { useState } from "react";
import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import {
  api,
  keys,
  refresh,
  useCommand,
  usePatientSearch,
  type Patient,
  type PatientHit,
  type Relationship,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { SelectField, TextField } from "../kit/Field";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { useAgeSex } from "../kit/person";
import { useSettled } from "../kit/time";
import register from "./RegisterPanel.module.css";
import styles from "./patients.module.css";

const relationships: Relationship[] = [
  "child",
  "parent",
  "spouse",
  "sibling",
  "grandparent",
  "ward",
  "other",
];

/** Makes somebody who is known already the dependant of this patient. */
export function LinkPanel({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const { t } = useTranslation();
  const ageSex = useAgeSex();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState<PatientHit | null>(null);
  const [relationship, setRelationship] = useState<Relationship>("child");
  const query = useSettled(typed.trim(), 60);
  const search = usePatientSearch(query);
  const hits = (query === "" ? [] : (search.data ?? [])).filter((hit) => hit.id !== patient.id).slice(0, 6);
  const link = useCommand((dependant: PatientHit) =>
    api.linkDependant({
      responsiblePatientId: patient.id,
      patientId: dependant.id,
      relationship,
      notes: "",
    }),
  );
  const save = () => {
    const one = chosen ?? (hits.length === 1 ? hits[0] : undefined);
    if (!one || link.isPending) return;
    link.mutate([one], {
      onSuccess: () => {
        tellAction({ text: t("family.linked", { name: one.fullName }) });
        void refresh(keys.patients);
        onClose();
      },
    });
  };
  useKeys({ "ctrl+enter": save, escape: onClose });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("keys.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  return (
    <Panel title={t("family.link")} onClose={onClose} hints={hints}>
      <div className={register.body}>
        <SelectField
          label={t("register.relationship", { name: patient.fullName })}
          data={relationships.map((value) => ({ value, label: t(`family.relation.${value}`) }))}
          value={relationship}
          onValue={(value) => setRelationship(value as Relationship)}
        />
        <TextField
          label={t("family.find")}
          name="findDependant"
          value={typed}
          onValue={(text) => {
            setTyped(text);
            setChosen(null);
          }}
          autoFocus
        />
        <div role="radiogroup" aria-label={t("search.results")} className={styles.choices}>
          {hits.map((hit) => (
            <button
              key={hit.id}
              type="button"
              role="radio"
              aria-checked={chosen?.id === hit.id}
              onClick={() => setChosen(hit)}
            >
              <b>
                <bdi>{hit.fullName}</bdi>
              </b>
              <span className="num">{commas([ageSex(hit.ageYears, hit.gender), hit.recordNumber])}</span>
            </button>
          ))}
        </div>
      </div>
      <div className={register.foot}>
        <ErrorBanner error={search.error ?? link.error} />
        <Button
          look="main"
          size="lg"
          keys="Ctrl Enter"
          busy={link.isPending}
          disabled={!chosen && hits.length !== 1}
          onClick={save}
        >
          {t("family.linkKnown")}
        </Button>
      </div>
    </Panel>
  );
}
