import { useEffect, useState, type RefObject } from "react";
import type { CommandError } from "../api";
import { sortProblems } from "../errors";
import { forget, useMemory } from "./memory";

type Texts = Record<string, unknown>;

/** A form whose typed values outlive errors and the lock screen; an edited field drops its own error. */
export function useForm<T extends Texts>(
  key: string,
  initial: T,
  error: CommandError | null,
  aliases: Record<string, keyof T> = {},
) {
  const [values, setValues] = useMemory<T>(key, initial);
  const [edited, setEdited] = useState<{ error: CommandError | null; fields: string[] }>({
    error: null,
    fields: [],
  });
  const names = [...Object.keys(initial), ...Object.keys(aliases)];
  const { byField } = sortProblems(error, names);
  for (const [alias, name] of Object.entries(aliases)) byField[String(name)] ??= byField[alias]!;
  const stale = edited.error === error ? edited.fields : [];

  const set = <K extends keyof T>(name: K, value: T[K]) => {
    setValues((now) => ({ ...now, [name]: value }));
    setEdited({ error, fields: [...stale, String(name)] });
  };
  const errorOf = (name: keyof T) => (stale.includes(String(name)) ? undefined : byField[String(name)]);
  const text = (name: keyof T) => ({
    name: String(name),
    value: values[name] as string,
    onValue: (value: string) => set(name, value as T[keyof T]),
    error: errorOf(name),
  });
  return { values, set, text, errorOf, names, reset: () => forget(key) };
}

/** After a refusal the keys stand in the first field that has a problem. */
export function useFirstMistake(box: RefObject<HTMLElement | null>, error: CommandError | null) {
  useEffect(() => {
    if (error) box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [box, error]);
}
