import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  queries,
  useCommand,
  useLikelyDuplicates,
  type Gender,
  type NewPatient,
  type PatientForm,
  type PatientHit,
  type PatientId,
  type Relationship,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { languages } from "../kit/places";
import { Panel } from "../kit/Panel";
import { useSettled } from "../kit/time";
import { Alike } from "./Alike";
import { bornOrAge } from "./born";
import styles from "./RegisterPanel.module.css";

type TypedPatient = Omit<NewPatient, "birthDate" | "ageYears"> & { born: string };
type Typed = TypedPatient & { relationship: Relationship };

export const asNewPatient = ({ born, ...rest }: TypedPatient): NewPatient => ({
  ...rest,
  ...bornOrAge(born),
});
const asForm = (patient: NewPatient): PatientForm => ({
  ...patient,
  email: "",
  postalCode: "",
  nationalId: "",
  timezone: "",
  bloodGroup: null,
  notes: "",
  heightCm: "",
  weightKg: "",
  active: true,
});

/** Whom a dependant is registered under, and what the two share. */
export type Responsible = {
  id: PatientId;
  fullName: string;
  phone: string | null;
  address: string | null;
  city: string | null;
};

function startWith(typed: string, of: Responsible | null): Typed {
  const phone = /^[\p{Nd}\s+()-]{5,}$/u.test(typed);
  return {
    fullName: phone ? "" : typed,
    alternateName: "",
    gender: null,
    born: "",
    phone: phone ? typed : (of?.phone ?? ""),
    address: of?.address ?? "",
    city: of?.city ?? "",
    primaryLanguage: "",
    relationship: "child",
  };
}

const genders: Gender[] = ["female", "male", "other", "prefer_not_to_say"];
const relationships: Relationship[] = [
  "child",
  "parent",
  "spouse",
  "sibling",
  "grandparent",
  "ward",
  "other",
];

type Props = {
  typed: string;
  /** Set where a dependant of somebody is registered. */
  of?: Responsible;
  /** What follows, on the button. */
  saveLabel: string;
  onDone: (patient: PatientHit) => void;
  onClose: () => void;
};
export function RegisterPanel({ typed, of: given, saveLabel, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const key = `register:${given?.id ?? ""}:${typed}`;
  const [of, setOf] = useMemory<Responsible | null>(`${key}:of`, given ?? null);
  const register = useCommand((patient: NewPatient, relationship: Relationship) =>
    of ? api.registerDependant(of.id, relationship, asForm(patient)) : api.registerPatient(patient),
  );
  const [checking, setChecking] = useState(false);
  const [seen, setSeen] = useState("");
  const form = useForm<Typed>(key, startWith(typed, given ?? null), register.error, {
    birthDate: "born",
    ageYears: "born",
  });
  const patient = useMemo(() => {
    const { relationship, ...typedPatient } = form.values;
    return asNewPatient(typedPatient);
  }, [form.values]);
  const settled = useSettled(patient, 250);
  const alike = useLikelyDuplicates(
    settled,
    settled.fullName.trim().length > 2 || settled.phone.trim().length > 5,
  );
  // The one responsible has the same phone and is no duplicate.
  const others = (hits: PatientHit[]) => hits.filter((hit) => hit.id !== of?.id);
  const found = others(alike.data ?? []);
  const busy = register.isPending || checking;

  const use = (hit: PatientHit) => {
    form.reset();
    onDone(hit);
  };
  const underOne = async (hit: PatientHit) => {
    const record = await api.patient(hit.id);
    setOf(record);
    if (form.values.address === "") form.set("address", record.address ?? "");
    if (form.values.city === "") form.set("city", record.city ?? "");
    register.reset();
  };
  const save = async () => {
    if (busy) return;
    setChecking(true);
    try {
      // Someone faster than the look-up still sees who is alike before a second record exists.
      const latest = await queries.fetchQuery({
        queryKey: keys.duplicates(patient),
        queryFn: () => api.likelyDuplicates(patient),
      });
      const names = others(latest)
        .map((hit) => hit.id)
        .join();
      if (names !== "" && names !== seen) {
        setSeen(names);
        return;
      }
    } catch {
      // Registering answers with the reason, by field.
    } finally {
      setChecking(false);
    }
    register.mutate([patient, form.values.relationship], { onSuccess: use });
  };

  useKeys({ "ctrl+enter": () => void save(), escape: onClose });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("keys.register") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => {
    const fields = [
      ...(body.current?.querySelectorAll<HTMLElement>('input, [role="radio"][tabindex="0"]') ?? []),
    ];
    fields
      .find((field) =>
        field instanceof HTMLInputElement ? field.value === "" : field.ariaChecked !== "true",
      )
      ?.focus();
  }, []);
  useFirstMistake(body, register.error);

  return (
    <Panel
      title={of ? t("register.of", { name: of.fullName }) : t("register.title")}
      onClose={onClose}
      hints={hints}
    >
      <div className={styles.body} ref={body}>
        <TextField label={t("register.fullName")} {...form.text("fullName")} />
        <ChoiceField
          label={t("register.gender")}
          choices={genders.map((value) => ({ value, label: t(`gender.${value}`) }))}
          value={form.values.gender}
          onValue={(value) => form.set("gender", value)}
          error={form.errorOf("gender")}
        />
        <div className={styles.two}>
          <TextField label={t("register.born")} description={t("register.bornHint")} {...form.text("born")} />
          <TextField label={t("register.phone")} optional inputMode="tel" {...form.text("phone")} />
        </div>
        {of && (
          <SelectField
            label={t("register.relationship", { name: of.fullName })}
            data={relationships.map((value) => ({ value, label: t(`family.relation.${value}`) }))}
            name="relationship"
            value={form.values.relationship}
            onValue={(value) => form.set("relationship", value as Relationship)}
          />
        )}
        <TextField label={t("register.alternateName")} optional {...form.text("alternateName")} />
        <div className={styles.two}>
          <TextField label={t("register.city")} optional {...form.text("city")} />
          <SelectField
            label={t("register.language")}
            optional
            clearable
            data={languages()}
            {...form.text("primaryLanguage")}
            value={form.values.primaryLanguage || null}
          />
        </div>
        <TextField label={t("register.address")} optional {...form.text("address")} />
        {of && <p className={styles.shared}>{t("register.shared", { name: of.fullName })}</p>}
      </div>
      <div className={styles.foot}>
        <Alike
          found={found}
          again={seen !== ""}
          onUse={use}
          onDependant={of ? undefined : (hit) => void underOne(hit)}
        />
        <ErrorBanner error={register.error} fields={form.names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={busy} onClick={() => void save()}>
          {found.length > 0 ? t("register.saveNew") : saveLabel}
        </Button>
      </div>
    </Panel>
  );
}
