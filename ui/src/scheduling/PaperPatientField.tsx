import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { usePatientSearch, type PatientHit } from "../api";
import { TextField } from "../kit/Field";
import { useAgeSex } from "../kit/person";
import { useSettled } from "../kit/time";
import styles from "./PaperSlips.module.css";

type Props = {
  /** Whom the line is about already. */
  chosen: string | null;
  error: string | undefined;
  onKnown: (hit: PatientHit) => void;
  onNew: (name: string) => void;
  onClear: () => void;
};
const shown = 6;

/** Somebody known, by the same search as everywhere; or, by the last line, somebody new. */
export function PaperPatientField({ chosen, error, onKnown, onNew, onClear }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const ageSex = useAgeSex();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const asked = useSettled(typed.trim(), 120);
  const found = usePatientSearch(asked);
  const hits = asked === "" ? [] : (found.data ?? []).slice(0, shown);
  const open = chosen === null && typed.trim() !== "" && asked === typed.trim() && found.isSuccess;
  const choose = (index: number) => {
    const hit = hits[index];
    setTyped("");
    setAt(0);
    if (hit) onKnown(hit);
    else onNew(typed.trim());
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (chosen !== null && (event.key === "Backspace" || event.key === "Delete")) onClear();
    else if (!open || event.ctrlKey) return;
    else if (event.key === "ArrowDown") setAt(Math.min(at + 1, hits.length));
    else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
    else if (event.key === "Enter") choose(at);
    else return;
    event.preventDefault();
  };
  const option = (index: number, label: React.ReactNode, key: string) => (
    <li
      key={key}
      id={`${id}-${index}`}
      role="option"
      aria-selected={index === at}
      onMouseDown={(event) => {
        event.preventDefault();
        choose(index);
      }}
    >
      {label}
    </li>
  );
  return (
    <div className={styles.who}>
      <TextField
        label={t("paper.patient")}
        placeholder={t("paper.patientHint")}
        name="paperPatient"
        role="combobox"
        aria-expanded={open}
        aria-controls={open ? `${id}-list` : undefined}
        aria-activedescendant={open ? `${id}-${at}` : undefined}
        value={chosen ?? typed}
        error={error}
        onValue={(text) => {
          if (chosen !== null) onClear();
          setTyped(chosen !== null && text.startsWith(chosen) ? text.slice(chosen.length) : text);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      {open && (
        <ul className={styles.hits} role="listbox" id={`${id}-list`} aria-label={t("paper.patient")}>
          {hits.map((hit, index) =>
            option(
              index,
              <>
                <b>
                  <bdi>{hit.fullName}</bdi>
                </b>{" "}
                <span>
                  {ageSex(hit.ageYears, hit.gender)} {hit.recordNumber}
                </span>
              </>,
              hit.id,
            ),
          )}
          {option(hits.length, t("paper.new", { name: typed.trim() }), "new")}
        </ul>
      )}
    </div>
  );
}
