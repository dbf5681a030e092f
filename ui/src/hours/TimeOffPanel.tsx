import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, type ClinicId, type ProviderId, type TimeOffForm } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { offRepeats, repeatOf } from "./lines";
import { Stranding } from "./Stranding";
import styles from "./hours.module.css";

type Props = {
  /** Whose time off it is; without a doctor, the site's holiday. */
  doctor: { id: ProviderId; name: string } | null;
  clinicId: ClinicId;
  onClose: () => void;
};

export function TimeOffPanel({ doctor, clinicId, onClose }: Props) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const add = useCommand(api.addTimeOff);
  const initial: TimeOffForm = {
    kind: doctor ? "leave" : "holiday",
    providerId: doctor?.id ?? null,
    clinicId: doctor ? null : clinicId,
    fromDay: "",
    fromTime: "",
    toDay: "",
    toTime: "",
    recurrence: "",
    reason: "",
  };
  const form = useForm<TimeOffForm>(`hours:off:${doctor?.id ?? "site"}`, initial, add.error);
  const send = () => {
    if (add.isPending) return;
    add.mutate([form.values], {
      onSuccess: ({ stranded }) => {
        form.reset();
        const said = t(doctor ? "hours.offAdded" : "hours.holidayAdded");
        tellAction({
          text: stranded.length > 0 ? `${said} ${t("hours.toRebook", { count: stranded.length })}` : said,
        });
        void refresh(["hours"], ["waitlist"]);
        onClose();
      },
    });
  };
  const close = () => {
    form.reset();
    onClose();
  };
  useKeys({ "ctrl+enter": send, escape: close });
  const hints = useHints([
    { keys: ["Ctrl", "Enter"], label: t("hours.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => body.current?.querySelector<HTMLInputElement>("input")?.focus(), []);
  useFirstMistake(body, add.error);
  const repeat = repeatOf(offRepeats, form.values.recurrence);
  return (
    <Panel title={t(doctor ? "hours.addOff" : "hours.addHoliday")} onClose={close} hints={hints}>
      <div className={styles.panelBody} ref={body}>
        {!doctor && <TextField label={t("hours.holidayName")} {...form.text("reason")} />}
        <div className={styles.two}>
          <TextField
            label={t(doctor ? "hours.fromDay" : "hours.holidayDay")}
            description={t("hours.dateHint")}
            {...form.text("fromDay")}
          />
          <TextField label={t("hours.toDay")} optional {...form.text("toDay")} />
        </div>
        <div className={styles.two}>
          <TextField label={t("hours.fromTime")} optional dir="ltr" {...form.text("fromTime")} />
          <TextField label={t("hours.toTime")} optional dir="ltr" {...form.text("toTime")} />
        </div>
        <p className={styles.quiet}>{t(doctor ? "hours.wholeDays" : "hours.shorterHours")}</p>
        <SelectField
          label={t("hours.repeat")}
          data={[...(Object.keys(offRepeats) as (keyof typeof offRepeats)[]), "own" as const].map(
            (value) => ({
              value,
              label: t(`hours.offRepeats.${value}`),
            }),
          )}
          value={repeat}
          onValue={(value) =>
            form.set(
              "recurrence",
              value === "own" ? "FREQ=MONTHLY;BYDAY=1MO" : offRepeats[value as keyof typeof offRepeats],
            )
          }
        />
        {repeat === "own" && (
          <TextField
            label={t("hours.rule")}
            dir="ltr"
            description={t("hours.ruleHint")}
            {...form.text("recurrence")}
          />
        )}
        {doctor && (
          <>
            <ChoiceField
              label={t("hours.offKind")}
              choices={(["leave", "blocked"] as const).map((value) => ({
                value,
                label: t(`hours.kinds.${value}`),
              }))}
              value={form.values.kind === "blocked" ? "blocked" : "leave"}
              onValue={(kind) => form.set("kind", kind)}
            />
            <TextField label={t("hours.reason")} optional {...form.text("reason")} />
          </>
        )}
      </div>
      <div className={styles.panelFoot}>
        <Stranding change={{ kind: "add_time_off", form: form.values }} />
        <ErrorBanner error={add.error} fields={form.names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={add.isPending} onClick={send}>
          {t("hours.save")}
        </Button>
      </div>
    </Panel>
  );
}
