import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  refresh,
  useAvailability,
  useCommand,
  useHoursOutlook,
  usePlannedTimeOff,
  type AvailabilityTemplate,
  type DoctorQueue,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { Row, RowBand, RowGrid, useRowFocus } from "../kit/RowGrid";
import { date } from "../kit/time";
import { EndDialog } from "./EndDialog";
import { FreeStrip } from "./FreeStrip";
import { HoursPanel } from "./HoursPanel";
import { formOf, lastsOneDay, repeatOf, repeats, type HoursForm } from "./lines";
import { TimeOffPanel } from "./TimeOffPanel";
import { useHoursWords } from "./words";
import { WeekGrid } from "./WeekGrid";
import styles from "./hours.module.css";

type Open =
  { kind: "hours"; template: AvailabilityTemplate | null; oneDay: boolean } | { kind: "off" } | null;

export function DoctorHours({ doctor }: { doctor: DoctorQueue }) {
  const { t } = useTranslation();
  const { clinic, session, may } = useHere();
  const words = useHoursWords();
  const all = useAvailability(doctor.providerId);
  const off = usePlannedTimeOff(doctor.providerId, null);
  const outlook = useHoursOutlook(doctor.providerId, clinic.id);
  const [open, setOpen] = useMemory<Open>(`hours:open:${doctor.providerId}`, null);
  const [ending, setEnding] = useState<{ template: AvailabilityTemplate; end: boolean } | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const mayChange =
    may("manage_availability") || (may("own_availability") && session.providerId === doctor.providerId);
  const cancel = useCommand(api.cancelTimeOff, () => {
    tellAction({ text: t("hours.offCancelled") });
    void refresh(["hours"], ["waitlist"]);
  });
  const today = outlook.data?.days[0]?.day ?? "";
  const templates = (all.data ?? []).filter(
    ({ clinicId, validTo }) => clinicId === clinic.id && (validTo === null || validTo >= today),
  );
  const weekly = templates.filter((template) => !lastsOneDay(template));
  const days = templates.filter(lastsOneDay);
  const fresh = (oneDay: boolean): HoursForm => ({
    providerId: doctor.providerId,
    clinicId: clinic.id,
    slotDurationMinutes: String(weekly[0]?.slotDurationMinutes ?? 20),
    bufferMinutes: String(weekly[0]?.bufferMinutes ?? 0),
    capacity: "1",
    validFrom: oneDay ? "" : today,
    validTo: "",
    recurrence: "",
    replaces: oneDay,
    lines: [{ days: oneDay ? [1] : [1, 2, 3, 4, 5], start: "", end: "", mode: "in_person" }],
  });
  const add = (oneDay: boolean) => mayChange && setOpen({ kind: "hours", template: null, oneDay });
  useKeys(
    mayChange && open === null
      ? {
          n: () => add(false),
          "alt+n": () => add(false),
          d: () => add(true),
          o: () => setOpen({ kind: "off" }),
        }
      : {},
  );
  const hints = useHints(
    mayChange
      ? [
          { keys: ["Enter"], label: t("hours.keys.edit") },
          { keys: ["E"], label: t("hours.keys.end") },
          { keys: ["Del"], label: t("hours.keys.remove") },
          { keys: ["N"], label: t("hours.keys.add") },
          { keys: ["D"], label: t("hours.keys.day") },
          { keys: ["O"], label: t("hours.keys.off") },
        ]
      : [{ keys: ["↑"], to: ["↓"], label: t("keys.move") }],
  );
  useRowFocus(all.data !== undefined && outlook.data !== undefined);
  const close = () => {
    setOpen(null);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus());
  };
  if (all.error) return <FailedState error={all.error} retry={() => void all.refetch()} />;
  const templateRow = (template: AvailabilityTemplate, at: number) => {
    const repeat = repeatOf(repeats, template.recurrence);
    const edit = () => setOpen({ kind: "hours", template, oneDay: lastsOneDay(template) });
    return (
      <Row
        key={template.id}
        id={template.id}
        first={at === 0}
        selected={selected === template.id}
        onSelect={() => setSelected(template.id)}
        keys={
          mayChange
            ? {
                enter: edit,
                e: () => setEnding({ template, end: true }),
                delete: () => setEnding({ template, end: false }),
              }
            : {}
        }
        cells={[
          <b key="when">{lastsOneDay(template) ? date(template.validFrom) : t(`hours.repeats.${repeat}`)}</b>,
          <span key="times" className={`num ${styles.wrap}`} title={words.times(template)}>
            {words.times(template)}
          </span>,
          <span key="visits" className="num">
            {words.visits(template)}
          </span>,
          lastsOneDay(template)
            ? t(template.replaces ? "hours.instead" : "hours.extra")
            : words.validity(template),
          mayChange && (
            <Button key="edit" look="chip" tabIndex={-1} onClick={edit}>
              {t("hours.keys.edit")}
            </Button>
          ),
        ]}
      />
    );
  };
  return (
    <>
      <div className={styles.main} {...hints}>
        {!all.data || !outlook.data ? (
          <SkeletonRows rows={8} />
        ) : (
          <>
            {cancel.error && <ErrorBanner error={cancel.error} />}
            <WeekGrid templates={templates} chosen={selected} />
            {mayChange && (
              <div className={styles.adds}>
                <Button
                  size="sm"
                  keys="N"
                  icon={<IconPlus size={16} aria-hidden />}
                  onClick={() => add(false)}
                >
                  {t("hours.addHours")}
                </Button>
                <Button size="sm" keys="D" onClick={() => add(true)}>
                  {t("hours.addDay")}
                </Button>
                <Button size="sm" keys="O" onClick={() => setOpen({ kind: "off" })}>
                  {t("hours.addOff")}
                </Button>
              </div>
            )}
            <RowGrid
              label={t("hours.of", { name: doctor.name })}
              template="minmax(120px, 0.9fr) minmax(0, 2fr) minmax(0, 1fr) minmax(0, 1.1fr) 64px"
              columns={(["when", "times", "visits", "holds"] as const)
                .map((name) => ({ label: t(`hours.columns.${name}`), hidden: false }))
                .concat([{ label: t("hours.columns.action"), hidden: true }])}
            >
              <RowBand span={5} title={t("hours.weekly")} count={weekly.length} empty={t("hours.noHours")}>
                {weekly.map(templateRow)}
              </RowBand>
              <RowBand span={5} title={t("hours.singleDays")} count={days.length}>
                {days.map((template) => templateRow(template, weekly.length === 0 ? 0 : 1))}
              </RowBand>
              <RowBand span={5} title={t("hours.timeOff")} count={off.data?.length ?? 0}>
                {(off.data ?? []).map((entry) => {
                  const take = () => {
                    if (mayChange && !cancel.isPending) cancel.mutate([entry.id]);
                  };
                  return (
                    <Row
                      key={entry.id}
                      id={entry.id}
                      first={weekly.length + days.length === 0}
                      selected={selected === entry.id}
                      onSelect={() => setSelected(entry.id)}
                      keys={{ delete: take }}
                      cells={[
                        <b key="kind">{t(`hours.kinds.${entry.kind}`)}</b>,
                        <span key="span" className="num">
                          {words.span(entry)}
                        </span>,
                        entry.reason,
                        words.again(entry),
                        mayChange && (
                          <Button key="cancel" look="chip" tabIndex={-1} onClick={take}>
                            {t("hours.takeBack")}
                          </Button>
                        ),
                      ]}
                    />
                  );
                })}
              </RowBand>
            </RowGrid>
            <FreeStrip days={outlook.data.days} />
          </>
        )}
      </div>
      {open?.kind === "hours" && (
        <HoursPanel
          key={open.template?.id ?? String(open.oneDay)}
          id={open.template?.id ?? null}
          initial={open.template ? formOf(open.template) : fresh(open.oneDay)}
          oneDay={open.oneDay}
          onClose={close}
        />
      )}
      {open?.kind === "off" && (
        <TimeOffPanel
          doctor={{ id: doctor.providerId, name: doctor.name }}
          clinicId={clinic.id}
          onClose={close}
        />
      )}
      {ending && <EndDialog {...ending} onClose={() => setEnding(null)} />}
    </>
  );
}
