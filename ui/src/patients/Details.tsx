import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import { useFilesOf, type Patient } from "../api";
import { useHere } from "../kit/clinic";
import { languageName } from "../kit/places";
import { date, dateOf } from "../kit/time";
import { Photo } from "./Photo";
import { Section } from "./Section";
import styles from "./patients.module.css";

export function Details({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const files = useFilesOf(patient.id, may("use_files"));
  const age =
    patient.ageYears === null
      ? null
      : t(patient.birthDateEstimated ? "detail.aboutAge" : "detail.age", { count: patient.ageYears });
  const day =
    patient.birthDate &&
    (patient.birthDateEstimated ? patient.birthDate.slice(0, 4) : date(patient.birthDate));
  const papers = files.data
    ? files.data.more
      ? t("patients.filesMore", { count: files.data.items.length })
      : t("patients.filesCount", { count: files.data.items.length })
    : null;
  const place = [patient.postalCode, patient.city].filter(Boolean).join(" ");
  const facts: [string, string | null][] = [
    [t("detail.phone"), patient.phone],
    [t("detail.born"), commas([day, age]) || null],
    [t("detail.gender"), t(`gender.${patient.gender}`)],
    [t("detail.address"), commas([patient.address, place]) || null],
    [t("detail.email"), patient.email],
    [t("detail.language"), patient.primaryLanguage && languageName(patient.primaryLanguage)],
    [t("detail.nationalId"), patient.nationalId],
    [t("detail.bloodGroup"), patient.bloodGroup],
    [t("detail.notes"), patient.notes],
    [t("patients.files"), papers],
    [t("detail.registered"), dateOf(patient.createdAt, tz)],
  ];
  return (
    <Section title={t("patients.details")}>
      <Photo patient={patient} />
      <dl className={styles.facts2}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto" className="num">
              {value ?? <span className={styles.quiet}>{t("patients.none")}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
