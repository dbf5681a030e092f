import { IconSearch } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, usePlan, useProvidersFor, useWalkInDesk } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { useAgeSex } from "../kit/person";
import { clock, dayOf, moment, useSettled } from "../kit/time";
import { PlanFacts } from "./PlanFacts";
import { RepeatFields } from "./RepeatFields";
import { ServiceField } from "./ServiceField";
import { DRAFT, emptyDraft, forgetDraft } from "./panel";
import { toForm } from "./toForm";
import { times, useUndoable } from "./useChange";
import styles from "./CalendarPanel.module.css";

type Props = {
  onFindPatient: () => void;
  onFind: () => void;
  onClose: () => void;
};

export function BookPanel({ onFindPatient, onFind, onClose }: Props) {
  const { t } = useTranslation();
  const { clinic, overview, tz } = useHere();
  const ageSex = useAgeSex();
  const panel = useRef<HTMLDivElement>(null);
  const undoable = useUndoable();
  const book = useCommand(api.bookAppointments);
  const form = useForm(DRAFT, emptyDraft(clinic.id), book.error, {
    patientId: "patient",
    start: "time",
    end: "minutes",
  });
  const draft = form.values;
  const all = useWalkInDesk(draft.clinicId).data?.doctors ?? [];
  const able = useProvidersFor(draft.serviceId, draft.clinicId).data;
  const doctors = all.filter(
    ({ providerId }) =>
      !able || providerId === draft.providerId || able.some((one) => one.providerId === providerId),
  );
  const settled = useSettled(JSON.stringify(toForm({ ...draft, patient: null, reason: "" })), 150);
  const ready = draft.providerId !== "" && draft.day !== "" && /^\d{1,2}:\d\d$/.test(draft.time.trim());
  const plan = usePlan(JSON.parse(settled), ready);
  const refused = plan.data?.filter((one) => one.refused) ?? [];
  const repeats = draft.repeat !== "none";
  const leaveOut = repeats ? refused.map(({ start }) => start) : [];
  const some = repeats && refused.length > 0 && refused.length < (plan.data?.length ?? 0);

  const send = () => {
    if (book.isPending) return;
    if (!draft.patient) onFindPatient();
    book.mutate([toForm(draft, leaveOut)], {
      onSuccess: (bookings) => {
        const [first] = bookings;
        if (!first) return;
        const said = { name: first.patientName, time: moment(first.start, tz), count: bookings.length };
        undoable(
          t(bookings.length > 1 ? "calendar.book.bookedSeries" : "calendar.book.booked", said),
          t("calendar.book.takenBack", said),
          () => api.undoAppointments(bookings.map(({ id }) => id)),
        );
        forgetDraft();
        onClose();
      },
      onError: ({ problems }) => {
        void refresh(...times);
        // The free times that stand there now are a digit away.
        if (problems.length === 0)
          panel.current?.parentElement?.querySelector<HTMLElement>("[data-free], [data-book]")?.focus();
      },
    });
  };
  useKeys({ "ctrl+enter": send, escape: onClose });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("calendar.keys.book") },
    { keys: ["Ctrl", "K"], label: t("calendar.keys.find") },
    { keys: ["Alt", "F"], label: t("calendar.keys.freeTime") },
    { keys: ["Esc"], label: t("calendar.keys.backToCalendar") },
  ]);
  const patient = draft.patient;
  useEffect(() => {
    if (patient) panel.current?.querySelector<HTMLElement>("input, [role=radio][tabindex='0']")?.focus();
    else onFindPatient();
    // The patient was found: on to the first field. Nothing else takes the focus from where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [patient?.id]);

  const site = overview.clinics.find(({ id }) => id === draft.clinicId) ?? clinic;
  return (
    <Panel title={t("calendar.book.title")} onClose={onClose} hints={hints}>
      <div className={styles.body} ref={panel}>
        <div className={styles.patient} data-error={form.errorOf("patient") ? true : undefined}>
          <span className={styles.label}>{t("calendar.book.patient")}</span>
          {patient ? (
            <span className={styles.who}>
              <b>
                <bdi>{patient.fullName}</bdi>
              </b>
              <span>
                {ageSex(patient.ageYears, patient.gender)} <bdi>{patient.recordNumber}</bdi>
              </span>
            </span>
          ) : (
            <span className={styles.needed}>{t("calendar.book.needed")}</span>
          )}
          <Button
            size="sm"
            look={patient ? "quiet" : "default"}
            icon={<IconSearch size={16} aria-hidden />}
            keys="Ctrl K"
            onClick={onFindPatient}
          >
            {t(patient ? "calendar.book.another" : "calendar.book.find")}
          </Button>
          {form.errorOf("patient") && <p className={styles.error}>{form.errorOf("patient")}</p>}
        </div>
        <div className={styles.two}>
          <ServiceField
            value={draft.serviceId}
            onValue={(id) => form.set("serviceId", id)}
            error={form.errorOf("serviceId")}
          />
          <SelectField
            openOnFocus={false}
            label={t("calendar.book.doctor")}
            data={doctors.map(({ providerId, name }) => ({ value: providerId, label: name }))}
            value={draft.providerId || null}
            onValue={(id) => form.set("providerId", id)}
            error={form.errorOf("providerId")}
          />
        </div>
        <div className={styles.three}>
          <TextField label={t("calendar.book.day")} {...form.text("day")} />
          <TextField label={t("calendar.book.time")} {...form.text("time")} />
          <TextField
            label={t("calendar.book.minutes")}
            placeholder={t("calendar.book.asUsual")}
            {...form.text("minutes")}
          />
        </div>
        {site.id !== clinic.id && (
          <p className={styles.note}>
            {t("calendar.book.site")}: {site.name}
          </p>
        )}
        {ready && (
          <PlanFacts
            plan={plan.data}
            onPick={(time) => {
              const there = overview.clinics.find(({ id }) => id === time.clinicId)?.timezone ?? tz;
              form.set("providerId", time.providerId);
              form.set("clinicId", time.clinicId);
              form.set("day", dayOf(time.start, there));
              form.set("time", clock(time.start, there));
              book.reset();
              panel.current?.parentElement?.querySelector<HTMLElement>("[data-book]")?.focus();
            }}
          />
        )}
        <ChoiceField
          label={t("calendar.book.mode")}
          choices={(["in_person", "video", "audio"] as const).map((value) => ({
            value,
            label: t(`calendar.book.modes.${value}`),
          }))}
          value={(draft.mode || "in_person") as "in_person"}
          onValue={(mode) => form.set("mode", mode)}
        />
        <ChoiceField
          label={t("calendar.book.channel")}
          choices={(["desk", "phone", "online"] as const).map((value) => ({
            value,
            label: t(`calendar.book.channels.${value}`),
          }))}
          value={draft.channel as "desk"}
          onValue={(channel) => form.set("channel", channel)}
          error={form.errorOf("channel")}
        />
        <TextField label={t("calendar.book.reason")} optional {...form.text("reason")} />
        <RepeatFields form={form} />
      </div>
      <div className={styles.foot}>
        {book.error && <ErrorBanner error={book.error} fields={form.names} />}
        <Button look="main" size="lg" keys="Ctrl Enter" data-book busy={book.isPending} onClick={send}>
          {some
            ? t("calendar.book.goSome", { count: (plan.data?.length ?? 0) - refused.length })
            : t("calendar.book.go")}
        </Button>
        <Button look="quiet" size="sm" keys="Alt F" onClick={onFind}>
          {t("calendar.findFree")}
        </Button>
      </div>
    </Panel>
  );
}
