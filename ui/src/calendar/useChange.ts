import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, type Booking, type CommandError, type SeriesScope } from "../api";
import { explain } from "../errors";
import { useHere } from "../kit/clinic";
import { tellAction } from "../kit/keys";
import { clock } from "../kit/time";
import { lasts } from "./model";

export const times = [["calendar"], ["appointment"], ["plan"], ["freeTimes"], ["today"]] as const;

/** Does something that can be taken back by Ctrl Z from any screen, and says so in the key line. */
export function useUndoable() {
  return (text: string, undone: string, back: () => Promise<unknown>) => {
    const undo = async () => {
      tellAction(null);
      try {
        await back();
        tellAction({ text: undone });
      } catch (error) {
        tellAction({ text: explain(error as CommandError).what });
      }
      void refresh(...times);
    };
    tellAction({ text, undo: () => void undo() });
    void refresh(...times);
  };
}

/** Where a visit is to go; what is null stays as it is. */
export type Target = {
  day: string;
  time: string;
  minutes: number | null;
  providerId: string | null;
  clinicId: string | null;
};

/** Moves and resizes, with the question which visits of a series are meant. */
export function useChange() {
  const { t } = useTranslation();
  const { tz } = useHere();
  const undoable = useUndoable();
  const change = useCommand(api.rearrangeAppointment);
  const [asking, setAsking] = useState<{ booking: Booking; target: Target } | null>(null);
  const [last, setLast] = useState<{ booking: Booking; target: Target } | null>(null);

  const send = (booking: Booking, target: Target, scope: SeriesScope) => {
    setAsking(null);
    setLast({ booking, target });
    change.mutate([booking.id, { ...target, note: "", scope }], {
      onSuccess: ({ bookings, before }) => {
        const moved = bookings.find(({ id }) => id === booking.id) ?? booking;
        const name = booking.patientName;
        const same = moved.start === booking.start && moved.providerId === booking.providerId;
        undoable(
          same
            ? t("calendar.moved.length", { name, minutes: lasts(moved) })
            : t("calendar.moved.time", { name, time: clock(moved.start, tz) }),
          t("calendar.moved.back", { name }),
          () => api.putAppointmentsBack(before),
        );
      },
    });
  };
  return {
    asking,
    last,
    error: change.error,
    busy: change.isPending,
    reset: () => change.reset(),
    leave: () => setAsking(null),
    answer: (scope: SeriesScope) => asking && send(asking.booking, asking.target, scope),
    change: (booking: Booking, target: Target) => {
      if (change.isPending) return;
      if (booking.seriesId) setAsking({ booking, target });
      else send(booking, target, "one");
    },
  };
}
