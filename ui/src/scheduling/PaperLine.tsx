import { Checkbox } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  refresh,
  useCommand,
  type DoctorQueue,
  type Gender,
  type PaperPatient,
  type PaperSlip,
  type PatientHit,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { tellAction, useKeys } from "../kit/keys";
import { QueueNumber } from "../kit/QueueNumber";
import { useRequestKey } from "../kit/requestKey";
import { moment } from "../kit/time";
import { PaperPatientField } from "./PaperPatientField";
import styles from "./PaperSlips.module.css";

export type Entered = { number: string; name: string; doctor: string; time: string; seen: boolean };
type Props = {
  slip: PaperSlip;
  doctors: DoctorQueue[];
  doctor: string;
  onDoctor: (id: string) => void;
  onEntered: (entered: Entered) => void;
};
type Line = {
  patient: PatientHit | null;
  stranger: PaperPatient | null;
  time: string;
  day: string;
  reason: string;
  seen: boolean;
};
const blank: Line = { patient: null, stranger: null, time: "", day: "", reason: "", seen: false };
const genders: Gender[] = ["female", "male", "other", "prefer_not_to_say"];
const problems = ["patientId", "fullName", "gender", "ageYears", "birthDate", "phone"];

export function PaperLine({ slip, doctors, doctor, onDoctor, onEntered }: Props) {
  const { t } = useTranslation();
  const { clinic, tz } = useHere();
  const line = useRef<HTMLDivElement>(null);
  const enter = useCommand(api.enterPaperSlip);
  const [requestKey] = useRequestKey();
  const form = useForm<Line>(`paper:line:${slip.id}`, blank, enter.error, {
    patientId: "patient",
    fullName: "patient",
  });
  const { patient, stranger, time, day, reason, seen } = form.values;
  useEffect(() => line.current?.querySelector<HTMLElement>("input")?.focus(), [slip.id]);

  const send = () => {
    if (enter.isPending || !doctor) return;
    const entry = {
      slipId: slip.id,
      patientId: patient?.id ?? null,
      newPatient: stranger,
      providerId: doctor,
      time,
      day,
      reason,
      seen,
    };
    enter.mutate([requestKey, entry], {
      onSuccess: (ticket) => {
        form.reset();
        const said = { number: ticket.number, name: ticket.patientName, time: moment(ticket.issuedAt, tz) };
        tellAction({ text: t("paper.entered", said) });
        void refresh(keys.openSlips(clinic.id), keys.today(clinic.id), keys.walkInDesk(clinic.id), [
          "search",
        ]);
        onEntered({ ...said, doctor: ticket.providerName, seen });
      },
    });
  };
  useKeys({ "ctrl+enter": send });
  const when = (name: "time" | "day") => {
    const problem = enter.error?.problems.find(({ field }) => field === name);
    return problem?.code === "out_of_range" && form.errorOf(name) ? t("paper.notThen") : form.errorOf(name);
  };
  const about = (field: string) => {
    const wrong = enter.error?.problems.find((problem) => problem.field === field);
    return wrong ? t(`errors.field.${wrong.code}` as never, { limit: wrong.limit }) : undefined;
  };
  const setStranger = (change: Partial<PaperPatient>) =>
    stranger && form.set("stranger", { ...stranger, ...change });

  return (
    <div className={styles.current} ref={line} role="group" aria-label={slip.number}>
      <div className={styles.line}>
        <QueueNumber number={slip.number} className={styles.number} testId="paper-number" />
        <PaperPatientField
          chosen={patient?.fullName ?? stranger?.fullName ?? null}
          error={form.errorOf("patient")}
          onKnown={(hit) => {
            form.set("stranger", null);
            form.set("patient", hit);
          }}
          onNew={(fullName) => {
            form.set("patient", null);
            form.set("stranger", { fullName, gender: null, age: "", phone: "" });
          }}
          onClear={() => {
            form.set("patient", null);
            form.set("stranger", null);
          }}
        />
        <SelectField
          label={t("paper.doctor")}
          data={doctors.map(({ providerId, name }) => ({ value: providerId, label: name }))}
          value={doctor}
          onValue={onDoctor}
        />
        <TextField label={t("paper.time")} placeholder="9:15" {...form.text("time")} error={when("time")} />
        <TextField label={t("paper.day")} {...form.text("day")} error={when("day")} />
        <TextField label={t("paper.reason")} {...form.text("reason")} />
        <Checkbox
          aria-label={t("paper.seen")}
          checked={seen}
          onChange={(event) => form.set("seen", event.currentTarget.checked)}
        />
        <Button look="main" keys="Ctrl Enter" busy={enter.isPending} onClick={send}>
          {t("paper.enter")}
        </Button>
      </div>
      {stranger && (
        <div className={styles.stranger}>
          <ChoiceField
            label={t("paper.gender")}
            choices={genders.map((gender) => ({ value: gender, label: t(`gender.${gender}`) }))}
            value={stranger.gender}
            onValue={(gender) => setStranger({ gender })}
            error={about("gender")}
          />
          <TextField
            label={t("paper.age")}
            value={stranger.age}
            onValue={(age) => setStranger({ age })}
            error={about("ageYears") ?? about("birthDate")}
          />
          <TextField
            label={t("paper.phone")}
            optional
            value={stranger.phone}
            onValue={(phone) => setStranger({ phone })}
            error={about("phone")}
          />
        </div>
      )}
      <ErrorBanner error={enter.error} fields={[...form.names, ...problems]} />
    </div>
  );
}
