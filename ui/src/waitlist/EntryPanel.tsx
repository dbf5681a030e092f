import { IconCalendarPlus, IconPhone } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { CommandError, WaitlistEntry, WaitlistOffer } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { dateOf } from "../kit/time";
import { useWaitlistWords } from "./words";
import styles from "./waitlist.module.css";

type Props = {
  entry: WaitlistEntry;
  offer: WaitlistOffer | undefined;
  may: boolean;
  busy: boolean;
  error: CommandError | null;
  onAct: (to: "book" | "offered" | "decline", offer: WaitlistOffer) => void;
  onRemove: () => void;
};

/** Whom to call, what they wish, and the time that is free for them. */
export function EntryPanel({ entry, offer, may, busy, error, onAct, onRemove }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const words = useWaitlistWords();
  const open = entry.status === "waiting" || entry.status === "offered";
  return (
    <aside className={styles.side} aria-label={entry.patientName}>
      <h2>
        <bdi>{entry.patientName}</bdi>
      </h2>
      <p className={`${styles.phone} num`}>
        <IconPhone size={16} aria-hidden />
        <span dir="ltr">{entry.patientPhone ?? t("patient.noPhone")}</span>
      </p>
      <p className="num">{words.wish(entry)}</p>
      <p>{words.what(entry)}</p>
      {entry.note && <p>{entry.note}</p>}
      <p className={styles.quiet}>
        {words.state(entry)} · {t("waitlist.since", { day: dateOf(entry.createdAt, tz) })}
      </p>
      {offer && (
        <div className={styles.offer}>
          <h3>{t("waitlist.free")}</h3>
          <b className="num">{words.when(offer.slot.start)}</b>
          <span>
            <bdi>{offer.slot.providerName}</bdi>
          </span>
        </div>
      )}
      {open && !offer && <p className={styles.quiet}>{t("waitlist.nothing")}</p>}
      <ErrorBanner error={error} />
      {may && offer && (
        <>
          <Button
            look="main"
            size="lg"
            keys="Enter"
            busy={busy}
            icon={<IconCalendarPlus size={20} stroke={1.75} aria-hidden />}
            data-testid="waitlist-book"
            onClick={() => onAct("book", offer)}
          >
            {t("waitlist.book")}
          </Button>
          <Button keys="O" disabled={entry.offer === "open"} onClick={() => onAct("offered", offer)}>
            {t("waitlist.offered")}
          </Button>
          <Button keys="D" onClick={() => onAct("decline", offer)}>
            {t("waitlist.decline")}
          </Button>
        </>
      )}
      {may && open && (
        <Button look="quiet" keys="Del" onClick={onRemove}>
          {t("waitlist.remove")}
        </Button>
      )}
    </aside>
  );
}
