import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, useOpenSlips } from "../api";
import { explainProblem } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Dialog } from "../kit/Dialog";
import { DocumentPreview } from "../kit/DocumentPreview";
import { TextField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import styles from "./TurnDialogs.module.css";

/** Numbers are set aside first; the paper comes after, and may be printed as often as needed. */
export function BlankSlips({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const open = useOpenSlips(clinic.id);
  const [count, setCount] = useState("24");
  const reserve = useCommand(api.reserveSlips, () => refresh(keys.openSlips(clinic.id)));
  const go = () => {
    if (!reserve.isPending && !reserve.data) reserve.mutate([clinic.id, Number.parseInt(count, 10) || 0]);
  };
  useKeys({ "ctrl+enter": go }, { inDialog: true });
  const slips = open.data ?? [];
  const first = slips[0];
  const span =
    first && [first.number, slips.at(-1)!.number].filter((one, at, all) => all.indexOf(one) === at);
  const problem = reserve.error?.problems[0];
  return (
    <Dialog title={t("paper.blankTitle")} onClose={onClose} size={440}>
      {reserve.data ? (
        <DocumentPreview
          document={{ kind: "blank_slips", id: reserve.data.id }}
          width={302}
          maxHeight="calc(100vh - 280px)"
          inDialog
        />
      ) : (
        <div className={styles.fields}>
          <p>{t("paper.blankWhat")}</p>
          {span && (
            <p className={styles.hint}>
              {t("paper.drawer", { count: slips.length, numbers: span.join(" … ") })}
            </p>
          )}
          <TextField
            label={t("paper.count")}
            inputMode="numeric"
            value={count}
            onValue={setCount}
            error={problem && explainProblem(problem)}
            data-autofocus
          />
          {!problem && <ErrorBanner error={reserve.error} />}
          <div className={styles.acts}>
            <Button look="main" keys="Ctrl Enter" busy={reserve.isPending} onClick={go}>
              {t("paper.reserve")}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
