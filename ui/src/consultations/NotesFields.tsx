import { Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Notes } from "../api";
import { explainProblem } from "../errors";
import { useHere } from "../kit/clinic";
import kit from "../kit/kit.module.css";
import { clock } from "../kit/time";
import styles from "./Workplace.module.css";

const longest = 20_000;
const fields = ["complaint", "findings", "diagnosis"] as const;

type Props = {
  notes: Notes;
  onNotes: (notes: Notes) => void;
  saved: { dirty: boolean; at: number | null };
};
export function NotesFields({ notes, onNotes, saved }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  // One character more than the record takes is kept, so that too long is said instead of silently cut or frozen.
  const set = (name: keyof Notes) => (event: React.ChangeEvent<HTMLTextAreaElement | HTMLInputElement>) =>
    onNotes({ ...notes, [name]: event.currentTarget.value });
  const look = { input: `${kit.input} ${styles.noteInput}`, error: kit.fieldError! };
  return (
    <div className={styles.note} role="group" aria-label={t("notes.title")}>
      {fields.map((name) => (
        <div className={styles.noteRow} key={name}>
          <label htmlFor={`note-${name}`}>{t(`notes.${name}`)}</label>
          <Textarea
            id={`note-${name}`}
            name={name}
            autoFocus={name === "complaint"}
            dir="auto"
            autosize
            minRows={1}
            maxRows={3}
            maxLength={longest + 1}
            classNames={look}
            value={notes[name]}
            onChange={set(name)}
            error={
              notes[name].length > longest
                ? explainProblem({ field: name, code: "too_long", limit: longest })
                : undefined
            }
          />
          {name === "diagnosis" && (
            <input
              className={`${kit.input} ${styles.icd}`}
              aria-label={t("notes.diagnosisCode")}
              placeholder={t("notes.code")}
              maxLength={16}
              value={notes.diagnosisCode}
              onChange={set("diagnosisCode")}
            />
          )}
          {name === "complaint" && (
            <span className={styles.savedNote} role="status">
              {saved.dirty
                ? t("saving")
                : saved.at
                  ? t("savedHere", { time: clock(new Date(saved.at), tz) })
                  : ""}
            </span>
          )}
        </div>
      ))}
    </div>
  );
}
