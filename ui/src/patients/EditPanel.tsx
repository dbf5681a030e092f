import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  usePatientForm,
  type BloodGroup,
  type EditPatient,
  type Gender,
  type Patient,
  type PatientForm,
} from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { forget, useMemory } from "../kit/memory";
import { languages } from "../kit/places";
import { Panel } from "../kit/Panel";
import { bornOrAge } from "./born";
import styles from "./RegisterPanel.module.css";

const genders: Gender[] = ["female", "male", "other", "prefer_not_to_say"];
const groups: BloodGroup[] = ["A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-"];

type Props = { patient: Patient; onClose: () => void };
export function EditPanel({ patient, onClose }: Props) {
  const { t } = useTranslation();
  const form = usePatientForm(patient.id);
  return form.data ? (
    <Filled patient={patient} now={form.data} onClose={onClose} />
  ) : (
    <Panel title={t("edit.title")} onClose={onClose}>
      {form.error ? (
        <FailedState error={form.error} retry={() => void form.refetch()} />
      ) : (
        <SkeletonRows rows={8} />
      )}
    </Panel>
  );
}

function Filled({ patient, now, onClose }: { patient: Patient; now: PatientForm; onClose: () => void }) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const key = `edit:${patient.id}`;
  const save = useCommand((change: EditPatient) => api.editPatient(change));
  // What the record was when the panel was opened: what differs from it was typed here.
  const [base, setBase] = useMemory(`${key}:base`, { form: now, seen: patient.updatedAt });
  const [merged, setMerged] = useState(false);
  const form = useForm<PatientForm>(key, now, save.error, { ageYears: "birthDate" });
  const leave = () => {
    forget(key);
    onClose();
  };

  /** Somebody else was faster: their values stand, but for the fields that were typed in here. */
  const takeOver = async () => {
    const [fresh, record] = await Promise.all([api.patientForm(patient.id), api.patient(patient.id)]);
    for (const name of Object.keys(fresh) as (keyof PatientForm)[])
      if (form.values[name] === base.form[name]) form.set(name, fresh[name] as never);
    setBase({ form: fresh, seen: record.updatedAt });
    setMerged(true);
  };
  const send = () => {
    if (save.isPending) return;
    setMerged(false);
    const typed = form.values;
    save.mutate(
      [{ patientId: patient.id, seen: base.seen, form: { ...typed, ...bornOrAge(typed.birthDate) } }],
      {
        onSuccess: (saved) => {
          tellAction({ text: t("edit.saved", { name: saved.fullName }) });
          void refresh(keys.patients, ["search"]);
          leave();
        },
        onError: (error) => {
          if (error.code === "changed_meanwhile") void takeOver().catch(() => undefined);
        },
      },
    );
  };
  useKeys({ "ctrl+enter": send, escape: leave });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("keys.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => body.current?.querySelector<HTMLElement>("input")?.focus(), []);
  useFirstMistake(body, save.error);

  return (
    <Panel title={t("edit.title")} onClose={leave} hints={hints}>
      <div className={styles.body} ref={body}>
        <TextField label={t("detail.fullName")} {...form.text("fullName")} />
        <TextField label={t("detail.alternateName")} optional {...form.text("alternateName")} />
        <ChoiceField
          label={t("detail.gender")}
          choices={genders.map((value) => ({ value, label: t(`gender.${value}`) }))}
          value={form.values.gender}
          onValue={(value) => form.set("gender", value)}
          error={form.errorOf("gender")}
        />
        <div className={styles.two}>
          <TextField label={t("detail.born")} description={t("edit.bornHint")} {...form.text("birthDate")} />
          <TextField label={t("detail.phone")} optional inputMode="tel" {...form.text("phone")} />
        </div>
        <TextField label={t("detail.address")} optional {...form.text("address")} />
        <div className={styles.two}>
          <TextField label={t("detail.postalCode")} optional {...form.text("postalCode")} />
          <TextField label={t("detail.city")} optional {...form.text("city")} />
        </div>
        <TextField label={t("detail.email")} optional inputMode="email" {...form.text("email")} />
        <div className={styles.two}>
          <SelectField
            label={t("detail.language")}
            optional
            clearable
            data={languages()}
            {...form.text("primaryLanguage")}
            value={form.values.primaryLanguage || null}
          />
          <TextField label={t("detail.nationalId")} optional {...form.text("nationalId")} />
        </div>
        <div className={styles.two}>
          <SelectField
            label={t("detail.bloodGroup")}
            optional
            clearable
            data={groups}
            name="bloodGroup"
            value={form.values.bloodGroup}
            onValue={(value) => form.set("bloodGroup", (value || null) as BloodGroup | null)}
          />
          <ChoiceField
            label={t("detail.active")}
            choices={[
              { value: "yes", label: t("detail.yes") },
              { value: "no", label: t("detail.no") },
            ]}
            value={form.values.active ? "yes" : "no"}
            onValue={(value) => form.set("active", value === "yes")}
          />
        </div>
        <TextField label={t("detail.notes")} optional {...form.text("notes")} />
      </div>
      <div className={styles.foot}>
        {merged ? (
          <Banner tone="warn" role="status">
            {t("edit.changed")}
          </Banner>
        ) : (
          <ErrorBanner error={save.error} fields={form.names} />
        )}
        <Button look="main" size="lg" keys="Ctrl Enter" busy={save.isPending} onClick={send}>
          {t("edit.save")}
        </Button>
      </div>
    </Panel>
  );
}
