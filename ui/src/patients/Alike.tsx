import { useTranslation } from "react-i18next";
import type { PatientHit } from "../api";
import { Banner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Phone, useAgeSex, useBorn } from "../kit/person";
import search from "./SearchBox.module.css";
import styles from "./RegisterPanel.module.css";

type Props = {
  found: PatientHit[];
  /** They were shown once and the button was pressed. */
  again: boolean;
  onUse: (hit: PatientHit) => void;
  onDependant?: (hit: PatientHit) => void;
};
/** Who the person at the desk could already be, before a second record of them exists. */
export function Alike({ found, again, onUse, onDependant }: Props) {
  const { t } = useTranslation();
  const ageSex = useAgeSex();
  const born = useBorn();
  if (found.length === 0) return null;
  return (
    <div className={styles.alike}>
      <Banner tone="warn" role="status">
        <b>{t("register.alike", { count: found.length })}</b> {again && t("register.alikeAgain")}
        <ul aria-label={t("register.alike", { count: found.length })}>
          {found.map((hit) => (
            <li className={search.dup} key={hit.id}>
              <span className={search.line}>
                <b>
                  <bdi>{hit.fullName}</bdi>
                </b>
                <Button size="sm" onClick={() => onUse(hit)}>
                  {t("register.useThis")}
                </Button>
              </span>
              <span className={`${search.facts} num`}>
                {[ageSex(hit.ageYears, hit.gender), born(hit), hit.recordNumber]
                  .filter(Boolean)
                  .map((fact) => (
                    <span key={fact}>{fact}</span>
                  ))}
                {hit.phone && (
                  <span>
                    <Phone number={hit.phone} />
                  </span>
                )}
              </span>
              {onDependant && hit.phone && (
                <Button size="sm" look="quiet" className={styles.dependant} onClick={() => onDependant(hit)}>
                  {t("register.asDependant")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </Banner>
    </div>
  );
}
