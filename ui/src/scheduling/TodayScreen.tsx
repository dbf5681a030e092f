import { IconCalendar } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useToday, type TodayRow } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { DocumentDialog } from "../kit/DocumentPreview";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useHints } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { longDay, useNow } from "../kit/time";
import { CancelDialog } from "./CancelDialog";
import { DeskMenu } from "./DeskMenu";
import { DoctorFilter } from "./DoctorFilter";
import { GroupMenu } from "./GroupMenu";
import { groupRows, type GroupBy, type TurnMove } from "./groups";
import { PaperSlips } from "./PaperSlips";
import { TodayList } from "./TodayList";
import { MoveDialog, PriorityDialog } from "./TurnDialogs";
import { useTurns } from "./useTurns";
import styles from "./Today.module.css";

/** The list that the desk looks at all day; paper slips are entered in its place. */
export function TodayScreen() {
  const [paper, setPaper] = useMemory("today:paper", false);
  if (paper) return <PaperSlips onClose={() => setPaper(false)} />;
  return <DayScreen onPaper={() => setPaper(true)} />;
}

type Asked = { what: "cancel" | "move" | "priority"; row: TodayRow };

function DayScreen({ onPaper }: { onPaper: () => void }) {
  const { t } = useTranslation();
  const { clinic, may, tz } = useHere();
  const today = useToday(clinic.id);
  const now = Math.max(useNow(), today.data?.readAt ?? 0) + (today.data?.skew ?? 0);
  const [doctor, setDoctor] = useMemory<string | null>("today:doctor", null);
  const [by, setBy] = useMemory<GroupBy>("today:by", "stage");
  const [slip, setSlip] = useState<TodayRow | null>(null);
  const [asked, setAsked] = useMemory<Asked | null>("today:asked", null);
  const turns = useTurns();
  const close = () => setAsked(null);
  const onTurn = (row: TodayRow, what: TurnMove) => {
    if (what === "recall") turns.recall(row);
    else if (what === "skip") turns.skip(row);
    else setAsked({ what, row });
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
        <GroupMenu by={by} onBy={setBy} />
        <DeskMenu day={today.data?.day ?? null} doctor={doctor} rows={rows} onPaper={onPaper} />
      </div>
      {turns.error && (
        <div className={styles.error}>
          <ErrorBanner error={turns.error} />
          <Button size="sm" look="quiet" onClick={turns.reset}>
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
          groups={groupRows(rows, by, tz)}
          now={now}
          limit={today.data.waitLimitMinutes}
          moving={turns.moving}
          onMove={turns.go}
          onTurn={onTurn}
          onSlip={setSlip}
          onCancel={(row) => setAsked({ what: "cancel", row })}
        />
      )}
      {slip?.ticketId && (
        <DocumentDialog
          document={{ kind: "slip", id: slip.ticketId }}
          title={t("today.slipOf", { name: slip.patientName })}
          onClose={() => setSlip(null)}
        />
      )}
      {asked?.what === "cancel" && (
        <CancelDialog
          row={asked.row}
          onClose={close}
          onCancel={(note) => {
            turns.go(asked.row, "cancel", note);
            close();
          }}
        />
      )}
      {asked?.what === "move" && (
        <MoveDialog
          row={asked.row}
          onClose={close}
          onMove={(provider) => {
            turns.toDoctor(asked.row, provider);
            close();
          }}
        />
      )}
      {asked?.what === "priority" && (
        <PriorityDialog
          row={asked.row}
          onClose={close}
          onSave={(priority, why) => {
            turns.prioritise(asked.row, priority, why);
            close();
          }}
        />
      )}
    </section>
  );
}
