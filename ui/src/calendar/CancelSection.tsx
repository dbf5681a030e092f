import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand, type Booking, type SeriesScope } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { useUndoable } from "./useChange";
import styles from "./CalendarPanel.module.css";

type Props = { booking: Booking; onKeep: () => void; onDone: () => void };

/** Cancels, with the reason that the timeline keeps, one visit or as much of its series as is said. */
export function CancelSection({ booking, onKeep, onDone }: Props) {
  const { t } = useTranslation();
  const undoable = useUndoable();
  const cancel = useCommand(api.cancelAppointments);
  const form = useForm(`calendar:why:${booking.id}`, { reason: "" }, cancel.error);
  const [scope, setScope] = useState<SeriesScope>("one");
  const send = () => {
    if (cancel.isPending) return;
    cancel.mutate([booking.id, form.values.reason, scope], {
      onSuccess: ({ bookings, waiting }) => {
        const name = booking.patientName;
        const text =
          bookings.length > 1
            ? t("calendar.appointment.cancelledSeries", { name, count: bookings.length })
            : waiting.length > 0
              ? t("calendar.appointment.cancelledWaiting", { name, count: waiting.length })
              : t("calendar.appointment.cancelled", { name });
        undoable(text, t("calendar.appointment.back", { name }), () =>
          api.undoAppointments(bookings.map(({ id }) => id)),
        );
        form.reset();
        onDone();
      },
    });
  };
  useKeys({ "ctrl+enter": send, escape: onKeep });
  return (
    <div className={styles.section}>
      <TextField label={t("calendar.appointment.why")} autoFocus {...form.text("reason")} />
      {booking.seriesId && (
        <ChoiceField
          label={t("calendar.appointment.scope")}
          choices={(["one", "following", "all"] as const).map((value) => ({
            value,
            label: t(`calendar.appointment.scopes.${value}`),
          }))}
          value={scope}
          onValue={setScope}
        />
      )}
      <ErrorBanner error={cancel.error} fields={form.names} />
      <div className={styles.acts}>
        <Button look="main" keys="Ctrl Enter" busy={cancel.isPending} onClick={send}>
          {t("calendar.appointment.cancel")}
        </Button>
        <Button look="quiet" keys="Esc" onClick={onKeep}>
          {t("calendar.appointment.keep")}
        </Button>
      </div>
    </div>
  );
}
