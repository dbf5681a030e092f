import { useTranslation } from "react-i18next";
import type { LocalDate } from "../api";
import { explainProblem } from "../errors";
import kit from "../kit/kit.module.css";
import { useMemory } from "../kit/memory";
import { date, longDay } from "../kit/time";
import { daysUntil, readFollowUp } from "./followUp";
import type { Draft } from "./Prescription";
import styles from "./Prescription.module.css";

type Props = { draft: Draft; onDraft: (change: (now: Draft) => Draft) => void; today: LocalDate };
export function AfterFields({ draft, onDraft, today }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useMemory("consult:followUp:typed", { text: "", means: "" });
  const day = /^\d{4}-\d{2}-\d{2}$/.test(draft.followUpOn) ? draft.followUpOn : null;
  // The short way of typing stays on screen as long as it still stands for the date that was kept.
  const text =
    typed.means !== "" && typed.means === draft.followUpOn ? typed.text : day ? date(day) : draft.followUpOn;
  const set = (value: string) => {
    const means = readFollowUp(value, today) ?? value;
    setTyped({ text: value, means });
    onDraft((now) => ({ ...now, followUpOn: means }));
  };
  return (
    <div className={styles.after}>
      <label htmlFor="rx-advice">{t("rx.advice")}</label>
      <input
        id="rx-advice"
        className={kit.input}
        dir="auto"
        maxLength={20_001}
        value={draft.advice}
        onChange={(event) => onDraft((now) => ({ ...now, advice: event.target.value }))}
      />
      <label htmlFor="rx-again">{t("rx.again")}</label>
      <span className={styles.again}>
        <input
          id="rx-again"
          className={kit.input}
          placeholder={t("rx.againExample")}
          aria-describedby="rx-again-means"
          maxLength={40}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
        <span
          id="rx-again-means"
          className={day || text === "" ? styles.means : styles.unknown}
          aria-live="polite"
        >
          {day
            ? t("rx.againMeans", { day: longDay(day), count: daysUntil(day, today) })
            : text !== "" && explainProblem({ field: "followUpOn", code: "not_a_date", limit: null })}
        </span>
      </span>
    </div>
  );
}
