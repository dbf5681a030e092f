import { useState } from "react";
import { useChart, type PatientHit, type PrescriptionSummary } from "../api";
import { Dialog } from "../kit/Dialog";
import { DocumentPreview } from "../kit/DocumentPreview";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { isolated } from "../kit/locale";
import { AllergyBanner } from "./AllergyBanner";
import { PastColumn } from "./PastColumn";

/** The chart of somebody who is not in the room: read, nothing is written here. */
export function ChartView({ patient, onClose }: { patient: PatientHit; onClose: () => void }) {
  const chart = useChart(patient.id);
  const [shown, setShown] = useState<PrescriptionSummary | null>(null);
  return (
    <Dialog title={`${patient.fullName} · ${isolated(patient.recordNumber)}`} onClose={onClose} size={640}>
      {chart.error ? (
        <FailedState error={chart.error} retry={() => void chart.refetch()} />
      ) : !chart.data ? (
        <SkeletonRows rows={5} />
      ) : shown ? (
        <DocumentPreview
          document={{ kind: "prescription", id: shown.id }}
          width={560}
          maxHeight="60vh"
          inDialog
        />
      ) : (
        <div style={{ maxHeight: "70vh", overflow: "auto", margin: "0 -16px" }}>
          <AllergyBanner patient={chart.data.patient} allergies={chart.data.allergies} />
          <PastColumn visits={chart.data.visits} onShow={setShown} />
        </div>
      )}
    </Dialog>
  );
}
