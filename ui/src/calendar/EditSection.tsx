import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand, useProvidersFor, useServices, type AppointmentDetails, type Booking } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { LongTextField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { useHints, useKeys } from "../kit/keys";
import { ServiceField } from "./ServiceField";
import { lasts } from "./model";
import { number } from "./toForm";
import { useUndoable } from "./useChange";
import styles from "./CalendarPanel.module.css";

type Typed = { serviceId: string; minutes: string; reason: string; notes: string };
/** What is typed, and what stood there when the typing began. */
type Draft = Typed & { seen: Typed };

export const editKey = (id: string) => `calendar:edit:${id}`;

const typedOf = (booking: Booking): Typed => ({
  serviceId: booking.serviceId ?? "",
  minutes: String(lasts(booking)),
  reason: booking.reason ?? "",
  notes: booking.notes ?? "",
});
const detailsOf = ({ serviceId, minutes, reason, notes }: Typed): AppointmentDetails => ({
  serviceId: serviceId || null,
  minutes: minutes.trim() === "" ? null : (number(minutes) ?? 0),
  reason,
  notes,
});

type Props = { booking: Booking; onLeave: () => void };

/** Corrects what a visit is for: another service brings its own length, which can be changed before saving. */
export function EditSection({ booking, onLeave }: Props) {
  const { t } = useTranslation();
  const section = useRef<HTMLDivElement>(null);
  const undoable = useUndoable();
  const services = useServices().data?.items ?? [];
  const save = useCommand(api.editAppointment);
  const now = typedOf(booking);
  const form = useForm<Draft>(editKey(booking.id), { ...now, seen: now }, save.error, { end: "minutes" });
  const draft = form.values;
  const able = useProvidersFor(draft.serviceId, booking.clinicId).data;
  const unable = able !== undefined && !able.some(({ providerId }) => providerId === booking.providerId);
  const leave = () => {
    form.reset();
    onLeave();
  };

  const choose = (id: string) => {
    form.set("serviceId", id);
    const takes = services.find((service) => service.id === id)?.durationMinutes;
    if (takes !== undefined) form.set("minutes", String(takes));
    else if (id === draft.seen.serviceId) form.set("minutes", draft.seen.minutes);
  };
  /** Somebody else was faster: theirs stands, but for what was typed here. */
  const takeOver = async () => {
    const fresh = typedOf(await api.showAppointment(booking.id));
    for (const name of Object.keys(fresh) as (keyof Typed)[])
      if (draft[name] === draft.seen[name]) form.set(name, fresh[name]);
    form.set("seen", fresh);
  };
  const send = () => {
    if (save.isPending) return;
    save.mutate([{ appointmentId: booking.id, seen: detailsOf(draft.seen), form: detailsOf(draft) }], {
      onSuccess: ({ before, after }) => {
        const name = booking.patientName;
        undoable(t("calendar.edit.saved", { name }), t("calendar.edit.back", { name }), () =>
          api.editAppointment({ appointmentId: booking.id, seen: after, form: before }),
        );
        leave();
      },
      onError: ({ code }) => {
        if (code === "changed_meanwhile") void takeOver().catch(() => undefined);
      },
    });
  };
  useKeys({ "ctrl+enter": send, escape: leave });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("keys.save") },
    { keys: ["Esc"], label: t("calendar.edit.leave") },
  ]);
  useFirstMistake(section, save.error);
  return (
    <div className={styles.section} ref={section} {...hints}>
      <TextField label={t("calendar.book.reason")} optional autoFocus {...form.text("reason")} />
      <div className={styles.service}>
        <ServiceField value={draft.serviceId} onValue={choose} error={form.errorOf("serviceId")} />
        <TextField label={t("calendar.book.minutes")} inputMode="numeric" {...form.text("minutes")} />
      </div>
      {unable && <p className={styles.note}>{t("calendar.edit.unable", { doctor: booking.providerName })}</p>}
      <LongTextField label={t("calendar.edit.note")} optional {...form.text("notes")} />
      <ErrorBanner error={save.error} fields={form.names} />
      <div className={styles.acts}>
        <Button look="main" keys="Ctrl Enter" busy={save.isPending} onClick={send}>
          {t("calendar.edit.save")}
        </Button>
        <Button look="quiet" keys="Esc" onClick={leave}>
          {t("calendar.edit.leave")}
        </Button>
      </div>
    </div>
  );
}
