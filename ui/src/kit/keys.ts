import { useEffect, useId, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { visual } from "./direction";

/** Returning false passes the key on to whoever listened before. */
export type KeyHandlers = Record<string, (event: KeyboardEvent) => unknown>;

const listeners: { handlers: { current: KeyHandlers }; inDialog: boolean }[] = [];

export const isTextField = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)));

export function combo(event: KeyboardEvent): string {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  const key = modified && digit ? digit : visual(event.key.toLowerCase());
  const symbol = key.length === 1 && !/[a-z]/.test(key);
  return [
    event.ctrlKey || event.metaKey ? "ctrl" : "",
    event.altKey ? "alt" : "",
    event.shiftKey && !symbol ? "shift" : "",
    key,
  ]
    .filter(Boolean)
    .join("+");
}

const dialogIsOpen = () => document.querySelector('[role="dialog"][aria-modal="true"]') !== null;
// The key that closes a dialog does nothing else: by the time it gets here the dialog may be gone.
let dialogAtPress = false;
window.addEventListener("keydown", () => (dialogAtPress = dialogIsOpen()), true);

function onKeyDown(event: KeyboardEvent) {
  if (event.defaultPrevented || event.isComposing) return;
  const pressed = combo(event);
  // Letters and digits belong to the text field that has the focus, and so does its own undo.
  if (isTextField(event.target) && (pressed.length === 1 || pressed === "ctrl+z")) return;
  const dialogOpen = dialogAtPress || dialogIsOpen();
  for (const { handlers, inDialog } of listeners.toReversed()) {
    if (dialogOpen && !inDialog) continue;
    const handler = handlers.current[pressed];
    if (handler && handler(event) !== false) {
      event.preventDefault();
      return;
    }
  }
}

/** Whoever began to listen last is asked first; `active` says from when. */
export function useKeys(handlers: KeyHandlers, { inDialog = false, active = true } = {}) {
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  useEffect(() => {
    if (!active) return;
    const entry = { handlers: latest, inDialog };
    if (listeners.push(entry) === 1) window.addEventListener("keydown", onKeyDown);
    return () => {
      listeners.splice(listeners.indexOf(entry), 1);
      if (listeners.length === 0) window.removeEventListener("keydown", onKeyDown);
    };
  }, [inDialog, active]);
}

export type Hint = { keys: string[]; to?: string[]; label: string };
const areas = new Map<string, Hint[]>();
let action: { text: string; undo?: () => void } | null = null;
let version = 0;
const watchers = new Set<() => void>();
const changed = () => {
  version += 1;
  watchers.forEach((watcher) => watcher());
};

/** The keys of an area of the screen, shown in the key line while the focus is inside it. */
export function useHints(hints: Hint[]) {
  const id = useId();
  const text = JSON.stringify(hints);
  useEffect(() => {
    areas.set(id, JSON.parse(text) as Hint[]);
    changed();
    return () => {
      areas.delete(id);
      changed();
    };
  }, [id, text]);
  return { "data-hints": id };
}

export function tellAction(next: typeof action) {
  action = next;
  changed();
}

export function undoLast() {
  if (!action?.undo) return false;
  action.undo();
  return true;
}

export function useKeyLine() {
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      const soon = () => requestAnimationFrame(changed);
      document.addEventListener("focusin", soon);
      document.addEventListener("focusout", soon);
      return () => {
        watchers.delete(watcher);
        document.removeEventListener("focusin", soon);
        document.removeEventListener("focusout", soon);
      };
    },
    () => version,
  );
  const focused = document.activeElement?.closest("[data-hints]")?.getAttribute("data-hints");
  const hints = (focused && areas.get(focused)) || [...areas.values()].at(-1) || [];
  return { hints, action };
}
