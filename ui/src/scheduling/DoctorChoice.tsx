import { useTranslation } from "react-i18next";
import type { DoctorQueue } from "../api";
import { useHere } from "../kit/clinic";
import { clock } from "../kit/time";
import styles from "./WalkInPanel.module.css";
import kit from "../kit/kit.module.css";

type Props = {
  doctors: DoctorQueue[];
  loading: boolean;
  chosen: string | null;
  onChoose: (id: string) => void;
};

export function DoctorChoice({ doctors, loading, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const note = (doctor: DoctorQueue) =>
    doctor.away
      ? t("walkIn.away")
      : doctor.leavesAt && t("walkIn.leaves", { time: clock(doctor.leavesAt, tz) });
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = doctors.findIndex((doctor) => doctor.providerId === chosen);
    const next = step && doctors[(at + step + doctors.length) % doctors.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next.providerId);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="radio"]')[doctors.indexOf(next)]?.focus();
  };
  return (
    <>
      <div className={styles.sh} aria-hidden="true">
        <span className={styles.label}>{t("walkIn.doctor")}</span>
        <span className={styles.hint}>{t("walkIn.waiting")}</span>
        <span className={styles.hint}>{t("walkIn.about")}</span>
      </div>
      <div className={styles.docs} role="radiogroup" aria-label={t("walkIn.doctor")} onKeyDown={onKeyDown}>
        {loading && <div style={{ height: 108 }} role="status" aria-label={t("loading")} />}
        {doctors.map((doctor, index) => (
          <button
            key={doctor.providerId}
            type="button"
            role="radio"
            className={styles.doc}
            data-off={note(doctor) ? true : undefined}
            title={note(doctor) ? undefined : t(`walkIn.basis.${doctor.basis}`)}
            aria-checked={doctor.providerId === chosen}
            tabIndex={doctor.providerId === chosen ? 0 : -1}
            aria-label={[
              t("walkIn.doctorLabel", {
                name: doctor.name,
                count: doctor.waiting,
                minutes: doctor.aboutMinutes,
              }),
              note(doctor),
            ]
              .filter(Boolean)
              .join(", ")}
            onClick={(event) => {
              onChoose(doctor.providerId);
              event.currentTarget.focus();
            }}
          >
            {index < 9 ? <kbd className={kit.kbd}>{index + 1}</kbd> : <span />}
            <span className={styles.name}>{doctor.name}</span>
            <span className={styles.special}>{doctor.specialization ?? doctor.room}</span>
            {note(doctor) ? (
              <span className={`${styles.leaves} num`}>{note(doctor)}</span>
            ) : (
              <>
                <span className={`${styles.n} num`}>{doctor.waiting}</span>
                <span className={`${styles.n} num`}>{t("minutes", { count: doctor.aboutMinutes })}</span>
              </>
            )}
          </button>
        ))}
      </div>
    </>
  );
}
