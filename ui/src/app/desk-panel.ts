import type { PatientHit, QueueTicket } from "../api";
import type { PaymentOf } from "../billing/PaymentPanel";
import { useMemory } from "../kit/memory";

/** What is docked at the right of today's list. */
export type DeskPanel =
  | { kind: "walkIn"; patient: PatientHit }
  | { kind: "register"; typed: string }
  | { kind: "issued"; ticket: QueueTicket }
  | { kind: "payment"; of: PaymentOf };

export const useDeskPanel = () => useMemory<DeskPanel | null>("desk:panel", null);

export const focusSearch = () => document.querySelector<HTMLElement>('[data-testid="search"]')?.focus();
export const focusList = () =>
  document.querySelector<HTMLElement>('[role="grid"] [data-row][tabindex="0"], main li > button')?.focus();
