import { IconGitCompare } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  useConflicts,
  useDecided,
  useFieldConflicts,
  useQuarantined,
  type Version,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { isTextField, tellAction, useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { startOfDay, useNow } from "../kit/time";
import { ConflictInbox } from "./ConflictInbox";
import { ConflictReading } from "./ConflictReading";
import { concerned, inbox, type Item } from "./items";
import styles from "./conflicts.module.css";

/** A press meant for one conflict must not decide another that has just come up in its place. */
const restMs = 600;
const now = () => performance.now();

export function ConflictsScreen() {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const box = useRef<HTMLElement>(null);
  const rest = useRef(0);
  const wanted = useRef<string | null>(null);
  const [selected, setSelected] = useMemory<string | null>("conflicts:selected", null);
  const twice = useConflicts();
  const fields = useFieldConflicts();
  const commits = useQuarantined();
  const decided = useDecided(startOfDay(new Date(useNow(60_000)), tz));
  const sources = [twice, fields, commits];
  const failure = sources.find(({ error }) => error)?.error;
  const loaded = twice.data && fields.data && commits.data;

  const found = inbox(twice.data ?? [], fields.data ?? [], commits.data ?? [], may("view_clinical"));
  const at = Math.max(
    0,
    found.all.findIndex(({ id }) => id === selected),
  );
  const item = found.all[at];

  const after = (text: string, gone: Item) => {
    rest.current = now() + restMs;
    const next = found.all[at + 1] ?? found.all[at - 1];
    setSelected((id) => (id === null || id === gone.id ? (next?.id ?? null) : id));
    tellAction({ text });
    void refresh(keys.conflicts, keys.syncStatus, ["today"], ["search"], ["chart"]);
  };
  const keep = useCommand(api.keepVersion);
  const aside = useCommand(api.putCommitAside);
  const busy = keep.isPending || aside.isPending;
  // What was decided elsewhere meanwhile leaves the list; the words of the failure stay.
  const lookAgain = { onError: () => void refresh(keys.conflicts) };
  const onKeep = (version: Version) => {
    if (busy || item?.kind !== "fields" || item.locked) return;
    const { title, table } = item.conflict;
    keep.mutate([item.id, version.stamp], {
      ...lookAgain,
      onSuccess: () =>
        after(
          t("conflicts.kept", {
            title: concerned(title, table),
            device: version.device || t("conflicts.someone"),
          }),
          item,
        ),
    });
  };
  const onAside = () => {
    if (busy || item?.kind !== "commit") return;
    aside.mutate([item.id], {
      ...lookAgain,
      onSuccess: () => after(t("conflicts.commit.done"), item),
    });
  };
  const choose = (next: Item | undefined) => {
    if (!next || next.id === item?.id) return;
    keep.reset();
    aside.reset();
    wanted.current = next.id;
    rest.current = 0;
    setSelected(next.id);
  };
  const step = (by: number, event: KeyboardEvent) => {
    const next = found.all[at + by];
    if (isTextField(event.target)) return false;
    choose(next);
    if (next) box.current?.querySelector<HTMLElement>(`[data-item="${next.id}"]`)?.focus();
    return true;
  };
  const decide = (index: number, event: KeyboardEvent) => {
    if (event.repeat || now() < rest.current) return true;
    if (item?.kind === "commit" && index === 0) onAside();
    const version = item?.kind === "fields" ? item.conflict.versions[index] : undefined;
    if (version) onKeep(version);
    return true;
  };
  useKeys({
    j: (event) => step(1, event),
    k: (event) => step(-1, event),
    arrowdown: (event) => step(1, event),
    arrowup: (event) => step(-1, event),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [
        String(index + 1),
        (event: KeyboardEvent) => decide(index, event),
      ]),
    ),
  });
  const choices = item?.kind === "fields" && !item.locked ? item.conflict.versions.length : 0;
  const hints = useHints([
    { keys: ["J", "K"], label: t("keys.nextPrevious") },
    ...(choices > 0
      ? [{ keys: ["1", "2", "3"].slice(0, choices), label: t("keys.keepOne") }]
      : item?.kind === "commit"
        ? [{ keys: ["1"], label: t("keys.putAside") }]
        : []),
  ]);
  const shown = item?.id;
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    // It took the place of another that was decided, here or on another PC. The first one to show took nobody's.
    if (before.current && shown !== wanted.current) rest.current = now() + restMs;
    before.current = shown;
  }, [shown]);
  useEffect(() => {
    // The list has the focus unless somebody is typing elsewhere, also after a decision took a row away.
    if (shown && document.activeElement === document.body)
      box.current?.querySelector<HTMLElement>(`[data-item="${shown}"]`)?.focus();
  }, [shown, busy]);

  return (
    <section className={styles.screen} ref={box} {...hints}>
      <div className={styles.inbox}>
        <div className={styles.head}>
          <h1>{t("conflicts.title")}</h1>
          {loaded && <span className={styles.sub}>{t("conflicts.toDecide", { count: found.toDecide })}</span>}
        </div>
        {loaded ? (
          <ConflictInbox inbox={found} decided={decided.data ?? []} chosen={item} onChoose={choose} />
        ) : (
          !failure && <SkeletonRows rows={8} />
        )}
        <ErrorBanner error={decided.error} />
      </div>
      <div className={styles.read}>
        {failure && !loaded ? (
          <FailedState error={failure} retry={() => sources.forEach((source) => void source.refetch())} />
        ) : loaded && !item ? (
          <EmptyState
            icon={<IconGitCompare size={32} stroke={1.5} aria-hidden />}
            title={t("conflicts.empty")}
          >
            {t("conflicts.emptyWhat")}
          </EmptyState>
        ) : (
          item && (
            <ConflictReading
              item={item}
              error={keep.error ?? aside.error}
              busy={busy}
              onKeep={onKeep}
              onAside={onAside}
            />
          )
        )}
      </div>
    </section>
  );
}
