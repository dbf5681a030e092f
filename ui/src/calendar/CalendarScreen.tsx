import { IconCalendar } from "@tabler/icons-react";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePlan, type Booking } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useKeys } from "../kit/keys";
import { recall } from "../kit/memory";
import { clock, dayOf } from "../kit/time";
import { AppointmentPanel } from "./AppointmentPanel";
import { BookPanel } from "./BookPanel";
import { CalendarHead } from "./CalendarHead";
import { DayGrid } from "./DayGrid";
import { FreeInstead } from "./FreeInstead";
import { FreeTimePanel } from "./FreeTimePanel";
import { ScopeDialog } from "./ScopeDialog";
import { lasts } from "./model";
import { DRAFT, forgetDraft, openBooking, useCalendarPanel, useToMove } from "./panel";
import { useChange } from "./useChange";
import { useView } from "./useView";
import styles from "./Calendar.module.css";

type Props = {
  aside: ReactNode;
  onFindPatient: () => void;
  onDecide: () => void;
  onPay: (booking: Booking) => void;
};

export function CalendarScreen({ aside, onFindPatient, onDecide, onPay }: Props) {
  const { t } = useTranslation();
  const { clinic, may } = useHere();
  const view = useView();
  const [panel, setPanel] = useCalendarPanel();
  const [, setToMove] = useToMove();
  const changing = useChange();
  const screen = useRef<HTMLElement>(null);
  const books = may("book_appointment");

  const focusGrid = () =>
    requestAnimationFrame(() => screen.current?.querySelector<HTMLElement>("[data-current]")?.focus());
  const close = () => {
    // A question asked on the way to a booking leads back to it.
    if (panel?.kind === "free" && recall(DRAFT)) return openBooking(clinic.id, {});
    forgetDraft();
    setPanel(null);
    focusGrid();
  };
  const find = () => setPanel({ kind: "free" });
  useKeys({
    t: view.toToday,
    "[": () => view.turn(-1),
    "]": () => view.turn(1),
    d: () => view.set({ mode: "day" }),
    w: () => view.set({ mode: "week" }),
    f: find,
    "alt+f": find,
  });

  return (
    <>
      <section className={styles.calendar} ref={screen}>
        <CalendarHead view={view} onFind={find} onNew={() => openBooking(clinic.id, {})} />
        {changing.error && <MoveRefused changing={changing} />}
        {view.asked.error ? (
          <FailedState error={view.asked.error} retry={() => void view.asked.refetch()} />
        ) : !view.asked.data ? (
          <SkeletonRows rows={14} />
        ) : view.columns.length === 0 ? (
          <EmptyState
            icon={<IconCalendar size={32} stroke={1.5} aria-hidden />}
            title={t("calendar.empty.title")}
          >
            {t("calendar.empty.what")}
          </EmptyState>
        ) : (
          <DayGrid
            key={view.mode}
            columns={view.columns}
            today={view.today}
            week={view.mode === "week"}
            busy={changing.busy}
            onTurn={view.turn}
            onBook={(known) => books && openBooking(clinic.id, known)}
            onOpen={(id, cancelling) => setPanel({ kind: "appointment", id, cancelling })}
            onChange={changing.change}
            onDecide={onDecide}
          />
        )}
      </section>
      {aside ??
        (panel?.kind === "book" ? (
          <BookPanel key={panel.at} onFindPatient={onFindPatient} onFind={find} onClose={close} />
        ) : panel?.kind === "free" ? (
          <FreeTimePanel onClose={close} />
        ) : panel?.kind === "appointment" ? (
          <AppointmentPanel
            key={panel.id}
            id={panel.id}
            cancelling={panel.cancelling}
            onPay={onPay}
            onMove={() => {
              setPanel(null);
              setToMove(panel.id);
            }}
            onClose={close}
          />
        ) : null)}
      {changing.asking && <ScopeDialog onAnswer={changing.answer} onClose={changing.leave} />}
    </>
  );
}

/** A move that was refused: who has the time, and which times are free instead. */
function MoveRefused({ changing }: { changing: ReturnType<typeof useChange> }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const { booking, target } = changing.last!;
  const plan = usePlan(
    {
      clinicId: target.clinicId ?? booking.clinicId,
      patientId: booking.patientId,
      providerId: target.providerId ?? booking.providerId,
      serviceId: booking.serviceId,
      day: target.day,
      time: target.time,
      minutes: target.minutes ?? lasts(booking),
      mode: null,
      channel: "desk",
      status: "scheduled",
      reason: "",
      repeat: null,
      leaveOut: [],
    },
    true,
  );
  const free = plan.data?.[0]?.refused?.free ?? [];
  return (
    <div className={styles.refused}>
      <ErrorBanner error={changing.error} />
      <FreeInstead
        free={free}
        onPick={(time) =>
          changing.change(booking, {
            day: dayOf(time.start, clinic.timezone),
            time: clock(time.start, clinic.timezone),
            minutes: target.minutes,
            providerId: time.providerId,
            clinicId: time.clinicId,
          })
        }
      />
      <Button size="sm" look="quiet" onClick={changing.reset}>
        {t("action.close")}
      </Button>
    </div>
  );
}
