import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useConsents, type Consent, type ConsentPurpose, type PatientId } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { dateOf } from "../kit/time";
import { Section } from "./Section";
import styles from "./patients.module.css";

export const purposes: ConsentPurpose[] = [
  "treatment",
  "messages",
  "data_sharing",
  "teleconsultation",
  "photography",
  "research",
];

/** By icon, word and colour. */
export function ConsentState({ consent }: { consent: Consent | undefined }) {
  const { t } = useTranslation();
  if (!consent) return <span className={styles.quiet}>{t("consent.state.none")}</span>;
  const Icon = consent.decision === "given" ? IconCircleCheck : IconCircleX;
  return (
    <span className={styles.state} data-decision={consent.decision}>
      <Icon size={16} aria-hidden />
      {t(`consent.state.${consent.decision}`)}
    </span>
  );
}

/** "3 Sep 2026, Meera Kulkarni" */
export function useConsentMade() {
  const { t } = useTranslation();
  const { tz } = useHere();
  return ({ decidedAt, recordedBy, givenBy }: Consent) =>
    t(givenBy ? "consent.onFor" : "consent.on", {
      date: dateOf(decidedAt, tz),
      by: recordedBy,
      for: givenBy,
    });
}

export function Consents({ id }: { id: PatientId }) {
  const { t } = useTranslation();
  const consents = useConsents(id);
  const made = useConsentMade();
  return (
    <Section title={t("patients.consents")}>
      <ErrorBanner error={consents.error} />
      <dl className={styles.facts2}>
        {purposes.map((purpose) => {
          const consent = consents.data?.find((one) => one.purpose === purpose);
          return (
            <div key={purpose}>
              <dt>{t(`consent.purpose.${purpose}`)}</dt>
              <dd title={consent && made(consent)}>
                <ConsentState consent={consent} />
              </dd>
            </div>
          );
        })}
      </dl>
    </Section>
  );
}
