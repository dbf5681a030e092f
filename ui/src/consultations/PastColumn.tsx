import { useTranslation } from "react-i18next";
import type { PrescriptionSummary, Visit } from "../api";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { dateOf } from "../kit/time";
import { RecordMark } from "../kit/Whereabouts";
import styles from "./Workplace.module.css";

type Props = { visits: Visit[]; onShow: (prescription: PrescriptionSummary) => void };
export function PastColumn({ visits, onShow }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const [last, ...earlier] = [...visits].sort((a, b) => b.on.localeCompare(a.on));
  return (
    <section className={styles.past} aria-label={t("past.title")}>
      {!last && (
        <>
          <h2>{t("past.first")}</h2>
          <p>{t("past.firstWhat")}</p>
        </>
      )}
      {last && (
        <>
          <h2>
            {t("past.last")} <span className="num">{commas([dateOf(last.on, tz), last.providerName])}</span>
          </h2>
          <VisitWords visit={last} />
          {last.prescriptions.map((prescription) => (
            <Prescribed key={prescription.id} prescription={prescription} onShow={onShow} />
          ))}
        </>
      )}
      {earlier.length > 0 && <h2>{t("past.earlier")}</h2>}
      <ul className={styles.visits}>
        {earlier.map((visit) => (
          <li key={visit.consultationId}>
            <details>
              <summary>
                <span dir="auto">{visit.diagnosis || visit.complaint || t("past.noNotes")}</span>
                <span className="num">{dateOf(visit.on, tz)}</span>
              </summary>
              <VisitWords visit={visit} />
              {visit.prescriptions.map((prescription) => (
                <Prescribed key={prescription.id} prescription={prescription} onShow={onShow} />
              ))}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function VisitWords({ visit }: { visit: Visit }) {
  const words = [visit.complaint, visit.findings, visit.diagnosis].filter(Boolean);
  return words.map((text, index) => (
    <p key={index} dir="auto">
      {text}
    </p>
  ));
}

function Prescribed({
  prescription,
  onShow,
}: {
  prescription: PrescriptionSummary;
  onShow: Props["onShow"];
}) {
  const { t } = useTranslation();
  return (
    <>
      <h2>
        {t("past.prescribed")}{" "}
        <button type="button" className={styles.link} onClick={() => onShow(prescription)}>
          <bdi>{prescription.number}</bdi>
        </button>
        <RecordMark id={prescription.id} />
        {prescription.supersededBy && <span>{t("past.superseded")}</span>}
      </h2>
      <ul className={styles.meds}>
        {prescription.items.map((item) => (
          <li key={item.position}>
            <span>
              <b>
                <bdi>{item.medicine}</bdi>
              </b>{" "}
              <bdi>{item.strength}</bdi>
            </span>
            <span className={`${styles.since} num`}>
              {item.durationDays !== null && t("days", { count: item.durationDays })}
            </span>
            <span className={styles.how}>
              {commas([`${item.dose} ${item.frequency}`.trim(), item.instructions])}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
