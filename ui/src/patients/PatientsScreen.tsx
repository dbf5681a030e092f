import { IconSearch, IconUserPlus, IconUsers } from "@tabler/icons-react";
import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { PatientHit } from "../api";
import { Button } from "../kit/Button";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys } from "../kit/keys";
import { HitRow } from "./HitRow";
import { useHits } from "./useHits";
import styles from "./patients.module.css";

/** As many as one answer brings. */
const MOST = 12;

type Props = { onOpen: (hit: PatientHit) => void; onRegister?: (typed: string) => void; onRetry: () => void };
/** Everybody, by one box: today's before anything is typed, and registering out of "no match" alone. */
export function PatientsScreen({ onOpen, onRegister, onRetry }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const found = useHits("patients", { today: true, mayRegister: onRegister !== undefined });
  const { typed, query, hits, settled, active, offersRegister } = found;
  useEffect(() => input.current?.focus(), []);
  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    { keys: ["Enter"], label: t("keys.openRecord") },
    { keys: ["Esc"], label: t("keys.clearLine") },
  ]);
  useKeys({ "/": () => input.current?.focus() });

  const take = async (index?: number) => {
    const chosen = await found.chosen(index);
    if (chosen?.hit) onOpen(chosen.hit);
    else if (chosen && chosen.text !== "") onRegister?.(chosen.text);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) found.step(step);
    else if (event.key === "Enter" && !event.ctrlKey) void take();
    else if (event.key === "Escape" && typed !== "") found.type("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const said =
    query === ""
      ? t("search.today")
      : hits.length < MOST
        ? t("patients.found", { count: hits.length })
        : t("patients.foundMore", { count: hits.length });
  return (
    <section className={styles.list} {...hints}>
      <div className={styles.head}>
        <h1>{t("patients.title")}</h1>
        <div className={styles.find}>
          <IconSearch size={16} aria-hidden />
          <input
            ref={input}
            data-testid="patients-search"
            role="combobox"
            aria-label={t("patients.label")}
            aria-expanded={hits.length > 0}
            aria-controls={`${id}-hits`}
            aria-autocomplete="list"
            aria-activedescendant={hits.length > 0 ? `${id}-${active}` : undefined}
            placeholder={t("search.label")}
            autoComplete="off"
            spellCheck={false}
            maxLength={1_000}
            dir="auto"
            value={typed}
            onKeyDown={onKeyDown}
            onChange={(event) => found.type(event.currentTarget.value)}
          />
        </div>
        <span className={styles.sub} role="status">
          {settled && hits.length > 0 && said}
        </span>
      </div>
      {found.error ? (
        <FailedState error={found.error} retry={onRetry} />
      ) : !settled && hits.length === 0 ? (
        <SkeletonRows rows={8} />
      ) : hits.length > 0 ? (
        <ul
          id={`${id}-hits`}
          role="listbox"
          aria-label={query === "" ? t("search.today") : t("search.results")}
          className={styles.hits}
        >
          {hits.map((hit, index) => (
            <HitRow
              key={hit.id}
              id={`${id}-${index}`}
              hit={hit}
              selected={index === active}
              onChoose={() => void take(index)}
            />
          ))}
        </ul>
      ) : query === "" ? (
        <EmptyState icon={<IconUsers size={32} stroke={1.5} aria-hidden />} title={t("patients.emptyToday")}>
          {t("patients.emptyTodayWhat")}
        </EmptyState>
      ) : (
        <EmptyState
          icon={<IconUserPlus size={32} stroke={1.5} aria-hidden />}
          title={t("patients.noMatch")}
          after={
            offersRegister && (
              <Button keys="Enter" data-testid="register" onClick={() => void take(0)}>
                {t("search.register", { typed: query })}
              </Button>
            )
          }
        >
          {t("patients.noMatchWhat")}
        </EmptyState>
      )}
    </section>
  );
}
