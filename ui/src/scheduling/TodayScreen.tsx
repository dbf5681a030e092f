import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  useToday,
  type CommandError,
  type Move,
  type TodayRow,
} from "../api";
import { explain } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { DocumentDialog } from "../kit/DocumentPreview";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { longDay, useNow } from "../kit/time";
import { CancelDialog } from "./CancelDialog";
import { DoctorFilter } from "./DoctorFilter";
import { groupRows } from "./groups";
import { TodayList } from "./TodayList";
import styles from "./Today.module.css";

export function TodayScreen() {
  const { t } = useTranslation();
  const { clinic, may } = useHere();
  const today = useToday(clinic.id);
  const now = Math.max(useNow(), today.data?.readAt ?? 0) + (today.data?.skew ?? 0);
  const [doctor, setDoctor] = useMemory<string | null>("today:doctor", null);
  const [slip, setSlip] = useState<TodayRow | null>(null);
  const [cancelling, setCancelling] = useMemory<TodayRow | null>("today:cancelling", null);
  const move = useCommand(api.moveAppointment, () =>
    refresh(keys.today(clinic.id), keys.walkInDesk(clinic.id)),
  );

  // Works from any screen, so it does not lean on this one being open.
  const undo = async ({ appointmentId, patientName: name }: TodayRow) => {
    tellAction(null);
    try {
      await api.moveAppointment(appointmentId, "undo", "");
      tellAction({ text: t("today.undone", { name }) });
    } catch (error) {
      tellAction({ text: explain(error as CommandError).what });
    }
    void refresh(keys.today(clinic.id), keys.walkInDesk(clinic.id));
  };
  const go = (row: TodayRow, to: Move, note = "") => {
    if (move.isPending) return;
    move.mutate([row.appointmentId, to, note], {
      onSuccess: () => {
        if (to !== "undo")
          tellAction({ text: t(`today.moved.${to}`, { name: row.patientName }), undo: () => void undo(row) });
      },
    });
  };
  const hints = useHints([
    { keys: ["↑"], to: ["↓"], label: t("keys.move") },
    { keys: ["Enter"], label: t("keys.rowAction") },
    { keys: ["Ctrl", "K"], label: t("keys.findPatient") },
  ]);

  const rows = (today.data?.rows ?? []).filter((row) => doctor === null || row.providerId === doctor);
  return (
    <section className={styles.list} {...hints}>
      <div className={styles.head}>
        <h1>{t("today.title")}</h1>
        <span className={styles.sub}>{today.data && longDay(today.data.day)}</span>
        <span className={styles.fill} />
        <DoctorFilter rows={today.data?.rows ?? []} doctor={doctor} onDoctor={setDoctor} />
      </div>
      {move.error && (
        <div className={styles.error}>
          <ErrorBanner error={move.error} />
          <Button size="sm" look="quiet" onClick={() => move.reset()}>
            {t("action.close")}
          </Button>
        </div>
      )}
      {today.error ? (
        <FailedState error={today.error} retry={() => void today.refetch()} />
      ) : !today.data ? (
        <SkeletonRows rows={14} />
      ) : rows.length === 0 ? (
        <EmptyState icon={<IconCalendar size={32} stroke={1.5} aria-hidden />} title={t("today.empty.title")}>
          {may("book_appointment") ? t("today.empty.what") : t("today.empty.readOnly")}
        </EmptyState>
      ) : (
        <TodayList
          groups={groupRows(rows)}
          now={now}
          limit={today.data.waitLimitMinutes}
          moving={move.isPending ? (move.variables?.[0] ?? null) : null}
          onMove={go}
          onSlip={setSlip}
          onCancel={setCancelling}
        />
      )}
      {slip?.ticketId && (
        <DocumentDialog
          document={{ kind: "slip", id: slip.ticketId }}
          title={t("today.slipOf", { name: slip.patientName })}
          onClose={() => setSlip(null)}
        />
      )}
      {cancelling && (
        <CancelDialog
          row={cancelling}
          onClose={() => setCancelling(null)}
          onCancel={(note) => {
            go(cancelling, "cancel", note);
            setCancelling(null);
          }}
        />
      )}
    </section>
  );
}
