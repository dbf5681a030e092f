import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { FreeSlot } from "../api";
import { useHere } from "../kit/clinic";
import { SkeletonRows } from "../kit/Empty";
import { Keys } from "../kit/Kbd";
import { commas } from "../kit/locale";
import { shortDoctor } from "../kit/person";
import { clock, dayOf, shortDay } from "../kit/time";
import styles from "./CalendarPanel.module.css";

type Props = { slots: FreeSlot[]; loading: boolean; onPick: (slot: FreeSlot) => void };

export function FreeTimeList({ slots, loading, onPick }: Props) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  if (loading) return <SkeletonRows rows={6} />;
  if (slots.length === 0)
    return (
      <div className={styles.none} role="status">
        <b>{t("calendar.free.none")}</b>
        <p>{t("calendar.free.noneWhat")}</p>
      </div>
    );
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-slot]")];
    const next = all.indexOf(document.activeElement as HTMLElement) + step;
    all[Math.max(0, Math.min(all.length - 1, next))]?.focus();
  };
  return (
    <ul className={styles.slots} aria-label={t("calendar.free.results")} onKeyDown={onKeyDown}>
      {slots.map((slot, index) => {
        const day = dayOf(slot.start, slot.timezone);
        const previous = slots[index - 1];
        const begins = !previous || dayOf(previous.start, previous.timezone) !== day;
        return (
          <li key={`${slot.slotId}${slot.start}`}>
            {begins && <h3>{shortDay(day)}</h3>}
            <button type="button" data-slot tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(slot)}>
              <VisuallyHidden>{shortDay(day)} </VisuallyHidden>
              <time>{clock(slot.start, slot.timezone)}</time>
              <span>{shortDoctor(slot.providerName)}</span>
              <span className={styles.second}>
                {commas([slot.specialization, slot.clinicId === clinic.id ? null : slot.clinicName])}
              </span>
              {index < 9 && <Keys of={String(index + 1)} />}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
