import { IconAlertOctagon, IconHelpCircle, IconPlus } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, type Allergy, type NewAllergy, type Patient } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { ChoiceField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { commas } from "../kit/locale";
import { useMemory } from "../kit/memory";
import { dateOf } from "../kit/time";
import styles from "./Workplace.module.css";

const severities: NewAllergy["severity"][] = ["mild", "moderate", "severe"];

/** Always in sight and never closed: what is known, or that nothing is recorded, which is not the same as none. */
export function AllergyBanner({ patient, allergies }: { patient: Patient; allergies: Allergy[] }) {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const [adding, setAdding] = useMemory(`allergy:${patient.id}:open`, false);
  const mayAdd = may("write_consultation");
  useKeys({ "alt+a": () => mayAdd && setAdding(true) });
  const none = allergies.length === 0;
  const Icon = none ? IconHelpCircle : IconAlertOctagon;
  return (
    <div className={styles.allergyArea}>
      <div className={`${styles.allergy} ${none ? styles.asked : ""}`} role="alert">
        <Icon size={20} stroke={1.75} aria-hidden />
        <b>{t("allergy.title")}</b>
        {none && <span>{t("allergy.none")}</span>}
        <span className={styles.allergies}>
          {allergies.map((one) => (
            <span key={one.id}>
              <strong>{one.substance}</strong>{" "}
              {commas([one.reaction, t(`allergy.severity.${one.severity}`), dateOf(one.recordedAt, tz)])}
            </span>
          ))}
        </span>
        {mayAdd && !adding && (
          <Button
            size="sm"
            look="quiet"
            keys="Alt A"
            icon={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t("allergy.add")}
          </Button>
        )}
      </div>
      {adding && <AddAllergy patientId={patient.id} onClose={() => setAdding(false)} />}
    </div>
  );
}

function AddAllergy({ patientId, onClose }: { patientId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const record = useCommand(api.recordAllergy);
  const form = useForm<NewAllergy>(
    `allergy:${patientId}:form`,
    { patientId, substance: "", severity: "moderate", reaction: "" },
    record.error,
  );
  const save = () => {
    if (record.isPending) return;
    record.mutate([form.values], {
      onSuccess: () => {
        form.reset();
        void refresh(keys.chart(patientId), ["checks"]);
        onClose();
      },
    });
  };
  useKeys({ escape: onClose, "ctrl+enter": save });
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  return (
    <form
      ref={box}
      className={styles.addAllergy}
      aria-label={t("allergy.add")}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField label={t("allergy.substance")} {...form.text("substance")} />
      <TextField label={t("allergy.reaction")} optional {...form.text("reaction")} />
      <ChoiceField
        label={t("allergy.how")}
        choices={severities.map((value) => ({ value, label: t(`allergy.severity.${value}`) }))}
        value={form.values.severity}
        onValue={(severity) => form.set("severity", severity)}
        error={form.errorOf("severity")}
      />
      <Button type="submit" look="default" keys="Ctrl Enter" busy={record.isPending}>
        {t("allergy.save")}
      </Button>
      <Button look="quiet" keys="Esc" onClick={onClose}>
        {t("action.close")}
      </Button>
      <ErrorBanner error={record.error} fields={form.names} />
    </form>
  );
}
