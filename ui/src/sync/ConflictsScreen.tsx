import { IconGitCompare } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorBanner } from "../kit/Banner";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { isTextField, tellAction, useHints, useKeys, type Hint } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { choicesOf, type Choice } from "./choices";
import { ConflictInbox } from "./ConflictInbox";
import { ConflictReading } from "./ConflictReading";
import { copyPhone } from "./ConflictTwice";
import { isDecided, type Item } from "./items";
import { MergeDialog } from "./ConflictMerge";
import { useDecide } from "./useDecide";
import { useInbox } from "./useInbox";
import styles from "./conflicts.module.css";

/** A press meant for one conflict must not decide another that has just come up in its place. */
const restMs = 600;
const now = () => performance.now();

export function ConflictsScreen() {
  const { t } = useTranslation();
  const box = useRef<HTMLElement>(null);
  const rest = useRef(0);
  const wanted = useRef<string | null>(null);
  const [selected, setSelected] = useMemory<string | null>("conflicts:selected", null);
  const [merging, setMerging] = useState<"first" | "second" | null>(null);
  const { found, loaded, failure, decidedFailure, retry, askLater } = useInbox();

  const open = found.all.filter((one) => !isDecided(one));
  // Nothing decided is opened by itself: an empty inbox is to look empty.
  const item = found.all.find(({ id }) => id === selected) ?? open[0];
  const at = item ? found.all.indexOf(item) : -1;
  const after = (gone: Item) => {
    rest.current = now() + restMs;
    setMerging(null);
    const next = isDecided(gone) ? undefined : (open[open.indexOf(gone) + 1] ?? open[open.indexOf(gone) - 1]);
    setSelected((id) => (id === null || id === gone.id ? (next?.id ?? null) : id));
  };
  const { decide, busy, error, reset } = useDecide(after);
  const choices = choicesOf(item);
  const take = (choice: Choice | undefined) => {
    if (!item || !choice || busy) return;
    if (choice.does === "merge") setMerging(choice.detailsOf);
    else decide(item, choice);
  };

  const choose = (next: Item | undefined, pointed = false) => {
    // Whoever points at it has seen it, also where it has come up by itself a moment ago.
    if (pointed) rest.current = 0;
    if (!next || next.id === item?.id) return;
    reset();
    wanted.current = next.id;
    rest.current = 0;
    setSelected(next.id);
  };
  const step = (by: number, event: KeyboardEvent) => {
    if (isTextField(event.target)) return false;
    const next = found.all[at + by];
    choose(next);
    if (next) box.current?.querySelector<HTMLElement>(`[data-item="${next.id}"]`)?.focus();
    return true;
  };
  const press = (key: string, event: KeyboardEvent) => {
    if (event.repeat || now() < rest.current) return true;
    take(choices.find((choice) => choice.key === key));
    return true;
  };
  const later = () => {
    if (!item || !found.open.includes(item) || now() < rest.current) return;
    const next = found.open[found.open.indexOf(item) + 1];
    askLater(item.id);
    tellAction({ text: t("conflicts.askedLater") });
    if (next) choose(next);
  };
  useKeys({
    j: (event) => step(1, event),
    k: (event) => step(-1, event),
    arrowdown: (event) => step(1, event),
    arrowup: (event) => step(-1, event),
    l: later,
    c: () => item?.kind === "twice" && void copyPhone(t, item.conflict.bookings[1]),
    u: (event) => press("u", event),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [
        String(index + 1),
        (event: KeyboardEvent) => press(String(index + 1), event),
      ]),
    ),
  });

  const shown = item?.id;
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    // It took the place of another that was decided, here or on another PC. The first one to show took nobody's.
    if (before.current && shown !== wanted.current) rest.current = now() + restMs;
    before.current = shown;
  }, [shown]);
  useEffect(() => {
    // Whoever opens this screen means it: the keys are its own, unless words stand in the field that has them.
    const field = document.activeElement;
    if (!(field instanceof HTMLInputElement && field.value !== "")) box.current?.focus();
  }, []);
  useEffect(() => {
    // The list has the focus unless somebody is typing elsewhere, also after a decision took a row away.
    if (shown && [document.body, box.current].includes(document.activeElement as HTMLElement))
      box.current?.querySelector<HTMLElement>(`[data-item="${shown}"]`)?.focus();
  }, [shown, busy, loaded]);

  const hint = (key: string, label: string): Hint[] =>
    choices.some((choice) => choice.key === key) ? [{ keys: [key.toUpperCase()], label }] : [];
  const kind = item?.kind;
  const hints = useHints([
    { keys: ["J", "K"], label: t("keys.nextPrevious") },
    ...(kind === "twice"
      ? [
          ...hint("1", t("keys.moveOne")),
          ...hint("3", t("keys.both")),
          ...hint("4", t("keys.otherTime")),
          { keys: ["C"], label: t("keys.copyPhone") },
        ]
      : kind === "pair"
        ? [{ keys: ["1", "2"], label: t("keys.merge") }, ...hint("3", t("keys.apart"))]
        : kind === "commit"
          ? hint("1", t("keys.putAside"))
          : kind === "fields" && choices.length > 0
            ? [{ keys: choices.map(({ key }) => key), label: t("keys.keepOne") }]
            : hint("u", t("keys.takeBack"))),
    ...(item && found.open.includes(item) ? [{ keys: ["L"], label: t("keys.later") }] : []),
  ]);

  return (
    <section className={styles.screen} ref={box} tabIndex={-1} {...hints}>
      <div className={styles.inbox}>
        <div className={styles.head}>
          <h1>{t("conflicts.title")}</h1>
          {loaded && <span className={styles.sub}>{t("conflicts.toDecide", { count: found.toDecide })}</span>}
        </div>
        {loaded ? (
          <ConflictInbox
            inbox={found}
            chosen={item}
            onChoose={choose}
            onPoint={(next) => choose(next, true)}
          />
        ) : (
          !failure && <SkeletonRows rows={8} />
        )}
        <ErrorBanner error={decidedFailure} />
      </div>
      <div className={styles.read}>
        {failure && !loaded ? (
          <FailedState error={failure} retry={retry} />
        ) : loaded && !item ? (
          <EmptyState
            icon={<IconGitCompare size={32} stroke={1.5} aria-hidden />}
            title={t("conflicts.empty")}
          >
            {t("conflicts.emptyWhat")}
          </EmptyState>
        ) : (
          loaded &&
          item && (
            <ConflictReading
              item={item}
              choices={choices}
              error={error}
              busy={busy}
              onTake={take}
              onLater={found.open.includes(item) ? later : undefined}
            />
          )
        )}
      </div>
      {merging && item?.kind === "pair" && (
        <MergeDialog
          pair={item.pair}
          detailsOf={merging}
          busy={busy}
          error={error}
          onClose={() => setMerging(null)}
          onMerge={() => decide(item, { key: "1", does: "merge", detailsOf: merging })}
        />
      )}
    </section>
  );
}
