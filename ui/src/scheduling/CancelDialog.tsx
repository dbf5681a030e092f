import { useTranslation } from "react-i18next";
import type { TodayRow } from "../api";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { TextField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";

type Props = { row: TodayRow; onCancel: (note: string) => void; onClose: () => void };
export function CancelDialog({ row, onCancel, onClose }: Props) {
  const { t } = useTranslation();
  const [note, setNote] = useMemory(`today:why:${row.appointmentId}`, "");
  useKeys({ "ctrl+enter": () => onCancel(note) }, { inDialog: true });
  return (
    <Dialog title={t("today.cancelTitle", { name: row.patientName })} onClose={onClose} size={420}>
      <TextField label={t("today.cancelWhy")} optional value={note} onValue={setNote} data-autofocus />
      <div style={{ display: "flex", gap: 8, justifyContent: "flex-end", marginTop: 16 }}>
        <Button onClick={onClose}>{t("today.keepVisit")}</Button>
        <Button look="main" keys="Ctrl Enter" onClick={() => onCancel(note)}>
          {t("today.move.cancel")}
        </Button>
      </div>
    </Dialog>
  );
}
