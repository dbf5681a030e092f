import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import { usePreferences, type PatientId } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { languageName } from "../kit/places";
import { Section } from "./Section";
import styles from "./patients.module.css";

export function Wishes({ id, onChange }: { id: PatientId; onChange?: () => void }) {
  const { t } = useTranslation();
  const wishes = usePreferences(id);
  const channels = wishes.data?.channels.map((channel) => t(`wishes.channel.${channel}`)) ?? [];
  const languages = wishes.data?.languages.map(languageName) ?? [];
  return (
    <Section
      title={t("patients.wishes")}
      action={
        onChange && (
          <Button size="sm" look="quiet" keys="C" onClick={onChange}>
            {t("patients.change")}
          </Button>
        )
      }
    >
      <ErrorBanner error={wishes.error} />
      {wishes.data && channels.length + languages.length === 0 ? (
        <p className={styles.quiet}>{t("patients.noWishes")}</p>
      ) : (
        <p>{commas([...channels, ...languages])}</p>
      )}
    </Section>
  );
}
