import {
  api,
  useCommand,
  usePrintOutcome,
  type DocumentRef,
  type Language,
  type PaperLanguage,
} from "../api";
import { language } from "../i18n";

/** Where a print stands. It is "printed" only when the printer has said so. */
export type PrintPhase = "idle" | "sending" | "waiting" | "printed" | "failed" | "sent";

/** How a paper is asked for: the core knows the patient's language, the screen its own. */
export const paperIn = (chosen: Language | null = null): PaperLanguage => ({ screen: language(), chosen });

export function usePrint(document: DocumentRef, chosen: Language | null = null) {
  const print = useCommand(api.printDocument);
  const outcome = usePrintOutcome(document, print.data ?? null);
  const phase: PrintPhase = print.isPending
    ? "sending"
    : !print.data
      ? "idle"
      : !outcome.data
        ? "waiting"
        : outcome.data === "unknown"
          ? "sent"
          : outcome.data;
  return {
    start: () => print.mutate([document, paperIn(chosen)]),
    phase,
    printer: print.data?.printer,
    error: print.error,
  };
}
