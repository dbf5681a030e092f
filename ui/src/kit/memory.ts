import { useCallback, useSyncExternalStore } from "react";

// What a person has typed or opened lives here, outside the components, so that locking the screen
// can take every record out of the page and unlocking can bring them back to the same place.
const values = new Map<string, unknown>();
const watchers = new Set<() => void>();
const changed = () => watchers.forEach((watcher) => watcher());

export function recall<T>(key: string): T | undefined {
  return values.get(key) as T | undefined;
}
export function remember(key: string, value: unknown) {
  values.set(key, value);
  changed();
}
export function forget(prefix = "") {
  for (const key of [...values.keys()]) if (key.startsWith(prefix)) values.delete(key);
  changed();
}

const watch = (watcher: () => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};

export function useMemory<T>(key: string, initial: T): [T, (next: T | ((now: T) => T)) => void] {
  const stored = useSyncExternalStore(watch, () => values.get(key) as T | undefined);
  const value = stored === undefined ? initial : stored;
  const set = useCallback(
    (next: T | ((now: T) => T)) => {
      const now = values.has(key) ? (values.get(key) as T) : initial;
      remember(key, typeof next === "function" ? (next as (now: T) => T)(now) : next);
    },
    // The first value is only a fallback: a new object on every render must not make a new setter.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [key],
  );
  return [value, set];
}
