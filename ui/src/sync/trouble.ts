import type { Code, CommandError } from "../api";
import { explain } from "../errors";
import i18n from "../i18n";

export type TroubleWords = { what: string; lost: string; next: string; call: string };

const named = (path: string, options: Record<string, string | number> = {}) =>
  i18n.exists(path, options) ? String(i18n.t(path as never, options as never)) : "";

/**
 * What happened, whether anything is lost, what to do, and whom to call. A code that no sync is known
 * to end with has the words that it has everywhere, and the promise that nothing is lost.
 */
export function trouble(error: Pick<CommandError, "code" | "detail">, waiting: number): TroubleWords {
  const own = (part: string) => named(`sync.trouble.${error.code}.${part}`, { count: waiting });
  const lost = own("lost") || named("sync.trouble.lost");
  const what = own("what");
  if (what) return { what, lost, next: own("next"), call: own("call") };
  const words = explain(error);
  return { what: words.what, lost, next: words.next, call: named("sync.trouble.internal.call") };
}

/** Nothing is broken where a person stopped it or the line is down: only the rest is an alarm. */
export const troubleTone = (code: Code) =>
  code === "sync_stopped" ? "info" : code === "hub_unreachable" ? "warn" : "stop";
