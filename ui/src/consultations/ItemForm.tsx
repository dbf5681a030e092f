import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { DraftItem } from "../api";
import { explainProblem } from "../errors";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { fieldName } from "./QuickLine";
import styles from "./Prescription.module.css";

type Start = { item: DraftItem; missing: string[] };
type Name = Exclude<keyof DraftItem, "line" | "overrideReason">;
const rows: { names: Name[]; className: string }[] = [
  { names: ["medicine", "strength", "form"], className: "row3" },
  { names: ["dose", "frequency", "route"], className: "row3" },
  { names: ["durationDays", "quantity", "instructions"], className: "row3" },
];
/** Only where the medicine is of a school that has them. */
const schoolRow: (typeof rows)[number] = { names: ["potency", "vehicle"], className: "row3" };
const needed: Name[] = ["medicine", "dose", "frequency"];

type Props = { at: number; start: Start; onSave: (item: DraftItem) => void; onClose: () => void };
/** All the fields of one medicine; opened for what the quick line could not say. */
export function ItemForm({ at, start, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const [item, setItem] = useMemory("consult:item:fields", start.item);
  const [days, setDays] = useMemory(
    "consult:item:days",
    start.item.durationDays === null ? "" : String(start.item.durationDays),
  );
  const [asked, setAsked] = useState<string[]>(start.missing);
  const box = useRef<HTMLFormElement>(null);
  const wrongDays = days.trim() !== "" && !/^\d{1,4}$/.test(days.trim());
  const text = (name: Name) => (name === "durationDays" ? days : (item[name] ?? ""));
  const shown = start.item.potency || start.item.vehicle ? [...rows, schoolRow] : rows;

  const save = () => {
    const empty = needed.filter((name) => text(name).trim() === "");
    if (empty.length > 0 || wrongDays) {
      setAsked(empty);
      return box.current?.querySelector<HTMLElement>(`[name="${empty[0] ?? "durationDays"}"]`)?.focus();
    }
    onSave({ ...item, durationDays: days.trim() === "" ? null : Number(days), overrideReason: "" });
  };
  useKeys({ escape: onClose, "ctrl+enter": save });
  useEffect(() => {
    const first = start.missing[0] ?? "medicine";
    (
      box.current?.querySelector<HTMLElement>(`[name="${first}"]`) ?? box.current?.querySelector("input")
    )?.focus();
  }, [start.missing]);
  const errorOf = (name: Name) => {
    if (name === "durationDays" && wrongDays)
      return explainProblem({ field: name, code: "out_of_range", limit: null });
    return asked.includes(name) && text(name).trim() === ""
      ? explainProblem({ field: name, code: "required", limit: null })
      : undefined;
  };
  return (
    <li className={styles.quick}>
      <span className={`${styles.ix} num`}>{at + 1}</span>
      <form
        ref={box}
        className={styles.form}
        aria-label={t("rx.itemForm")}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        {shown.map(({ names, className }) => (
          <div className={styles[className]} key={names[0]}>
            {names.map((name) => (
              <TextField
                key={name}
                name={name}
                label={fieldName(name)}
                value={text(name)}
                onValue={(value) =>
                  name === "durationDays" ? setDays(value) : setItem({ ...item, [name]: value })
                }
                error={errorOf(name)}
              />
            ))}
          </div>
        ))}
        <div className={styles.formActs}>
          <Button size="sm" look="quiet" keys="Esc" onClick={onClose}>
            {t("rx.backToLine")}
          </Button>
          <Button size="sm" type="submit" keys="Ctrl Enter">
            {t("rx.saveItem")}
          </Button>
        </div>
      </form>
    </li>
  );
}
