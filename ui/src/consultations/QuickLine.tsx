import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useMedicines, useParsedLine, type DraftItem } from "../api";
import i18n from "../i18n";
import { useHints } from "../kit/keys";
import { commas } from "../kit/locale";
import { useSettled } from "../kit/time";
import styles from "./Prescription.module.css";

type Props = {
  at: number;
  line: string;
  onLine: (line: string) => void;
  onAdd: (item: DraftItem) => void;
  onIncomplete: (item: DraftItem, missing: string[]) => void;
};

/** What is typed above, what it means below, word by word, and the total at the right. */
export function QuickLine({ at, line, onLine, onAdd, onIncomplete }: Props) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [picked, setPicked] = useState(-1);
  const [closed, setClosed] = useState(false);
  const settled = useSettled(line, 40);
  const parsed = useParsedLine(settled).data;
  const firstWord = /^\s*\S+$/.test(settled) ? settled.trim() : "";
  const medicines = useMedicines(firstWord).data ?? [];
  const offered = firstWord !== "" && !closed ? medicines.slice(0, 6) : [];
  const hints = useHints([
    { keys: ["Enter"], label: t("keys.addItem") },
    { keys: ["Tab"], label: t("keys.complete") },
    { keys: ["Esc"], label: t("keys.clearLine") },
    { keys: ["Ctrl", "Enter"], label: t("keys.issueRx") },
    { keys: ["Alt", "F"], label: t("keys.finish") },
  ]);

  const add = async () => {
    // Enter acts on the letters typed now, not on those of the last answer.
    const now = await queries.fetchQuery({
      queryKey: keys.parsed(line),
      queryFn: () => api.parseLine(line),
      staleTime: 10_000,
    });
    if (now.complete) {
      onAdd(now.item);
      onLine("");
    } else onIncomplete(now.item, now.missing);
  };
  const complete = (index: number) => {
    const medicine = offered[index];
    if (!medicine) return;
    onLine(`${medicine.name} `);
    setPicked(-1);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && offered.length > 0) setPicked((picked + step + offered.length) % offered.length);
    else if (event.key === "Tab" && !event.shiftKey && offered.length > 0) complete(Math.max(0, picked));
    else if (event.key === "Enter" && picked >= 0) complete(picked);
    else if (event.key === "Enter" && line.trim() !== "") void add();
    else if (event.key === "Escape" && (line !== "" || offered.length > 0)) onLine("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = line.trim() !== "" ? parsed : undefined;
  return (
    <li className={styles.quick} {...hints}>
      <span className={`${styles.ix} num`}>{at + 1}</span>
      <div className={styles.box} onClick={() => input.current?.focus()}>
        <input
          ref={input}
          data-testid="quick-line"
          role="combobox"
          aria-label={t("rx.quick")}
          aria-expanded={offered.length > 0}
          aria-controls="quick-medicines"
          aria-activedescendant={picked >= 0 ? `quick-medicine-${picked}` : undefined}
          placeholder={t("rx.quickExample")}
          autoComplete="off"
          spellCheck={false}
          dir="ltr"
          value={line}
          onChange={(event) => {
            onLine(event.currentTarget.value);
            setPicked(-1);
            setClosed(false);
          }}
          onBlur={() => setClosed(true)}
          onFocus={() => setClosed(false)}
          onKeyDown={onKeyDown}
        />
        <div className={styles.meaning} aria-live="polite">
          {shown ? (
            <>
              {shown.tokens.map((token, index) =>
                token.means === null ? (
                  <span key={index} className={styles.unknown}>
                    {t("rx.unknownWord", { word: token.text })}
                  </span>
                ) : (
                  <span key={index}>
                    {token.text !== token.means && <em>{token.text}</em>} <bdi>{token.means}</bdi>
                  </span>
                ),
              )}
              <span className={styles.sum}>
                {shown.complete ? (
                  <bdi>{shown.item.quantity}</bdi>
                ) : (
                  t("rx.missing", { what: commas(shown.missing.map((name) => fieldName(name))) })
                )}
              </span>
            </>
          ) : (
            <span className={styles.idle}>{t("rx.quickHow")}</span>
          )}
        </div>
        {offered.length > 0 && (
          <ul className={styles.offers} id="quick-medicines" role="listbox" aria-label={t("rx.medicines")}>
            {offered.map((medicine, index) => (
              <li
                key={medicine.name + medicine.form}
                id={`quick-medicine-${index}`}
                role="option"
                aria-selected={index === picked}
                onMouseDown={(event) => {
                  event.preventDefault();
                  complete(index);
                }}
              >
                <b>{medicine.name}</b>{" "}
                <span>
                  <bdi>{[medicine.strengths.join(", "), medicine.form].filter(Boolean).join(" ")}</bdi>
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

const known = [
  "medicine",
  "strength",
  "form",
  "dose",
  "frequency",
  "route",
  "durationDays",
  "quantity",
  "instructions",
  "potency",
  "vehicle",
] as const;
/** What a part of a prescription line is called. */
export function fieldName(name: string): string {
  const key = known.find((one) => one === name);
  return key ? String(i18n.t(`rx.field.${key}` as never)) : name;
}
