import { IconLock, IconRepeat } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  useChecks,
  type DraftItem,
  type ItemCheck,
  type LocalDate,
  type PrescriptionDraft,
  type PrescriptionSummary,
  type Visit,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { tellAction, useKeys } from "../kit/keys";
import { forget, useMemory } from "../kit/memory";
import { clock, useSettled } from "../kit/time";
import { RecordMark } from "../kit/Whereabouts";
import type { useAutosave } from "../kit/useAutosave";
import { AfterFields } from "./AfterFields";
import { IssueDialog } from "./IssueDialog";
import { ItemForm } from "./ItemForm";
import { ItemRow } from "./ItemRow";
import { QuickLine } from "./QuickLine";
import styles from "./Prescription.module.css";

export type Draft = Omit<PrescriptionDraft, "savedAt">;
type Props = {
  consultationId: string;
  draft: Draft;
  onDraft: (next: Draft | ((now: Draft) => Draft)) => void;
  saved: ReturnType<typeof useAutosave>;
  today: LocalDate;
  visits: Visit[];
  issuedHere: PrescriptionSummary[];
  onShow: (prescription: PrescriptionSummary) => void;
  onIssued: (prescription: PrescriptionSummary) => void;
};
type Editing = { index: number; item: DraftItem; missing: string[] } | null;

export function Prescription({
  consultationId,
  draft,
  onDraft,
  saved,
  today,
  visits,
  issuedHere,
  onShow,
  onIssued,
}: Props) {
  const { t } = useTranslation();
  const { tz, may } = useHere();
  const [editing, keepEditing] = useMemory<Editing>(`consult:${consultationId}:editing`, null);
  const setEditing = (next: Editing) => {
    forget("consult:item:");
    keepEditing(next);
  };
  const [line, setLine] = useMemory(`consult:${consultationId}:line`, "");
  const [issuing, setIssuing] = useState(false);
  const whole = { ...draft, savedAt: null };
  const settled = useSettled(whole, 150);
  const checked = useChecks(consultationId, settled);
  const fresh = JSON.stringify(settled.items) === JSON.stringify(draft.items);
  const results: (ItemCheck | undefined)[] =
    fresh && checked.data ? [...checked.data].sort((a, b) => a.position - b.position) : [];
  const stops = draft.items.map(
    (item, index) => results[index]?.state === "stop" && item.overrideReason.trim() === "",
  );

  const setItems = (change: (items: DraftItem[]) => DraftItem[]) =>
    onDraft((now) => ({ ...now, items: change(now.items) }));
  const put = (index: number, item: DraftItem) => {
    setItems((items) =>
      index < items.length ? items.map((one, at) => (at === index ? item : one)) : [...items, item],
    );
    setEditing(null);
  };
  const remove = (index: number) => {
    const gone = draft.items[index];
    setItems((items) => items.filter((_, at) => at !== index));
    if (gone)
      tellAction({
        text: t("rx.removed", { medicine: gone.medicine }),
        undo: () => {
          setItems((items) => items.toSpliced(index, 0, gone));
          tellAction(null);
        },
      });
  };
  const last = [...visits]
    .sort((a, b) => b.on.localeCompare(a.on))
    .flatMap((visit) => visit.prescriptions)
    .at(0);
  const repeat = () => {
    if (!last) return false;
    const copies = last.items.map((item) => ({
      line: "",
      medicine: item.medicine,
      strength: item.strength,
      form: item.form,
      dose: item.dose,
      frequency: item.frequency,
      route: item.route,
      durationDays: item.durationDays,
      quantity: item.quantity,
      instructions: item.instructions,
      overrideReason: "",
    }));
    setItems((items) => [...items, ...copies]);
    tellAction({ text: t("rx.repeated", { count: copies.length, number: last.number }) });
    return true;
  };

  const why = !may("issue_prescription")
    ? t("rx.why.notAllowed")
    : draft.items.length === 0
      ? t("rx.why.empty")
      : editing
        ? t("rx.why.editing")
        : line.trim() !== ""
          ? t("rx.why.line")
          : stops.some(Boolean)
            ? t("rx.why.stop")
            : checked.error
              ? t("rx.why.checkFailed")
              : !fresh || checked.isPending
                ? t("rx.why.checking")
                : null;
  const ask = () => {
    if (why === null) setIssuing(true);
    else document.querySelector<HTMLElement>('[data-stop="true"] button')?.focus();
  };
  useKeys({ "alt+r": repeat, "ctrl+enter": ask });

  return (
    <>
      <div className={styles.head}>
        <h2>{t("rx.title")}</h2>
        <span className={styles.draft} role="status">
          {draft.items.length > 0 &&
            (saved.dirty
              ? t("rx.draftSaving")
              : saved.at
                ? t("rx.draftSaved", { time: clock(new Date(saved.at), tz) })
                : t("rx.draft"))}
        </span>
        {issuedHere.map((one) => (
          <button type="button" key={one.id} className={styles.issued} onClick={() => onShow(one)}>
            {t("rx.issuedAt", { number: one.number, time: clock(one.issuedAt, tz) })}
            <RecordMark id={one.id} />
          </button>
        ))}
        <span className={styles.fill} />
        <Button
          size="sm"
          look="quiet"
          keys="Alt R"
          icon={<IconRepeat size={16} aria-hidden />}
          disabled={!last}
          onClick={repeat}
        >
          {t("rx.repeat")}
        </Button>
      </div>
      <div className={styles.scroll}>
        {(saved.error ?? checked.error) && <ErrorBanner error={saved.error ?? checked.error} />}
        <ol className={styles.items} aria-label={t("rx.items")}>
          {draft.items.map((item, index) =>
            editing?.index === index ? (
              <ItemForm
                key={index}
                at={index}
                start={editing}
                onSave={(next) => put(index, next)}
                onClose={() => setEditing(null)}
              />
            ) : (
              <ItemRow
                key={index}
                at={index}
                item={item}
                check={results[index]}
                checking={!fresh || checked.isPending}
                onEdit={() => setEditing({ index, item, missing: [] })}
                onRemove={() => remove(index)}
                onOverride={(overrideReason) => put(index, { ...item, overrideReason })}
                firstStop={stops.indexOf(true) === index}
              />
            ),
          )}
          {editing?.index === draft.items.length ? (
            <ItemForm
              at={editing.index}
              start={editing}
              onSave={(item) => {
                put(editing.index, item);
                setLine("");
              }}
              onClose={() => setEditing(null)}
            />
          ) : (
            <QuickLine
              at={draft.items.length}
              line={line}
              onLine={setLine}
              onAdd={(item) => setItems((items) => [...items, item])}
              onIncomplete={(item, missing) => setEditing({ index: draft.items.length, item, missing })}
            />
          )}
        </ol>
        <AfterFields draft={draft} onDraft={onDraft} today={today} />
      </div>
      <div className={styles.foot}>
        <span className={styles.hint}>{t("rx.printsAfter")}</span>
        <span className={styles.fill} />
        {why && (
          <span className={styles.why}>
            <IconLock size={16} aria-hidden />
            {why}
          </span>
        )}
        <Button
          look={why === null ? "main" : "default"}
          size="lg"
          keys="Ctrl Enter"
          disabled={why !== null}
          data-testid="issue-prescription"
          onClick={ask}
        >
          {t("rx.issue")}
        </Button>
      </div>
      {issuing && (
        <IssueDialog
          consultationId={consultationId}
          draft={whole}
          onClose={() => setIssuing(false)}
          onIssued={(prescription) => {
            setIssuing(false);
            onDraft({ items: [], advice: "", followUpOn: "" });
            tellAction({ text: t("rx.told", { number: prescription.number }) });
            onIssued(prescription);
          }}
        />
      )}
    </>
  );
}
