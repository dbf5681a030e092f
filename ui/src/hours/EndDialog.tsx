import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, type AvailabilityTemplate } from "../api";
import { sortProblems } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { TextField } from "../kit/Field";
import { tellAction, useKeys } from "../kit/keys";
import { Stranding } from "./Stranding";
import styles from "./hours.module.css";

type Props = { template: AvailabilityTemplate; end: boolean; onClose: () => void };

/** Hours get a last day, or are taken away as if they had never been. */
export function EndDialog({ template, end, onClose }: Props) {
  const { t } = useTranslation();
  const [validTo, setValidTo] = useState(template.validTo ?? "");
  const done = () => {
    tellAction({ text: t(end ? "hours.ended" : "hours.removed") });
    void refresh(["hours"], ["waitlist"]);
    onClose();
  };
  const command = useCommand(
    async () =>
      void (end
        ? await api.endAvailability(template.id, validTo)
        : await api.deleteAvailability(template.id)),
    done,
  );
  const send = () => {
    if (!command.isPending) command.mutate([]);
  };
  useKeys({ "ctrl+enter": send }, { inDialog: true });
  const { byField } = sortProblems(command.error, ["validTo"]);
  return (
    <Dialog title={t(end ? "hours.endTitle" : "hours.deleteTitle")} onClose={onClose}>
      <div className={styles.dialog}>
        {end && (
          <TextField
            label={t("hours.lastDay")}
            description={t("hours.dateHint")}
            name="lastDay"
            data-autofocus
            value={validTo}
            onValue={setValidTo}
            error={byField["validTo"]}
          />
        )}
        <Stranding
          change={
            end
              ? { kind: "end_hours", templateId: template.id, validTo }
              : { kind: "delete_hours", templateId: template.id }
          }
        />
        <ErrorBanner error={command.error} fields={["validTo"]} />
        <div className={styles.acts}>
          <Button onClick={onClose} keys="Esc">
            {t("hours.leave")}
          </Button>
          <Button look="main" keys="Ctrl Enter" busy={command.isPending} onClick={send}>
            {t(end ? "hours.end_" : "hours.delete")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
