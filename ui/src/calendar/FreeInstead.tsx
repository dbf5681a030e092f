import { useTranslation } from "react-i18next";
import type { FreeTime } from "../api";
import { useHere } from "../kit/clinic";
import { Keys } from "../kit/Kbd";
import { useKeys } from "../kit/keys";
import { shortDoctor } from "../kit/person";
import { moment } from "../kit/time";
import styles from "./Calendar.module.css";

/** The next free times, each a key away. */
type Props = {
  free: FreeTime[];
  /** Beside text fields, to which the digits alone belong. */
  besideFields?: boolean;
  onPick: (time: FreeTime) => void;
};
export function FreeInstead({ free, besideFields = false, onPick }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  useKeys(
    Object.fromEntries(
      free.flatMap((time, index) => [
        [String(index + 1), () => onPick(time)],
        [`ctrl+${index + 1}`, () => onPick(time)],
      ]),
    ),
  );
  return (
    <div className={styles.instead} role="group" aria-label={t("calendar.book.freeTimes")}>
      {free.map((time, index) => (
        <button type="button" data-free key={`${time.providerId}${time.start}`} onClick={() => onPick(time)}>
          <Keys of={besideFields ? `Ctrl ${index + 1}` : String(index + 1)} />
          {t("calendar.book.withDoctor", {
            time: moment(time.start, tz),
            doctor: shortDoctor(time.providerName),
          })}
        </button>
      ))}
    </div>
  );
}
