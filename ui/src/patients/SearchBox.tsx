import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, usePatientSearch, type PatientHit } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Keys } from "../kit/Kbd";
import { useHints, useKeys } from "../kit/keys";
import { recall, useMemory } from "../kit/memory";
import { useSettled } from "../kit/time";
import { HitRow } from "./HitRow";
import styles from "./SearchBox.module.css";

type Props = {
  onChoose: (hit: PatientHit) => void;
  /** Missing when this person may not register patients. */
  onRegister?: (typed: string) => void;
  onDownFromEmpty: () => void;
};

export function SearchBox({ onChoose, onRegister, onDownFromEmpty }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useMemory("search", "");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const query = useSettled(typed.trim(), 60);
  const search = usePatientSearch(query);
  const settled = query === typed.trim() && search.isSuccess && !search.isPlaceholderData;
  const hits = query === "" ? [] : (search.data ?? []);
  const offersRegister = settled && query !== "" && hits.length === 0 && onRegister !== undefined;
  const count = hits.length + (offersRegister ? 1 : 0);
  const active = Math.min(at, Math.max(0, count - 1));
  const shown = open && typed.trim() !== "" && query !== "";

  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    { keys: ["Enter"], label: t("keys.choose") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useKeys({
    "ctrl+k": () => {
      input.current?.focus();
      input.current?.select();
    },
  });

  const close = () => {
    setOpen(false);
    setAt(0);
  };
  const take = (hit: PatientHit | undefined, text: string) => {
    if (!hit && !onRegister) return;
    close();
    setTyped("");
    input.current?.blur();
    if (hit) onChoose(hit);
    else onRegister?.(text);
  };
  const choose = (index: number) => (hits[index] || offersRegister) && take(hits[index], typed.trim());
  // Enter pressed before the answer for these very letters arrived waits for that answer.
  const enter = async () => {
    if (settled) return choose(active);
    const text = typed.trim();
    const found = await queries
      .fetchQuery({ queryKey: keys.search(text), queryFn: () => api.searchPatients(text), staleTime: 2_000 })
      .catch(() => null);
    if (found && recall<string>("search")?.trim() === text) take(found[0], text);
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !shown && step === 1) onDownFromEmpty();
    else if (step && count > 0) setAt((active + step + count) % count);
    else if (event.key === "Enter" && typed.trim() !== "") void enter();
    else if (event.key === "Escape") {
      if (typed !== "") setTyped("");
      else input.current?.blur();
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={styles.search} role="search" {...hints}>
      <IconSearch size={16} aria-hidden />
      <input
        ref={input}
        data-testid="search"
        role="combobox"
        aria-label={t("search.label")}
        aria-expanded={shown}
        aria-controls={`${id}-hits`}
        aria-autocomplete="list"
        aria-activedescendant={shown && count > 0 ? `${id}-${active}` : undefined}
        placeholder={t("search.label")}
        autoComplete="off"
        spellCheck={false}
        maxLength={1_000}
        dir="auto"
        value={typed}
        onFocus={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setOpen(true);
          setAt(0);
        }}
      />
      <Keys of="Ctrl K" />
      {shown && (
        // The press must not take the focus from the box before the click arrives.
        <div className={styles.popover} onMouseDown={(event) => event.preventDefault()}>
          {search.error ? (
            <ErrorBanner error={search.error} />
          ) : (
            <ul id={`${id}-hits`} role="listbox" aria-label={t("search.results")}>
              {hits.map((hit, index) => (
                <HitRow
                  key={hit.id}
                  id={`${id}-${index}`}
                  hit={hit}
                  selected={index === active}
                  onChoose={() => choose(index)}
                />
              ))}
              {offersRegister && (
                <li
                  id={`${id}-0`}
                  role="option"
                  aria-selected
                  data-testid="register"
                  className={styles.register}
                  onClick={() => choose(0)}
                >
                  <IconUserPlus size={16} aria-hidden />
                  <span>{t("search.register", { typed: query })}</span>
                  <Keys of="Enter" />
                </li>
              )}
            </ul>
          )}
          {settled && hits.length === 0 && (
            <p className={styles.note}>{onRegister ? t("search.noMatch") : t("search.noMatchReadOnly")}</p>
          )}
          {!settled && hits.length === 0 && !search.error && (
            <p className={styles.note}>{t("search.looking")}</p>
          )}
        </div>
      )}
    </div>
  );
}
