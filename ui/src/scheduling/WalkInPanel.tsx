import { IconPrinter } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  useToday,
  useWalkInDesk,
  type PatientHit,
  type Priority,
  type QueueTicket,
} from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState } from "../kit/Empty";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { PatientPhoto } from "../kit/PatientPhoto";
import { AlternateName, Phone, useAgeSex, useBorn } from "../kit/person";
import { QueueNumber } from "../kit/QueueNumber";
import { useRequestKey } from "../kit/requestKey";
import { clock, shortDate } from "../kit/time";
import { DoctorChoice } from "./DoctorChoice";
import { PriorityChoice } from "./PriorityChoice";
import { SlipPrinterLine } from "./SlipPrinterLine";
import styles from "./WalkInPanel.module.css";

type Props = { patient: PatientHit; onIssued: (ticket: QueueTicket) => void; onClose: () => void };
type Form = {
  providerId: string;
  reason: string;
  priority: Priority | null;
  priorityReason: string;
  another: string;
};
const empty: Form = { providerId: "", reason: "", priority: null, priorityReason: "", another: "" };

export function WalkInPanel({ patient, onIssued, onClose }: Props) {
  const { t } = useTranslation();
  const { clinic, tz } = useHere();
  const panel = useRef<HTMLDivElement>(null);
  const another = useRef<HTMLInputElement>(null);
  const desk = useWalkInDesk(clinic.id);
  const today = useToday(clinic.id);
  const issue = useCommand(api.bookWalkIn);
  const [requestKey] = useRequestKey();
  const form = useForm<Form>(`walk-in:${patient.id}`, empty, issue.error);
  const doctors = desk.data?.doctors ?? [];
  const chosen = doctors.find((doctor) => doctor.providerId === form.values.providerId) ?? doctors[0];
  // Known from the search or from the list, or told by the core when somebody else was quicker.
  const refused = issue.error?.code === "already_waiting";
  const waits = today.data?.rows.find((row) => row.patientId === patient.id && row.status === "arrived");
  const held = refused ? issue.error!.detail : (patient.waitingNumber ?? waits?.number ?? null);

  const sending = useRef(false);
  const send = async () => {
    if (sending.current || issue.isPending || issue.isSuccess) return;
    sending.current = true;
    // Somebody faster than the list of doctors gets the one that it would have offered first.
    const doctor = chosen ?? (await desk.refetch()).data?.doctors[0];
    sending.current = false;
    if (!doctor) return;
    const walkIn = {
      ...form.values,
      clinicId: clinic.id,
      patientId: patient.id,
      providerId: doctor.providerId,
    };
    issue.mutate([requestKey, walkIn], {
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
    });
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
  useEffect(() => {
    if (refused) another.current?.focus();
  }, [refused]);

  return (
    <Panel title={t("walkIn.title")} onClose={onClose} hints={hints}>
      <PatientHead patient={patient} />
      {desk.error && <FailedState error={desk.error} retry={() => void desk.refetch()} />}
      <div className={styles.middle}>
        {/* First of all: without an answer nothing is given, and below the doctors it would be out of sight. */}
        {held && (
          <div className={styles.sec}>
            {!refused && (
              <Banner tone="warn">{t("walkIn.holds", { name: patient.fullName, number: held })}</Banner>
            )}
            <TextField ref={another} label={t("walkIn.anotherWhy")} {...form.text("another")} />
          </div>
        )}
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
        <div className={styles.sec}>
          <PriorityChoice
            label={t("walkIn.priority")}
            value={form.values.priority}
            onValue={(priority) => form.set("priority", priority)}
          />
          {form.values.priority && (
            <TextField label={t("walkIn.priorityWhy")} {...form.text("priorityReason")} />
          )}
        </div>
      </div>
      <div className={styles.issue} data-held={held ? true : undefined}>
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
          {held ? t("walkIn.issueAnother") : t("walkIn.issue")}
        </Button>
        {chosen || desk.isPending ? <SlipPrinterLine /> : <p>{t("walkIn.noDoctors")}</p>}
      </div>
    </Panel>
  );
}

export function PatientHead({ patient }: { patient: PatientHit }) {
  const { t } = useTranslation();
  const ageSex = useAgeSex();
  const born = useBorn();
  return (
    <div className={styles.patient}>
      <PatientPhoto id={patient.id} name={patient.fullName} size={64} />
      <div className={styles.l1}>
        <b>
          <bdi>{patient.fullName}</bdi>
        </b>
        <AlternateName name={patient.alternateName} />
      </div>
      <div className={`${styles.l2} num`}>
        {ageSex(patient.ageYears, patient.gender)}
        {patient.birthDate && <span>{born(patient)}</span>}
        <span>
          <bdi>{patient.recordNumber}</bdi>
        </span>
      </div>
      <div className={`${styles.l2} num`}>
        {patient.phone ? <Phone number={patient.phone} /> : t("patient.noPhone")}
        <span>
          {patient.lastVisit
            ? t("patient.lastVisit", { date: shortDate(patient.lastVisit) })
            : t("patient.firstVisit")}
        </span>
      </div>
    </div>
  );
}
