import { IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Instant, Patient } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { AlternateName, Phone, useAgeSex } from "../kit/person";
import { languageName } from "../kit/places";
import { QueueNumber } from "../kit/QueueNumber";
import { clock, date } from "../kit/time";
import { RecordMark } from "../kit/Whereabouts";
import styles from "./Workplace.module.css";

type Props = {
  patient: Patient;
  number: string | null;
  startedAt: Instant;
  busy: boolean;
  onFinish: () => void;
};
export function PatientHeader({ patient, number, startedAt, busy, onFinish }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const ageSex = useAgeSex();
  const born = patient.birthDate
    ? patient.birthDateEstimated
      ? t("patient.bornAbout", { year: patient.birthDate.slice(0, 4) })
      : date(patient.birthDate)
    : null;
  return (
    <header className={styles.patient}>
      <div className={styles.id}>
        <h1>
          <bdi>{patient.fullName}</bdi> <AlternateName name={patient.alternateName} />
          <RecordMark id={patient.id} />
        </h1>
        <p className="num">
          {commas([ageSex(patient.ageYears, patient.gender), born])}
          <span>
            <bdi>{patient.recordNumber}</bdi>
          </span>
          {patient.primaryLanguage && (
            <span>{t("patient.speaks", { language: languageName(patient.primaryLanguage) })}</span>
          )}
          {patient.phone && (
            <span>
              <Phone number={patient.phone} />
            </span>
          )}
        </p>
      </div>
      <span className={styles.fill} />
      {number && <QueueNumber number={number} className={styles.number} />}
      <span className={styles.since}>{t("consult.since", { time: clock(startedAt, tz) })}</span>
      <Button keys="Alt F" icon={<IconCircleCheck size={16} aria-hidden />} busy={busy} onClick={onFinish}>
        {t("consult.finish")}
      </Button>
    </header>
  );
}
