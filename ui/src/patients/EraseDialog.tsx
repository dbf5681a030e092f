import { useState } from "react";
import { useTranslation } from "react-i18next";
import { commas } from "../kit/locale";
import { api, keys, refresh, useCommand, type Patient } from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { TextField } from "../kit/Field";
import { capital, tableWord } from "../kit/words";
import styles from "./patients.module.css";

type Props = { patient: Patient; onClose: () => void; onErased: () => void };
/** Nothing brings an erased person back, so the record's number is asked for, and what stays is said. */
export function EraseDialog({ patient, onClose, onErased }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const erase = useCommand(() => api.erasePatient(patient.id));
  const sure = typed.trim().toUpperCase() === patient.recordNumber.toUpperCase();
  const send = () => {
    if (!sure || erase.isPending) return;
    erase.mutate([], { onSuccess: () => void refresh(["search"], ["today"], keys.conflicts) });
  };
  const report = erase.data;
  if (report)
    return (
      <Dialog title={t("erase.done", { number: commas(report.recordNumbers) })} onClose={onErased}>
        <h3>{t("erase.erasedRows")}</h3>
        <p className={styles.second}>
          {commas(report.erased.map(({ table, rows }) => `${capital(tableWord(table))} ${rows}`))}
        </p>
        <h3>{t("erase.keptRows")}</h3>
        <ul className={styles.rows}>
          {report.kept.map(({ table, rows, because }) => (
            <li key={`${table} ${because}`}>
              <span>{`${capital(tableWord(table))} ${rows}`}</span>
              <span className={styles.fill} />
              <span className={styles.second}>{t(`erase.because.${because}`)}</span>
            </li>
          ))}
        </ul>
        <div className={styles.dialogActs}>
          <Button look="main" onClick={onErased} data-autofocus>
            {t("erase.close")}
          </Button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={t("erase.title", { name: patient.fullName })} onClose={onClose}>
      <Banner tone="stop">
        <b>{t("erase.what")}</b>
      </Banner>
      <p className={styles.second}>{t("erase.kept")}</p>
      <TextField
        label={t("erase.confirm", { number: patient.recordNumber })}
        name="eraseNumber"
        value={typed}
        onValue={setTyped}
        data-autofocus
      />
      <ErrorBanner error={erase.error} />
      <div className={styles.dialogActs}>
        <Button keys="Esc" onClick={onClose}>
          {t("erase.cancel")}
        </Button>
        <Button className={styles.erase} disabled={!sure} busy={erase.isPending} onClick={send}>
          {t("erase.do")}
        </Button>
      </div>
    </Dialog>
  );
}
