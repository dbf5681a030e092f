import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  queries,
  refresh,
  useChart,
  useCommand,
  useWorkplace,
  type LocalDate,
  type Notes,
  type PrescriptionDraft,
  type PrescriptionSummary,
  type TodayRow,
  type Workplace as Work,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { DocumentDialog } from "../kit/DocumentPreview";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { forget, useMemory } from "../kit/memory";
import { useAutosave } from "../kit/useAutosave";
import { AllergyBanner } from "./AllergyBanner";
import { FinishDialog } from "./FinishDialog";
import { NotesFields } from "./NotesFields";
import { PastColumn } from "./PastColumn";
import { PatientHeader } from "./PatientHeader";
import { Prescription } from "./Prescription";
import styles from "./Workplace.module.css";

export type NextPatient = { row: TodayRow; minutes: number } | null;
type Props = {
  appointmentId: string;
  today: LocalDate;
  next: NextPatient;
  onClose: (then: string | null) => void;
};

export function Workplace(props: Props) {
  const work = useWorkplace(props.appointmentId);
  if (work.error)
    return (
      <div className={styles.consult}>
        <FailedState error={work.error} retry={() => void work.refetch()} />
        <BackToList onClose={() => props.onClose(null)} />
      </div>
    );
  if (!work.data)
    return (
      <div className={styles.consult}>
        <SkeletonRows rows={12} />
      </div>
    );
  return <Open {...props} work={work.data} />;
}

function BackToList({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  useKeys({ escape: onClose });
  return (
    <button type="button" className={styles.back} onClick={onClose}>
      {t("consult.backToList")}
    </button>
  );
}

export const emptyDraft: PrescriptionDraft = { items: [], advice: "", followUpOn: "", savedAt: null };
const withoutTime = ({ items, advice, followUpOn }: PrescriptionDraft) => ({ items, advice, followUpOn });

function Open({ work, appointmentId, today, next, onClose }: Props & { work: Work }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const { consultation } = work;
  const id = consultation.id;
  const chart = useChart(consultation.patientId, work.chart).data ?? work.chart;
  const opening: Notes = {
    complaint: consultation.complaint,
    findings: consultation.findings,
    diagnosis: consultation.diagnosis,
    diagnosisCode: consultation.diagnosisCode,
  };
  const [notes, setNotes] = useMemory<Notes>(`consult:${id}:notes`, opening);
  const [draft, setDraft] = useMemory(`consult:${id}:draft`, withoutTime(work.draft));
  const savedNotes = useAutosave(
    `consult:${id}:notesSaved`,
    notes,
    { json: JSON.stringify(opening), at: null },
    useCallback((value: Notes) => api.saveNotes(id, value), [id]),
  );
  const savedDraft = useAutosave(
    `consult:${id}:draftSaved`,
    draft,
    {
      json: JSON.stringify(withoutTime(work.draft)),
      at: work.draft.savedAt ? Date.parse(work.draft.savedAt) : null,
    },
    useCallback((value: typeof draft) => api.saveDraft(id, { ...value, savedAt: null }), [id]),
  );
  const [issued, setIssued] = useState<PrescriptionSummary | null>(null);
  const [shown, setShown] = useState<PrescriptionSummary | null>(null);
  const [finishing, setFinishing] = useState<"list" | "next" | null>(null);
  const [line] = useMemory(`consult:${id}:line`, "");

  const finish = useCommand(async (then: "list" | "next") => {
    // The notes must be in the record before it closes; a failed save stops here and says why.
    if (!(await savedNotes.flush()) || !(await savedDraft.flush())) return;
    const closed = await api.finishConsultation(id);
    queries.removeQueries({ queryKey: keys.workplace(appointmentId) });
    for (const typed of [`consult:${id}:`, "consult:item:", "consult:override:", "consult:followUp:"])
      forget(typed);
    void refresh(keys.today(clinic.id), keys.chart(closed.patientId));
    tellAction({ text: t("consult.finished", { name: chart.patient.fullName }) });
    onClose(then === "next" ? (next?.row.appointmentId ?? null) : null);
  });
  const open = draft.items.length > 0 || line.trim() !== "";
  const askFinish = (then: "list" | "next") => {
    if (finish.isPending) return;
    if (open || then === "next") setFinishing(then);
    else finish.mutate([then]);
  };
  useKeys({ "alt+f": () => askFinish("list"), "alt+arrowright": () => (next ? askFinish("next") : false) });
  const hints = useHints([
    { keys: ["Ctrl", "Enter"], label: t("keys.issueRx") },
    { keys: ["Alt", "R"], label: t("keys.repeatLast") },
    { keys: ["Alt", "A"], label: t("keys.allergy") },
    { keys: ["Alt", "F"], label: t("keys.finish") },
    ...(next
      ? [
          {
            keys: ["Alt", "→"],
            label: t("keys.nextIs", {
              number: next.row.number ?? "",
              name: next.row.patientName,
              minutes: next.minutes,
            }),
          },
        ]
      : []),
  ]);

  return (
    <div className={styles.consult} {...hints}>
      <PatientHeader
        patient={chart.patient}
        number={work.number}
        startedAt={consultation.startedAt}
        busy={finish.isPending}
        onFinish={() => askFinish("list")}
      />
      <AllergyBanner patient={chart.patient} allergies={chart.allergies} />
      {(finish.error || savedNotes.error) && (
        <div className={styles.trouble}>
          <ErrorBanner error={finish.error ?? savedNotes.error} />
        </div>
      )}
      <div className={styles.cols}>
        <PastColumn visits={chart.visits.filter((visit) => visit.consultationId !== id)} onShow={setShown} />
        <section className={styles.now}>
          <NotesFields notes={notes} onNotes={setNotes} saved={savedNotes} />
          <Prescription
            consultationId={id}
            draft={draft}
            onDraft={setDraft}
            saved={savedDraft}
            today={today}
            visits={chart.visits}
            issuedHere={[
              ...(chart.visits.find((visit) => visit.consultationId === id)?.prescriptions ?? []),
              ...(issued &&
              !chart.visits.some((visit) => visit.prescriptions.some((one) => one.id === issued.id))
                ? [issued]
                : []),
            ]}
            onShow={setShown}
            onIssued={(prescription) => {
              setIssued(prescription);
              setShown(prescription);
              void refresh(keys.chart(consultation.patientId));
            }}
          />
        </section>
      </div>
      {finishing && (
        <FinishDialog
          open={open}
          count={draft.items.length}
          then={finishing}
          next={next}
          onClose={() => setFinishing(null)}
          onFinish={() => {
            setFinishing(null);
            finish.mutate([finishing]);
          }}
        />
      )}
      {shown && (
        <DocumentDialog
          document={{ kind: "prescription", id: shown.id }}
          title={t("rx.issuedTitle", { number: shown.number })}
          onClose={() => setShown(null)}
        />
      )}
    </div>
  );
}
