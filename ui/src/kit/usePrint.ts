import { api, useCommand, usePrintOutcome, type DocumentRef } from "../api";

/** Where a print stands. It is "printed" only when the printer has said so. */
export type PrintPhase = "idle" | "sending" | "waiting" | "printed" | "failed" | "sent";

export function usePrint(document: DocumentRef) {
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
  return { start: () => print.mutate([document]), phase, printer: print.data?.printer, error: print.error };
}
