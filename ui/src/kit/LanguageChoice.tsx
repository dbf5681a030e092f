import { useTranslation } from "react-i18next";
import { language as spoken, speak } from "../i18n";
import { keepLanguage, languages, ownNames } from "../i18n/languages";
import styles from "./Entrance.module.css";

/** The five languages, each by its own name, before anybody has signed in. */
export function LanguageChoice() {
  const { t } = useTranslation();
  return (
    <ul className={styles.languages} aria-label={t("language.label")}>
      {languages.map((one) => (
        <li key={one}>
          <button
            type="button"
            lang={one}
            aria-pressed={one === spoken()}
            data-testid={`language-${one}`}
            onClick={() => {
              keepLanguage(one, null);
              void speak(one);
            }}
          >
            {ownNames[one]}
          </button>
        </li>
      ))}
    </ul>
  );
}
