import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, useCommand, type CommandError, type TemplateId } from "../api";
import { explainProblem } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { LineFields } from "./LineFields";
import { repeatOf, repeats, rowsOf, sent, type HoursForm, type Line } from "./lines";
import { Stranding } from "./Stranding";
import styles from "./hours.module.css";

type Props = { id: TemplateId | null; initial: HoursForm; oneDay: boolean; onClose: () => void };

/** The problems of rows, beside the lines that they came from. */
function lineProblems(error: CommandError | null, lines: readonly Line[]) {
  const { lineOf } = rowsOf(lines);
  const found = lines.map((): { start?: string; end?: string } => ({}));
  for (const problem of error?.problems ?? []) {
    const [, row, name] = /^slots\.(\d+)\.(\w+)$/.exec(problem.field) ?? [];
    const at = row === undefined ? undefined : found[lineOf[Number(row)] ?? -1];
    if (at) at[name === "endTime" ? "end" : "start"] ??= explainProblem(problem);
  }
  return found;
}

export function HoursPanel({ id, initial, oneDay, onClose }: Props) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const save = useCommand((form: HoursForm) =>
    id ? api.editAvailability(id, sent(form)) : api.addAvailability(sent(form)),
  );
  const form = useForm<HoursForm>(
    `hours:form:${initial.providerId}:${id ?? (oneDay ? "day" : "new")}`,
    initial,
    save.error,
    { slots: "lines" },
  );
  const { lines, recurrence } = form.values;
  // A day has one date: the first is the last.
  const typed = oneDay ? { ...form.values, validTo: form.values.validFrom } : form.values;
  // A line that was edited since drops its own problems, as a field does.
  const [refused, setRefused] = useState<readonly Line[]>([]);
  const problems = lineProblems(save.error, refused);
  const send = () => {
    if (save.isPending) return;
    setRefused(lines);
    save.mutate([typed], {
      onSuccess: () => {
        form.reset();
        tellAction({ text: t(id ? "hours.changed" : "hours.added") });
        void refresh(["hours"], ["waitlist"]);
        onClose();
      },
    });
  };
  const addLine = () => {
    form.set("lines", [
      ...lines,
      { days: oneDay ? [1] : [1, 2, 3, 4, 5], start: "", end: "", mode: "in_person" },
    ]);
    requestAnimationFrame(() =>
      body.current?.querySelector<HTMLElement>("[data-line]:last-of-type input")?.focus(),
    );
  };
  const close = () => {
    form.reset();
    onClose();
  };
  useKeys({ "ctrl+enter": send, "alt+r": addLine, escape: close });
  const hints = useHints([
    { keys: ["Ctrl", "Enter"], label: t("hours.save") },
    { keys: ["Alt", "R"], label: t("hours.addLine") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => body.current?.querySelector<HTMLInputElement>("input")?.focus(), []);
  useFirstMistake(body, save.error);
  const repeat = repeatOf(repeats, recurrence);
  const title = t(id ? "hours.editHours" : oneDay ? "hours.addDay" : "hours.addHours");
  const names = [
    ...form.names,
    ...rowsOf(lines).rows.flatMap((_, at) => [`slots.${at}.startTime`, `slots.${at}.endTime`]),
  ];
  return (
    <Panel title={title} onClose={close} hints={hints}>
      <div className={styles.panelBody} ref={body}>
        {oneDay ? (
          <>
            <TextField label={t("hours.day")} description={t("hours.dateHint")} {...form.text("validFrom")} />
            <ChoiceField
              label={t("hours.beside")}
              choices={[
                { value: "instead", label: t("hours.instead") },
                { value: "extra", label: t("hours.extra") },
              ]}
              value={form.values.replaces ? "instead" : "extra"}
              onValue={(value) => form.set("replaces", value === "instead")}
            />
          </>
        ) : (
          <div className={styles.two}>
            <TextField label={t("hours.validFrom")} {...form.text("validFrom")} />
            <TextField label={t("hours.validTo")} optional {...form.text("validTo")} />
          </div>
        )}
        {lines.map((line, at) => (
          <LineFields
            key={at}
            line={line}
            at={at}
            oneDay={oneDay}
            problems={(refused[at] === line && problems[at]) || {}}
            onLine={(next) =>
              form.set(
                "lines",
                lines.map((old, index) => (index === at ? next : old)),
              )
            }
            remove={
              lines.length > 1 && (
                <Button
                  size="sm"
                  look="quiet"
                  aria-label={t("hours.removeLine", { number: at + 1 })}
                  icon={<IconTrash size={16} aria-hidden />}
                  onClick={() =>
                    form.set(
                      "lines",
                      lines.filter((_, index) => index !== at),
                    )
                  }
                />
              )
            }
          />
        ))}
        {form.errorOf("lines") && <p className={styles.problem}>{form.errorOf("lines")}</p>}
        <Button size="sm" keys="Alt R" icon={<IconPlus size={16} aria-hidden />} onClick={addLine}>
          {t("hours.addLine")}
        </Button>
        <div className={styles.three}>
          <TextField
            label={t("hours.slotMinutes")}
            inputMode="numeric"
            {...form.text("slotDurationMinutes")}
          />
          <TextField label={t("hours.bufferMinutes")} inputMode="numeric" {...form.text("bufferMinutes")} />
          <TextField label={t("hours.capacity")} inputMode="numeric" {...form.text("capacity")} />
        </div>
        {!oneDay && (
          <SelectField
            label={t("hours.repeat")}
            data={[...(Object.keys(repeats) as (keyof typeof repeats)[]), "own" as const].map((value) => ({
              value,
              label: t(`hours.repeats.${value}`),
            }))}
            value={repeat}
            onValue={(value) =>
              form.set(
                "recurrence",
                value === "own" ? "FREQ=WEEKLY;INTERVAL=3" : repeats[value as keyof typeof repeats],
              )
            }
          />
        )}
        {!oneDay && repeat === "own" && (
          <TextField
            label={t("hours.rule")}
            dir="ltr"
            description={t("hours.ruleHint")}
            {...form.text("recurrence")}
          />
        )}
      </div>
      <div className={styles.panelFoot}>
        <Stranding
          change={
            id
              ? { kind: "edit_hours", templateId: id, form: sent(typed) }
              : { kind: "add_hours", form: sent(typed) }
          }
        />
        <ErrorBanner error={save.error} fields={names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={save.isPending} onClick={send}>
          {t("hours.save")}
        </Button>
      </div>
    </Panel>
  );
}
