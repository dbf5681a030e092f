import { useTranslation } from "react-i18next";
import type { PatientHit } from "../api";
import { AlternateName, Phone, useAgeSex, useBorn } from "../kit/person";
import { shortDate } from "../kit/time";
import styles from "./SearchBox.module.css";

type Props = { id: string; hit: PatientHit; selected: boolean; onChoose: () => void };
export function HitRow({ id, hit, selected, onChoose }: Props) {
  const { t } = useTranslation();
  const ageSex = useAgeSex();
  const born = useBorn();
  return (
    <li
      id={id}
      role="option"
      aria-selected={selected}
      data-testid="hit"
      className={styles.hit}
      onClick={onChoose}
    >
      <span>
        <b>
          <bdi>{hit.fullName}</bdi>
        </b>
        <AlternateName name={hit.alternateName} />
      </span>
      <span className="num">{ageSex(hit.ageYears, hit.gender)}</span>
      <span className="num">{born(hit)}</span>
      <span className="num">
        <bdi>{hit.recordNumber}</bdi>
      </span>
      <span className="num">{hit.phone && <Phone number={hit.phone} />}</span>
      {hit.waitingNumber ? (
        <span className={styles.waits}>{t("patient.waits", { number: hit.waitingNumber })}</span>
      ) : (
        <span className="num">
          {hit.lastVisit && t("patient.lastSeen", { date: shortDate(hit.lastVisit) })}
        </span>
      )}
    </li>
  );
}
