import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useWalkInDesk, type Priority, type TodayRow } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Dialog } from "../kit/Dialog";
import { TextField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { unbroken } from "../kit/QueueNumber";
import { DoctorChoice } from "./DoctorChoice";
import { PriorityChoice } from "./PriorityChoice";
import styles from "./TurnDialogs.module.css";

type MoveProps = { row: TodayRow; onMove: (provider: string) => void; onClose: () => void };

/** Another doctor for somebody who waits: a digit and Ctrl Enter; the number stays. */
export function MoveDialog({ row, onMove, onClose }: MoveProps) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const desk = useWalkInDesk(clinic.id);
  const doctors = (desk.data?.doctors ?? []).filter((doctor) => doctor.providerId !== row.providerId);
  const [wanted, setWanted] = useMemory(`today:doctor-for:${row.appointmentId}`, "");
  const chosen = doctors.find((doctor) => doctor.providerId === wanted) ?? doctors[0];
  const save = () => {
    if (chosen) onMove(chosen.providerId);
  };
  const digits = Object.fromEntries(
    doctors.slice(0, 9).map(({ providerId }, index) => [String(index + 1), () => setWanted(providerId)]),
  );
  useKeys({ ...digits, "ctrl+enter": save }, { inDialog: true });
  const list = useRef<HTMLDivElement>(null);
  const ready = doctors.length > 0;
  useEffect(() => {
    list.current?.querySelector<HTMLElement>('[role="radio"][aria-checked="true"]')?.focus();
  }, [ready]);
  return (
    <Dialog title={t("today.moveTitle", { name: row.patientName })} onClose={onClose} size={440}>
      <p className={styles.hint}>{unbroken(t("today.moveHint", { number: row.number ?? "" }))}</p>
      <div ref={list}>
        <DoctorChoice
          doctors={doctors}
          loading={desk.isPending}
          chosen={chosen?.providerId ?? null}
          onChoose={setWanted}
        />
      </div>
      <div className={styles.acts}>
        <Button look="main" keys="Ctrl Enter" disabled={!chosen} onClick={save}>
          {t("today.turn.move")}
        </Button>
      </div>
    </Dialog>
  );
}

type PriorityProps = {
  row: TodayRow;
  onSave: (priority: Priority | null, why: string) => void;
  onClose: () => void;
};

/** Who goes first, and why; or in turn again. */
export function PriorityDialog({ row, onSave, onClose }: PriorityProps) {
  const { t } = useTranslation();
  const [priority, setPriority] = useMemory<Priority | null>(
    `today:first:${row.appointmentId}`,
    row.priority ?? "urgent",
  );
  const [why, setWhy] = useMemory(`today:first-why:${row.appointmentId}`, row.priorityReason ?? "");
  const save = () => {
    if (priority === null || why.trim() !== "") onSave(priority, why);
  };
  useKeys({ "ctrl+enter": save }, { inDialog: true });
  return (
    <Dialog title={t("today.priorityTitle", { name: row.patientName })} onClose={onClose} size={440}>
      <div className={styles.fields}>
        <PriorityChoice label={t("today.priorityWho")} value={priority} onValue={setPriority} />
        {priority && <TextField label={t("today.priorityWhy")} value={why} onValue={setWhy} data-autofocus />}
      </div>
      <div className={styles.acts}>
        <Button
          look="main"
          keys="Ctrl Enter"
          disabled={priority !== null && why.trim() === ""}
          onClick={save}
        >
          {t("today.prioritySave")}
        </Button>
      </div>
    </Dialog>
  );
}
