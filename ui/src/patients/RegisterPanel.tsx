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
  type PatientHit,
} from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useHints, useKeys } from "../kit/keys";
import { languages } from "../kit/places";
import { Panel } from "../kit/Panel";
import { useAgeSex } from "../kit/person";
import { date, useSettled } from "../kit/time";
import search from "./SearchBox.module.css";
import styles from "./RegisterPanel.module.css";

type Typed = Omit<NewPatient, "birthDate" | "ageYears"> & { born: string };

/** One field takes a date, a year or an age: up to three digits are an age. */
export function asNewPatient({ born, ...rest }: Typed): NewPatient {
  const age = /^\s*\d{1,3}\s*$/.test(born);
  return { ...rest, birthDate: age ? "" : born, ageYears: age ? born.trim() : "" };
}

function startWith(typed: string): Typed {
  const phone = /^[\d\s+()-]{5,}$/.test(typed);
  return {
    fullName: phone ? "" : typed,
    alternateName: "",
    gender: null,
    born: "",
    phone: phone ? typed : "",
    address: "",
    city: "",
    primaryLanguage: "",
  };
}

const genders: Gender[] = ["female", "male", "other", "prefer_not_to_say"];

type Props = { typed: string; onDone: (patient: PatientHit) => void; onClose: () => void };
export function RegisterPanel({ typed, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const ageSex = useAgeSex();
  const body = useRef<HTMLDivElement>(null);
  const key = `register:${typed}`;
  const register = useCommand(api.registerPatient);
  const [checking, setChecking] = useState(false);
  const [seen, setSeen] = useState("");
  const form = useForm<Typed>(key, startWith(typed), register.error, { birthDate: "born", ageYears: "born" });
  const patient = useMemo(() => asNewPatient(form.values), [form.values]);
  const settled = useSettled(patient, 250);
  const alike = useLikelyDuplicates(
    settled,
    settled.fullName.trim().length > 2 || settled.phone.trim().length > 5,
  );
  const found = alike.data ?? [];
  const busy = register.isPending || checking;

  const use = (hit: PatientHit) => {
    form.reset();
    onDone(hit);
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
      const names = latest.map((hit) => hit.id).join();
      if (names !== "" && names !== seen) {
        setSeen(names);
        return;
      }
    } catch {
      // Registering answers with the reason, by field.
    } finally {
      setChecking(false);
    }
    register.mutate([patient], { onSuccess: use });
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
  useEffect(() => {
    if (register.error) body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [register.error]);

  return (
    <Panel title={t("register.title")} onClose={onClose} hints={hints}>
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
      </div>
      <div className={styles.foot}>
        {found.length > 0 && (
          <div className={styles.alike}>
            <Banner tone="warn" role="status">
              <b>{t("register.alike", { count: found.length })}</b> {seen !== "" && t("register.alikeAgain")}
              <ul aria-label={t("register.alike", { count: found.length })}>
                {found.map((hit) => (
                  <li className={search.dup} key={hit.id}>
                    <span className={search.line}>
                      <b>
                        <bdi>{hit.fullName}</bdi>
                      </b>
                      <Button size="sm" onClick={() => use(hit)}>
                        {t("register.useThis")}
                      </Button>
                    </span>
                    <span className={`${search.facts} num`}>
                      {[
                        ageSex(hit.ageYears, hit.gender),
                        hit.birthDate && t("patient.born", { date: date(hit.birthDate) }),
                        hit.recordNumber,
                        hit.phone,
                      ]
                        .filter(Boolean)
                        .map((fact) => (
                          <span key={fact}>{fact}</span>
                        ))}
                    </span>
                  </li>
                ))}
              </ul>
            </Banner>
          </div>
        )}
        <ErrorBanner error={register.error} fields={form.names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={busy} onClick={() => void save()}>
          {found.length > 0 ? t("register.saveNew") : t("register.save")}
        </Button>
      </div>
    </Panel>
  );
}
