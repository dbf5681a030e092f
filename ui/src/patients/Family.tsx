import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  useFamily,
  type Dependant,
  type Patient,
  type PatientId,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { tellAction } from "../kit/keys";
import { Section } from "./Section";
import styles from "./patients.module.css";

type Props = {
  patient: Patient;
  onOpen: (id: PatientId) => void;
  onAdd?: () => void;
  onLink?: () => void;
};
export function Family({ patient, onOpen, onAdd, onLink }: Props) {
  const { t } = useTranslation();
  const family = useFamily(patient.id);
  const unlink = useCommand((one: Dependant) => api.unlinkDependant(one.id));
  const end = (one: Dependant) =>
    unlink.mutate([one], {
      onSuccess: () => {
        tellAction({ text: t("family.unlinked", { name: one.fullName }) });
        void refresh(keys.patients);
      },
    });
  const lists = [
    ["family.answersFor", family.data?.dependants ?? []],
    ["family.answeredBy", family.data?.responsible ?? []],
  ] as const;
  const nobody = family.data && lists.every(([, list]) => list.length === 0);
  return (
    <Section
      title={t("patients.family")}
      action={
        <>
          {onLink && (
            <Button size="sm" look="quiet" keys="L" onClick={onLink}>
              {t("family.linkKnown")}
            </Button>
          )}
          {onAdd && (
            <Button size="sm" look="quiet" keys="D" onClick={onAdd}>
              {t("family.add")}
            </Button>
          )}
        </>
      }
    >
      <ErrorBanner error={family.error ?? unlink.error} />
      {nobody && <p className={styles.quiet}>{t("patients.noFamily")}</p>}
      {lists.map(
        ([title, list]) =>
          list.length > 0 && (
            <div key={title}>
              <h3>{t(title)}</h3>
              <ul className={styles.rows}>
                {list.map((one) => (
                  <li key={one.id}>
                    <button
                      type="button"
                      className={styles.link}
                      aria-label={t("family.open", { name: one.fullName })}
                      onClick={() => onOpen(one.patientId)}
                    >
                      <bdi>{one.fullName}</bdi>
                    </button>
                    <span className={styles.second}>
                      {/* The word says what the dependant is, so it stands with the dependant. */}
                      {title === "family.answersFor" && t(`family.relation.${one.relationship}`)}{" "}
                      {one.recordNumber}
                    </span>
                    <span className={styles.fill} />
                    {onLink && (
                      <button
                        type="button"
                        className={styles.iconButton}
                        aria-label={t("family.unlinkOne", { name: one.fullName })}
                        title={t("family.unlink")}
                        onClick={() => end(one)}
                      >
                        <IconX size={16} aria-hidden />
                      </button>
                    )}
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
    </Section>
  );
}
