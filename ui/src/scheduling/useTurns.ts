import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  type CommandError,
  type Move,
  type Priority,
  type TodayRow,
  type Turned,
} from "../api";
import { explain } from "../errors";
import { useHere } from "../kit/clinic";
import { tellAction } from "../kit/keys";

/** What the keys of a row do. Each says what it did, with the way back, and works from any screen. */
export function useTurns() {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const again = () => refresh(keys.today(clinic.id), keys.walkInDesk(clinic.id));
  const move = useCommand(api.moveAppointment, again);
  const turn = useCommand((_row: string, change: () => Promise<Turned>) => change(), again);

  const takeBack = async (name: string, back: () => Promise<unknown>) => {
    tellAction(null);
    try {
      await back();
      tellAction({ text: t("today.undone", { name }) });
    } catch (error) {
      tellAction({ text: explain(error as CommandError).what });
    }
    void again();
  };
  const busy = move.isPending || turn.isPending;
  const go = (row: TodayRow, to: Move, note = "") => {
    if (busy) return;
    turn.reset();
    move.mutate([row.appointmentId, to, note], {
      onSuccess: () => {
        if (to === "undo") return;
        tellAction({
          text: t(`today.moved.${to}`, { name: row.patientName }),
          undo: () =>
            void takeBack(row.patientName, () => api.moveAppointment(row.appointmentId, "undo", "")),
        });
      },
    });
  };
  const change = (row: TodayRow, words: (turned: Turned) => string, call: () => Promise<Turned>) => {
    if (busy) return;
    move.reset();
    turn.mutate([row.appointmentId, call], {
      onSuccess: (turned) =>
        tellAction({
          text: words(turned),
          undo: () => void takeBack(row.patientName, () => api.takeBackTurn(turned.before)),
        }),
    });
  };
  const name = (row: TodayRow) => ({ name: row.patientName });
  return {
    go,
    recall: (row: TodayRow) =>
      change(
        row,
        () => t("today.turned.recall", name(row)),
        () => api.recallTicket(row.ticketId!),
      ),
    skip: (row: TodayRow) =>
      change(
        row,
        () => t("today.turned.skip", name(row)),
        () => api.skipTicket(row.ticketId!),
      ),
    toDoctor: (row: TodayRow, provider: string) =>
      change(
        row,
        ({ ticket }) => t("today.turned.move", { ...name(row), doctor: ticket.providerName }),
        () => api.moveTicket(row.ticketId!, provider),
      ),
    prioritise: (row: TodayRow, priority: Priority | null, why: string) =>
      change(
        row,
        () => t(priority ? "today.turned.priority" : "today.turned.inTurn", name(row)),
        () => api.prioritiseTicket(row.ticketId!, priority, why),
      ),
    /** The row that is being changed. */
    moving: move.isPending ? move.variables[0] : turn.isPending ? turn.variables[0] : null,
    error: move.error ?? turn.error,
    reset: () => {
      move.reset();
      turn.reset();
    },
  };
}
