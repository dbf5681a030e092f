import { IconHourglassEmpty } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useWaitlistOffers } from "../api";
import { useHere } from "../kit/clinic";
import { Keys } from "../kit/Kbd";
import styles from "./waitlist.module.css";

/** A quiet line over the work: a time is free for somebody who waits. Nothing waits for an answer. */
export function OffersBanner({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  const { clinic, may } = useHere();
  const offers = useWaitlistOffers(clinic.id, may("book_appointment") && may("view_schedule"));
  const fresh = (offers.data ?? []).filter(({ entry }) => entry.offer !== "open");
  if (fresh.length === 0) return null;
  return (
    <button type="button" className={styles.banner} onClick={onOpen} data-testid="waitlist-banner">
      <IconHourglassEmpty size={16} aria-hidden />
      {t("waitlist.offersCount", { count: fresh.length })}
      <Keys of="Alt W" />
    </button>
  );
}
