import { IconSearch, IconUserPlus } from "@tabler/icons-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PatientHit } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Keys } from "../kit/Kbd";
import { useHints, useKeys } from "../kit/keys";
import { HitRow } from "./HitRow";
import { useHits } from "./useHits";
import styles from "./SearchBox.module.css";

type Props = {
  onChoose: (hit: PatientHit) => void;
  /** Missing when this person may not open the record. */
  onOpen?: (hit: PatientHit) => void;
  /** What Enter does, where it is not opening the record. */
  chooses?: string;
  /** Missing when this person may not register patients. */
  onRegister?: (typed: string) => void;
  onDownFromEmpty: () => void;
};

export function SearchBox({ onChoose, onOpen, chooses, onRegister, onDownFromEmpty }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  // Today's patients show to whoever asks for the box, not to whom a screen gave the focus.
  const [asked, setAsked] = useState(false);
  const found = useHits("search", { today: asked, mayRegister: onRegister !== undefined });
  const { typed, query, hits, settled, offersRegister, count, active } = found;
  const blank = typed.trim() === "";
  const shown = open && (blank ? asked && query === "" && count > 0 : query !== "");

  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    { keys: ["Enter"], label: chooses ?? t("keys.choose") },
    ...(onOpen ? [{ keys: ["Ctrl", "Enter"], label: t("keys.openRecord") }] : []),
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  const ask = () => {
    setOpen(true);
    setAsked(true);
  };
  useKeys({
    "ctrl+k": () => {
      input.current?.focus();
      input.current?.select();
      ask();
    },
  });

  const close = () => {
    setOpen(false);
    setAsked(false);
    found.first();
  };
  const take = async (then: (hit: PatientHit) => void, index?: number) => {
    if (blank && !shown) return;
    const chosen = await found.chosen(index);
    if (!chosen || (!chosen.hit && !onRegister)) return;
    close();
    found.type("");
    input.current?.blur();
    if (chosen.hit) then(chosen.hit);
    else onRegister?.(chosen.text);
  };

  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !shown && step === 1) onDownFromEmpty();
    else if (step && count > 0) found.step(step);
    else if (event.key === "Enter" && event.ctrlKey && onOpen) void take(onOpen);
    else if (event.key === "Enter" && (!blank || shown)) void take(onChoose);
    else if (event.key === "Escape") {
      if (!blank) found.type("");
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
        onMouseDown={ask}
        onBlur={close}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          found.type(event.currentTarget.value);
          setOpen(true);
        }}
      />
      <Keys of="Ctrl K" />
      {shown && (
        // The press must not take the focus from the box before the click arrives.
        <div className={styles.popover} onMouseDown={(event) => event.preventDefault()}>
          {blank && <p className={styles.note}>{t("search.today")}</p>}
          {found.error ? (
            <ErrorBanner error={found.error} />
          ) : (
            <ul id={`${id}-hits`} role="listbox" aria-label={t("search.results")} aria-busy={!settled}>
              {hits.map((hit, index) => (
                <HitRow
                  key={hit.id}
                  id={`${id}-${index}`}
                  hit={hit}
                  selected={index === active}
                  onChoose={() => void take(onChoose, index)}
                />
              ))}
              {offersRegister && (
                <li
                  id={`${id}-0`}
                  role="option"
                  aria-selected
                  data-testid="register"
                  className={styles.register}
                  onClick={() => void take(onChoose, 0)}
                >
                  <IconUserPlus size={16} aria-hidden />
                  <span>{t("search.register", { typed: query })}</span>
                  <Keys of="Enter" />
                </li>
              )}
            </ul>
          )}
          {hits.length > 0 && chooses && onOpen && (
            <p className={styles.choices}>
              <span>
                <Keys of="Enter" /> {chooses}
              </span>
              <span>
                <Keys of="Ctrl Enter" /> {t("search.open")}
              </span>
            </p>
          )}
          {settled && hits.length === 0 && (
            <p className={styles.note}>{onRegister ? t("search.noMatch") : t("search.noMatchReadOnly")}</p>
          )}
          {!settled && hits.length === 0 && !found.error && (
            <p className={styles.note}>{t("search.looking")}</p>
          )}
        </div>
      )}
    </div>
  );
}
