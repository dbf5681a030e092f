import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFreeTimes, useServices, useWalkInDesk, type FreeSlot, type FreeTimeForm } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { SelectField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useHints, useKeys } from "../kit/keys";
import { recall } from "../kit/memory";
import { Panel } from "../kit/Panel";
import { clock, dayOf, useSettled } from "../kit/time";
import { FreeTimeList } from "./FreeTimeList";
import { DRAFT, openBooking, type Draft } from "./panel";
import styles from "./CalendarPanel.module.css";

const within = ["1", "7", "14", "28", "91"] as const;

/** "First dermatologist this week after four": one question, and one key for each answer. */
export function FreeTimePanel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { clinic, overview, may } = useHere();
  const panel = useRef<HTMLDivElement>(null);
  const patient = recall<Draft>(DRAFT)?.patient ?? null;
  const known = recall<Draft>(DRAFT);
  const empty = {
    serviceId: known?.serviceId ?? "",
    specialization: "",
    providerId: "",
    clinicId: clinic.id,
    fromDay: "",
    days: "7",
    afterTime: "",
    beforeTime: "",
  };
  const [asked, error, slots, form] = useAnswer(empty, clinic.id);
  const values = form.values;
  const doctors = useWalkInDesk(values.clinicId || clinic.id).data?.doctors ?? [];
  const services = useServices().data?.items ?? [];

  const pick = (slot: FreeSlot) => {
    if (!may("book_appointment")) return;
    openBooking(clinic.id, {
      clinicId: slot.clinicId,
      providerId: slot.providerId,
      serviceId: values.serviceId,
      day: dayOf(slot.start, slot.timezone),
      time: clock(slot.start, slot.timezone),
      minutes: "",
      mode: slot.mode === "chat" ? "" : slot.mode,
    });
  };
  const first = slots.slice(0, 9);
  useKeys({
    ...Object.fromEntries(
      first.flatMap((slot, index) => [
        [String(index + 1), () => pick(slot)],
        [`ctrl+${index + 1}`, () => pick(slot)],
      ]),
    ),
    escape: onClose,
  });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["↓"], label: t("calendar.free.results") },
    {
      keys: ["1"],
      to: ["9"],
      label: t(may("book_appointment") ? "calendar.keys.book" : "calendar.keys.choose"),
    },
    { keys: ["Esc"], label: t("calendar.keys.backToCalendar") },
  ]);
  const toList = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowDown" || !(event.target instanceof HTMLInputElement)) return;
    if (event.target.getAttribute("aria-haspopup")) return;
    event.preventDefault();
    panel.current?.querySelector<HTMLElement>("[data-slot]")?.focus();
  };

  return (
    <Panel title={t("calendar.free.title")} onClose={onClose} hints={hints}>
      <div className={styles.body} ref={panel} onKeyDown={toList}>
        {patient && <p className={styles.note}>{t("calendar.free.for", { name: patient.fullName })}</p>}
        <div className={styles.two}>
          <TextField
            label={t("calendar.free.specialization")}
            data-autofocus
            autoFocus
            {...form.text("specialization")}
          />
          <SelectField
            openOnFocus={false}
            label={t("calendar.book.service")}
            data={[
              { value: "", label: t("calendar.book.anyService") },
              ...services.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={values.serviceId}
            onValue={(id) => form.set("serviceId", id)}
          />
        </div>
        <div className={styles.two}>
          <SelectField
            openOnFocus={false}
            label={t("calendar.book.doctor")}
            data={[
              { value: "", label: t("calendar.free.anyDoctor") },
              ...doctors.map(({ providerId, name }) => ({ value: providerId, label: name })),
            ]}
            value={values.providerId}
            onValue={(id) => form.set("providerId", id)}
          />
          <SelectField
            openOnFocus={false}
            label={t("calendar.book.site")}
            data={[
              { value: "", label: t("calendar.free.anySite") },
              ...overview.clinics.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            value={values.clinicId}
            onValue={(id) => form.set("clinicId", id)}
          />
        </div>
        <div className={styles.four}>
          <TextField
            label={t("calendar.free.from")}
            placeholder={t("calendar.today")}
            {...form.text("fromDay")}
          />
          <SelectField
            openOnFocus={false}
            label={t("calendar.free.days")}
            searchable={false}
            data={within.map((value) => ({ value, label: t(`calendar.free.within.${value}`) }))}
            value={values.days}
            onValue={(days) => form.set("days", days)}
          />
          <TextField label={t("calendar.free.after")} {...form.text("afterTime")} />
          <TextField label={t("calendar.free.before")} {...form.text("beforeTime")} />
        </div>
        <ErrorBanner error={error} fields={form.names} />
        <FreeTimeList slots={slots} loading={asked} onPick={pick} />
      </div>
    </Panel>
  );
}

/** The question as it is typed, and its answer; a time half typed does not take the answer away. */
function useAnswer(
  empty: Record<
    | "serviceId"
    | "specialization"
    | "providerId"
    | "clinicId"
    | "fromDay"
    | "days"
    | "afterTime"
    | "beforeTime",
    string
  >,
  here: string,
) {
  const seen = recall<typeof empty>("calendar:free") ?? empty;
  const question: FreeTimeForm = {
    clinicId: seen.clinicId || null,
    providerId: seen.providerId || null,
    specialization: seen.specialization,
    serviceId: seen.serviceId || null,
    fromDay: seen.fromDay,
    days: Number(seen.days),
    afterTime: seen.afterTime,
    beforeTime: seen.beforeTime,
    mode: null,
    limit: 60,
  };
  const settled = useSettled(JSON.stringify(question), 120);
  const found = useFreeTimes(JSON.parse(settled) as FreeTimeForm, here);
  const form = useForm("calendar:free", empty, found.error);
  return [found.isPending, found.error, found.error ? [] : (found.data ?? []), form] as const;
}
