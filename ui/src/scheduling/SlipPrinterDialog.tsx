import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand, useSlipPrinter, type SlipPaper, type SlipPrinter } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Dialog } from "../kit/Dialog";
import { ChoiceField, SelectField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import styles from "./TurnDialogs.module.css";

/** Which printer and which paper this PC has for slips. */
export function SlipPrinterDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { overview } = useHere();
  const known = useSlipPrinter();
  return (
    <Dialog title={t("desk.printerTitle", { pc: overview.deviceName })} onClose={onClose} size={420}>
      <ErrorBanner error={known.error} />
      {known.data && <Choice known={known.data} onClose={onClose} />}
    </Dialog>
  );
}

function Choice({ known, onClose }: { known: SlipPrinter; onClose: () => void }) {
  const { t } = useTranslation();
  const [printer, setPrinter] = useState(known.chosen ?? "");
  const [paper, setPaper] = useState<SlipPaper>(known.paper);
  const choose = useCommand(api.chooseSlipPrinter, (now) => {
    queries.setQueryData(keys.slipPrinter, now);
    void queries.invalidateQueries({ queryKey: ["preview"] });
    onClose();
  });
  const save = () => choose.mutate([printer || null, paper]);
  useKeys({ "ctrl+enter": save }, { inDialog: true });
  const names = [...new Set([...known.printers, ...(known.chosen ? [known.chosen] : [])])];
  return (
    <>
      <div className={styles.fields}>
        <SelectField
          label={t("desk.printerWhich")}
          data={[
            { value: "", label: t("desk.printerDefault") },
            ...names.map((name) => ({ value: name, label: name })),
          ]}
          value={printer}
          onValue={setPrinter}
        />
        <ChoiceField
          label={t("desk.paperWhich")}
          choices={(["roll", "a4"] as const).map((kind) => ({
            value: kind,
            label: t(`desk.paperKinds.${kind}`),
          }))}
          value={paper}
          onValue={setPaper}
        />
        <ErrorBanner error={choose.error} />
      </div>
      <div className={styles.acts}>
        <Button look="main" keys="Ctrl Enter" busy={choose.isPending} onClick={save}>
          {t("desk.printerSave")}
        </Button>
      </div>
    </>
  );
}
