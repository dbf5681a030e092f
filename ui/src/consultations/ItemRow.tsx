import type { TFunction } from "i18next";
import { IconAlertOctagon, IconCheck, IconHelpCircle, IconPencil, IconX } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { DraftItem, ItemCheck } from "../api";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { useKeys } from "../kit/keys";
import { commas } from "../kit/locale";
import { forget, useMemory } from "../kit/memory";
import styles from "./Prescription.module.css";

type Props = {
  at: number;
  item: DraftItem;
  check: ItemCheck | undefined;
  checking: boolean;
  firstStop: boolean;
  onEdit: () => void;
  onRemove: () => void;
  onOverride: (reason: string) => void;
};
export const howTaken = (item: Pick<DraftItem, "dose" | "frequency" | "route" | "instructions">) =>
  commas([`${item.dose} ${item.frequency}`.trim(), item.instructions]);

export function ItemRow({ at, item, check, checking, firstStop, onEdit, onRemove, onOverride }: Props) {
  const { t } = useTranslation();
  const stopped = check?.state === "stop";
  const answered = item.overrideReason.trim() !== "";
  return (
    <li className={styles.rx} data-stop={(stopped && !answered) || undefined}>
      <span className={`${styles.ix} num`}>{at + 1}</span>
      <span className={styles.medicine}>
        <b className={stopped ? styles.culprit : undefined}>
          <bdi>{item.medicine}</bdi>
        </b>{" "}
        <bdi>{item.strength}</bdi> <bdi>{item.form}</bdi>
      </span>
      <span className={styles.how}>{howTaken(item)}</span>
      <span className={`${styles.dur} num`}>
        {item.durationDays !== null && t("days", { count: item.durationDays })}
      </span>
      <span className={`${styles.tot} num`}>
        <bdi>{item.quantity}</bdi>
      </span>
      <span className={styles.check}>
        <CheckWord check={check} checking={checking} answered={answered} />
      </span>
      <span className={styles.acts}>
        <button type="button" aria-label={t("rx.edit", { medicine: item.medicine })} onClick={onEdit}>
          <IconPencil size={16} aria-hidden />
        </button>
        <button type="button" aria-label={t("rx.remove", { medicine: item.medicine })} onClick={onRemove}>
          <IconX size={16} aria-hidden />
        </button>
      </span>
      {stopped && !answered && (
        <Stop
          check={check}
          medicine={item.medicine}
          keyed={firstStop}
          onRemove={onRemove}
          onOverride={onOverride}
        />
      )}
      {stopped && answered && (
        <p className={styles.passive}>
          {causeOf(t, check, item.medicine)} <b>{t("rx.overridden", { reason: item.overrideReason })}</b>
          <Button size="sm" look="quiet" onClick={() => onOverride("")}>
            {t("rx.takeBack")}
          </Button>
        </p>
      )}
    </li>
  );
}

/** The allergy that speaks against a medicine, and by what relation. */
function causeOf(t: TFunction, { word, because }: ItemCheck, medicine: string): string {
  if (!word) return t("rx.stopFor", { medicine });
  const itself = !because || because.toLowerCase() === medicine.toLowerCase();
  return itself ? t("rx.allergySelf", { word }) : t("rx.allergyClass", { medicine, because, word });
}

function CheckWord({
  check,
  checking,
  answered,
}: {
  check: ItemCheck | undefined;
  checking: boolean;
  answered: boolean;
}) {
  const { t } = useTranslation();
  if (!check) return <span className={styles.nc}>{checking ? t("rx.checking") : ""}</span>;
  if (check.state === "clear")
    return (
      <span className={styles.ok}>
        <IconCheck size={16} aria-hidden />
        {t("rx.checked")}
      </span>
    );
  if (check.state === "not_checked")
    return (
      <span className={styles.nc}>
        <IconHelpCircle size={16} aria-hidden />
        {t("rx.notChecked")}
      </span>
    );
  return (
    <span className={answered ? styles.over : styles.stopWord}>
      <IconAlertOctagon size={16} aria-hidden />
      {answered ? t("rx.overriddenWord") : t("rx.stop")}
    </span>
  );
}

type StopProps = {
  check: ItemCheck;
  medicine: string;
  keyed: boolean;
  onRemove: () => void;
  onOverride: (reason: string) => void;
};
function Stop({ check, medicine, keyed, onRemove, onOverride }: StopProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useMemory(`consult:override:${medicine}:asking`, false);
  const [reason, setReason] = useMemory(`consult:override:${medicine}:reason`, "");
  const field = useRef<HTMLInputElement>(null);
  const cause = causeOf(t, check, medicine);
  useEffect(() => {
    if (asking) field.current?.focus();
  }, [asking]);
  useKeys(keyed ? { "alt+o": () => setAsking(true) } : {});
  const save = () => {
    if (reason.trim() === "") return;
    forget(`consult:override:${medicine}:`);
    onOverride(reason.trim());
  };
  return (
    <div className={styles.interrupt} role="alert">
      <IconAlertOctagon size={20} stroke={1.75} aria-hidden />
      <div>
        <p>
          <Because text={cause} word={check.word} />
        </p>
        <p className={styles.src}>{t("rx.stopRefuses")}</p>
        {asking ? (
          <form
            className={styles.reason}
            onSubmit={(event) => {
              event.preventDefault();
              save();
            }}
          >
            <TextField
              label={t("rx.reason")}
              name="overrideReason"
              value={reason}
              onValue={setReason}
              ref={field}
            />
            <Button type="submit" disabled={reason.trim() === ""} keys="Enter">
              {t("rx.overrideSave")}
            </Button>
            <Button look="quiet" onClick={() => setAsking(false)}>
              {t("action.back")}
            </Button>
          </form>
        ) : (
          <div className={styles.answers}>
            <Button size="sm" onClick={onRemove}>
              {t("rx.removeIt")}
            </Button>
            <span className={styles.fill} />
            <Button size="sm" look="quiet" keys={keyed ? "Alt O" : undefined} onClick={() => setAsking(true)}>
              {t("rx.override")}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** The first sentence is the cause and is said strongly; what follows explains it. */
function Because({ text, word }: { text: string; word: string | null }) {
  const end = text.indexOf(". ");
  const [first, rest] = end > 0 ? [text.slice(0, end + 1), text.slice(end + 1)] : [text, ""];
  return (
    <>
      <b data-word={word ?? undefined}>{first}</b>
      {rest}
    </>
  );
}
