import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { CommandError } from "../api";
import { useMemory } from "./memory";

type Saved = { json: string; at: number | null };

const unsaved = new Set<() => Promise<boolean>>();
/** Before somebody leaves: what the last 800 ms brought is saved too. */
export const flushAll = () => Promise.all([...unsaved].map((flush) => flush()));

/** Saves what changed 800 ms after the last key; a failed save is kept dirty and tried again. */
export function useAutosave<T>(
  key: string,
  value: T,
  savedAtOpening: Saved,
  save: (value: T) => Promise<unknown>,
) {
  const [saved, setSaved] = useMemory<Saved>(key, savedAtOpening);
  const [error, setError] = useState<CommandError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const json = JSON.stringify(value);
  const dirty = json !== saved.json;
  const queue = useRef<Promise<boolean>>(Promise.resolve(true));

  const flush = useCallback((): Promise<boolean> => {
    if (!dirty) return queue.current;
    // One after the other, so that an older text can never land on a newer one.
    queue.current = queue.current
      .then(() => save(JSON.parse(json) as T))
      .then(() => {
        setSaved({ json, at: Date.now() });
        setError(null);
        return true;
      })
      .catch((failed: CommandError) => {
        setError(failed);
        return false;
      });
    return queue.current;
  }, [dirty, json, save, setSaved]);

  useEffect(() => {
    if (!dirty) return;
    const timer = setTimeout(
      () => void flush().then((ok) => ok || setAttempt((n) => n + 1)),
      attempt > 0 ? 5_000 : 800,
    );
    return () => clearTimeout(timer);
  }, [dirty, json, flush, attempt]);
  const latest = useRef(flush);
  useLayoutEffect(() => {
    latest.current = flush;
  });
  useEffect(() => {
    const now = () => latest.current();
    unsaved.add(now);
    return () => {
      unsaved.delete(now);
      void now();
    };
  }, []);
  return { dirty, at: saved.at, error, flush };
}
