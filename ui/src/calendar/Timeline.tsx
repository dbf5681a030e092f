import { useTranslation } from "react-i18next";
import { useTimeline, type TimelineEvent } from "../api";
import { moment } from "../kit/time";
import { eventWord } from "../kit/words";
import styles from "./CalendarPanel.module.css";

/** Who did what to a visit and when, the newest last. */
export function Timeline({ id, zone }: { id: string; zone: string }) {
  const { t } = useTranslation();
  const events = useTimeline(id).data ?? [];
  const what = ({ from, to, note }: TimelineEvent) => {
    const status = t(`status.${to}`);
    const said = note && eventWord(note);
    if (from === null) return t("calendar.appointment.booked", { status });
    return from === to
      ? (said ?? status)
      : [`${t(`status.${from}`)} → ${status}`, said].filter(Boolean).join(": ");
  };
  return (
    <section className={styles.section}>
      <h3>{t("calendar.appointment.timeline")}</h3>
      <ol className={styles.timeline}>
        {events.map((event) => (
          <li key={event.at + event.to + (event.note ?? "")}>
            <span dir="auto">{what(event)}</span>
            <span className={styles.second}>
              {t("calendar.appointment.by", {
                who: event.userName ?? t("calendar.appointment.someone"),
                when: moment(event.at, zone),
              })}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
