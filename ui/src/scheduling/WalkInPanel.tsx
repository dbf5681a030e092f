import { IconPrinter, IconInfoCircle } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, useWalkInDesk, type PatientHit, type QueueTicket } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState } from "../kit/Empty";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { AlternateName, useAgeSex } from "../kit/person";
import { QueueNumber } from "../kit/QueueNumber";
import { clock, date, shortDate } from "../kit/time";
import { DoctorChoice } from "./DoctorChoice";
import styles from "./WalkInPanel.module.css";

type Props = { patient: PatientHit; onIssued: (ticket: QueueTicket) => void; onClose: () => void };

export function WalkInPanel({ patient, onIssued, onClose }: Props) {
  const { t } = useTranslation();
  const { clinic, tz } = useHere();
  const panel = useRef<HTMLDivElement>(null);
  const desk = useWalkInDesk(clinic.id);
  const issue = useCommand(api.bookWalkIn);
  const form = useForm(`walk-in:${patient.id}`, { providerId: "", reason: "" }, issue.error);
  const doctors = desk.data?.doctors ?? [];
  const chosen = doctors.find((doctor) => doctor.providerId === form.values.providerId) ?? doctors[0];

  const sending = useRef(false);
  const send = async () => {
    if (sending.current || issue.isPending || issue.isSuccess) return;
    sending.current = true;
    // Somebody faster than the list of doctors gets the one that it would have offered first.
    const doctor = chosen ?? (await desk.refetch()).data?.doctors[0];
    sending.current = false;
    if (!doctor) return;
    issue.mutate(
      [
        {
          clinicId: clinic.id,
          patientId: patient.id,
          providerId: doctor.providerId,
          reason: form.values.reason,
        },
      ],
      {
        onSuccess: (ticket) => {
          form.reset();
          tellAction({
            text: t("walkIn.told", {
              time: clock(ticket.issuedAt, tz),
              number: ticket.number,
              name: ticket.patientName,
            }),
          });
          void refresh(keys.today(clinic.id), keys.walkInDesk(clinic.id), ["search"]);
          onIssued(ticket);
        },
      },
    );
  };
  const choose = (index: number) => {
    const doctor = doctors[index];
    if (doctor) form.set("providerId", doctor.providerId);
    return doctor !== undefined;
  };

  const digits = Object.fromEntries(
    doctors.slice(0, 9).map((_, index) => [String(index + 1), () => choose(index)]),
  );
  useKeys({ ...digits, "ctrl+enter": () => void send(), escape: onClose });
  const hints = useHints([
    { keys: ["1"], to: [String(Math.min(9, Math.max(1, doctors.length)))], label: t("keys.doctor") },
    { keys: ["Tab"], label: t("keys.reason") },
    { keys: ["Ctrl", "Enter"], label: t("keys.issue") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  const ready = doctors.length > 0;
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>('[role="radio"][aria-checked="true"]')?.focus();
  }, [ready, patient.id]);

  return (
    <Panel title={t("walkIn.title")} onClose={onClose} hints={hints}>
      <PatientHead patient={patient} />
      {desk.error && <FailedState error={desk.error} retry={() => void desk.refetch()} />}
      <div className={styles.sec} ref={panel}>
        {!desk.error && (
          <DoctorChoice
            doctors={doctors}
            loading={desk.isPending}
            chosen={chosen?.providerId ?? null}
            onChoose={(id) => form.set("providerId", id)}
          />
        )}
        {form.errorOf("providerId") && <ErrorBanner error={issue.error} />}
      </div>
      <div className={styles.sec}>
        <TextField label={t("walkIn.reason")} {...form.text("reason")} />
      </div>
      <span className={styles.fill} />
      <div className={styles.issue}>
        <p className={styles.cap}>{t("walkIn.next")}</p>
        {desk.data ? (
          <QueueNumber number={desk.data.nextNumber} className={styles.big} testId="queue-number" />
        ) : (
          <span className={styles.big} aria-hidden="true" />
        )}
        {issue.error && (
          <div className={styles.error}>
            <ErrorBanner error={issue.error} fields={form.names} />
          </div>
        )}
        <Button
          look="main"
          size="lg"
          keys="Ctrl Enter"
          data-testid="walk-in-issue"
          icon={<IconPrinter size={20} stroke={1.75} aria-hidden />}
          busy={issue.isPending}
          disabled={!chosen}
          onClick={() => void send()}
        >
          {t("walkIn.issue")}
        </Button>
        <p>
          <IconInfoCircle size={14} aria-hidden />
          {chosen || desk.isPending ? t("walkIn.kept") : t("walkIn.noDoctors")}
        </p>
      </div>
    </Panel>
  );
}

export function PatientHead({ patient }: { patient: PatientHit }) {
  const { t } = useTranslation();
  const ageSex = useAgeSex();
  return (
    <div className={styles.patient}>
      <div className={styles.l1}>
        <b>
          <bdi>{patient.fullName}</bdi>
        </b>
        <AlternateName name={patient.alternateName} />
      </div>
      <div className={`${styles.l2} num`}>
        {ageSex(patient.ageYears, patient.gender)}
        {patient.birthDate && <span>{t("patient.born", { date: date(patient.birthDate) })}</span>}
        <span>
          <bdi>{patient.recordNumber}</bdi>
        </span>
      </div>
      <div className={`${styles.l2} num`}>
        <bdi>{patient.phone ?? t("patient.noPhone")}</bdi>
        <span>
          {patient.lastVisit
            ? t("patient.lastVisit", { date: shortDate(patient.lastVisit) })
            : t("patient.firstVisit")}
        </span>
      </div>
    </div>
  );
}
