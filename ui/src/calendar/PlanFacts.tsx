import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { FreeTime, Occurrence } from "../api";
import { explain } from "../errors";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import { FreeInstead } from "./FreeInstead";
import styles from "./CalendarPanel.module.css";

type Props = { plan: Occurrence[] | undefined; onPick: (time: FreeTime) => void };

/** Whether the time can be had, said before it is booked: who holds it otherwise, and what is free instead. */
export function PlanFacts({ plan, onPick }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  if (!plan) return <div className={styles.plan} aria-hidden="true" />;
  const refused = plan.filter((one) => one.refused !== null);
  if (refused.length === 0)
    return (
      <div className={styles.plan} role="status">
        <IconCheck size={16} aria-hidden />
        {plan.length > 1 ? t("calendar.book.fitsAll", { count: plan.length }) : t("calendar.book.fits")}
      </div>
    );
  const words = ({ refused }: Occurrence) => explain({ code: refused!.code, detail: refused!.detail }).what;
  return (
    <div className={`${styles.plan} ${styles.taken}`} role="status">
      <IconAlertTriangle size={16} aria-hidden />
      {plan.length === 1 ? (
        <div>
          <p>{words(plan[0]!)}</p>
          <p className={styles.second}>
            {t(plan[0]!.refused!.free.length > 0 ? "calendar.book.freeTimes" : "calendar.book.noneFree")}
          </p>
          <FreeInstead free={plan[0]!.refused!.free} besideFields onPick={onPick} />
        </div>
      ) : (
        <div>
          <p>{t("calendar.book.inTheWay", { count: refused.length, all: plan.length })}</p>
          <ul>
            {refused.slice(0, 4).map((one) => (
              <li key={one.start}>
                {moment(one.start, tz)}: {words(one)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
