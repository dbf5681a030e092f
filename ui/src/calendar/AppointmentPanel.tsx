import { IconPhone, IconRepeat } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  refresh,
  useAppointment,
  useCommand,
  usePatientBalance,
  useSeries,
  type Booking,
  type Move,
  type PatientId,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys } from "../kit/keys";
import { recall } from "../kit/memory";
import { isZero, money } from "../kit/money";
import { Panel } from "../kit/Panel";
import { Phone } from "../kit/person";
import { Status } from "../kit/Status";
import { clock, dayOf, longDay } from "../kit/time";
import { RecordMark } from "../kit/Whereabouts";
import { CancelSection } from "./CancelSection";
import { EditSection, editKey } from "./EditSection";
import { Timeline } from "./Timeline";
import { isPlan, lasts } from "./model";
import { useRule } from "./rule";
import { times } from "./useChange";
import styles from "./CalendarPanel.module.css";

type Props = {
  id: string;
  cancelling: boolean;
  onMove: () => void;
  onPay: (booking: Booking) => void;
  onClose: () => void;
};

export function AppointmentPanel(props: Props) {
  const { t } = useTranslation();
  const asked = useAppointment(props.id);
  useKeys({ escape: props.onClose });
  return (
    <Panel title={t("calendar.appointment.title")} onClose={props.onClose}>
      {asked.error ? (
        <FailedState error={asked.error} retry={() => void asked.refetch()} />
      ) : asked.data ? (
        <Opened {...props} booking={asked.data} />
      ) : (
        <SkeletonRows rows={6} />
      )}
    </Panel>
  );
}

/** What the desk does next with a visit of each status. */
const moves: Partial<Record<Booking["status"], Move[]>> = {
  requested: ["accept", "confirm"],
  scheduled: ["confirm", "check_in", "no_show"],
  confirmed: ["check_in", "no_show"],
  arrived: ["no_show"],
};
const keyOf = { accept: "A", confirm: "C", check_in: "A", no_show: "N", undo: "U" } as const;

function Opened({ booking, cancelling, onMove, onPay, onClose }: Props & { booking: Booking }) {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const rule = useRule();
  const [cancels, setCancels] = useState(cancelling);
  // What was typed before the screen locked is there again after it.
  const [edits, setEdits] = useState(!cancelling && recall(editKey(booking.id)) !== undefined);
  const series = useSeries(booking.id, booking.seriesId !== null).data ?? [];
  const move = useCommand(api.moveAppointment, () => refresh(...times));
  const zone = booking.timezone ?? tz;
  const acts = may("call_patient") ? (moves[booking.status] ?? []) : [];
  const changes = may("book_appointment") && isPlan(booking);
  const corrects = may("book_appointment") && (isPlan(booking) || booking.status === "arrived");
  const pays = may("view_billing");
  const undoes = may("call_patient") && !["in_progress", "completed"].includes(booking.status);
  const go = (to: Move) => !move.isPending && move.mutate([booking.id, to, ""]);
  const named = acts.filter((act): act is keyof typeof keyOf => act in keyOf);

  useKeys(
    cancels || edits
      ? {}
      : {
          ...Object.fromEntries(named.map((act) => [keyOf[act].toLowerCase(), () => go(act)])),
          ...(changes ? { x: () => setCancels(true), m: onMove } : {}),
          ...(corrects ? { e: () => setEdits(true) } : {}),
          ...(pays ? { b: () => onPay(booking) } : {}),
          ...(undoes ? { u: () => go("undo") } : {}),
        },
  );
  const hints = useHints([
    ...named.map((act) => ({ keys: [keyOf[act]], label: t(`calendar.appointment.${act}`) })),
    ...(corrects ? [{ keys: ["E"], label: t("calendar.keys.edit") }] : []),
    ...(changes ? [{ keys: ["X"], label: t("calendar.keys.cancel") }] : []),
    ...(pays ? [{ keys: ["B"], label: t("calendar.keys.pay") }] : []),
    { keys: ["Esc"], label: t("calendar.keys.backToCalendar") },
  ]);
  return (
    <div className={styles.body} {...hints}>
      <div className={styles.visit}>
        <h3>
          <bdi>{booking.patientName}</bdi>
          <RecordMark id={booking.id} />
        </h3>
        <p className={styles.phone}>
          <IconPhone size={14} aria-hidden />
          {booking.patientPhone ? <Phone number={booking.patientPhone} /> : t("calendar.appointment.noPhone")}
        </p>
        <p>
          {longDay(dayOf(booking.start, zone))},{" "}
          {t("calendar.appointment.lasts", {
            from: clock(booking.start, zone),
            to: clock(booking.end, zone),
            minutes: lasts(booking),
          })}
        </p>
        <p className={styles.second}>
          {[booking.providerName, booking.serviceName, booking.clinicName].filter(Boolean).join(" · ")}
        </p>
        {booking.reason && <p dir="auto">{booking.reason}</p>}
        {booking.notes && (
          <p className={styles.noteOf} dir="auto">
            {booking.notes}
          </p>
        )}
        {booking.seriesId && booking.recurrence && (
          <p className={styles.second}>
            <IconRepeat size={14} aria-hidden />{" "}
            {t("calendar.appointment.series", { rule: rule(booking.recurrence), count: series.length })}
          </p>
        )}
        <Status status={booking.status} />
        {pays && <Owes id={booking.patientId} />}
      </div>
      {move.error && <ErrorBanner error={move.error} />}
      {cancels ? (
        <CancelSection booking={booking} onKeep={() => setCancels(false)} onDone={onClose} />
      ) : edits ? (
        <EditSection booking={booking} onLeave={() => setEdits(false)} />
      ) : (
        <div className={styles.acts}>
          {named.map((act, index) => (
            <Button
              key={act}
              size="sm"
              look={index === 0 ? "main" : "default"}
              keys={keyOf[act]}
              data-autofocus={index === 0 || undefined}
              autoFocus={index === 0}
              busy={move.isPending && move.variables?.[1] === act}
              onClick={() => go(act)}
            >
              {t(`calendar.appointment.${act}`)}
            </Button>
          ))}
          {corrects && (
            <Button size="sm" keys="E" onClick={() => setEdits(true)}>
              {t("calendar.edit.title")}
            </Button>
          )}
          {changes && (
            <>
              <Button size="sm" keys="M" onClick={onMove}>
                {t("calendar.appointment.move")}
              </Button>
              <Button size="sm" keys="X" onClick={() => setCancels(true)}>
                {t("calendar.appointment.cancel")}
              </Button>
            </>
          )}
          {pays && (
            <Button size="sm" keys="B" onClick={() => onPay(booking)}>
              {t("calendar.appointment.pay")}
            </Button>
          )}
          {undoes && (
            <Button size="sm" look="quiet" keys="U" onClick={() => go("undo")}>
              {t("calendar.appointment.undo")}
            </Button>
          )}
        </div>
      )}
      <Timeline id={booking.id} zone={zone} />
    </div>
  );
}

/** What the patient still has to pay, before anybody asks. */
function Owes({ id }: { id: PatientId }) {
  const { t } = useTranslation();
  const open = (usePatientBalance(id).data ?? []).filter(({ owed }) => !isZero(owed));
  return open.map(({ owed }) => (
    <p key={owed.currency} className={`${styles.owes} num`}>
      {t("money.owes", { money: money(owed) })}
    </p>
  ));
}
