import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  refresh,
  useCommand,
  useServices,
  useWalkInDesk,
  type PatientHit,
  type WaitlistForm,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { SelectField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import styles from "./waitlist.module.css";

export function AddPanel({ patient, onClose }: { patient: PatientHit; onClose: () => void }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const body = useRef<HTMLDivElement>(null);
  const doctors = useWalkInDesk(clinic.id).data?.doctors ?? [];
  const services = useServices().data?.items ?? [];
  const add = useCommand(api.addToWaitlist);
  const empty: WaitlistForm = {
    clinicId: clinic.id,
    patientId: patient.id,
    providerId: null,
    serviceId: null,
    fromDay: "",
    toDay: "",
    afterTime: "",
    beforeTime: "",
    note: "",
  };
  const form = useForm<WaitlistForm>(`waitlist:form:${patient.id}`, empty, add.error);
  const close = () => {
    form.reset();
    onClose();
  };
  const send = () => {
    if (add.isPending) return;
    add.mutate([form.values], {
      onSuccess: (entry) => {
        tellAction({ text: t("waitlist.saved", { name: entry.patientName }) });
        void refresh(["waitlist"]);
        close();
      },
    });
  };
  useKeys({ "ctrl+enter": send, escape: close });
  const hints = useHints([
    { keys: ["Ctrl", "Enter"], label: t("waitlist.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => body.current?.querySelector<HTMLInputElement>("input")?.focus(), []);
  useFirstMistake(body, add.error);
  return (
    <Panel title={t("waitlist.addTitle")} onClose={close} hints={hints}>
      <div className={styles.panelBody} ref={body}>
        <h3 className={styles.who}>
          <bdi>{patient.fullName}</bdi> <bdi className={`${styles.quiet} num`}>{patient.recordNumber}</bdi>
        </h3>
        <div className={styles.two}>
          <TextField label={t("waitlist.fromDay")} optional {...form.text("fromDay")} />
          <TextField label={t("waitlist.toDay")} {...form.text("toDay")} />
        </div>
        <div className={styles.two}>
          <TextField label={t("waitlist.afterTime")} optional dir="ltr" {...form.text("afterTime")} />
          <TextField label={t("waitlist.beforeTime")} optional dir="ltr" {...form.text("beforeTime")} />
        </div>
        <SelectField
          label={t("waitlist.doctor")}
          optional
          placeholder={t("waitlist.anyDoctor")}
          clearable
          data={doctors.map(({ providerId, name }) => ({ value: providerId, label: name }))}
          value={form.values.providerId}
          onValue={(value) => form.set("providerId", value || null)}
        />
        <SelectField
          label={t("waitlist.service")}
          optional
          placeholder={t("waitlist.anyService")}
          clearable
          data={services.map(({ id, name }) => ({ value: id, label: name }))}
          value={form.values.serviceId}
          onValue={(value) => form.set("serviceId", value || null)}
        />
        <TextField label={t("waitlist.note")} optional {...form.text("note")} />
      </div>
      <div className={styles.panelFoot}>
        <ErrorBanner error={add.error} fields={form.names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={add.isPending} onClick={send}>
          {t("waitlist.save")}
        </Button>
      </div>
    </Panel>
  );
}
