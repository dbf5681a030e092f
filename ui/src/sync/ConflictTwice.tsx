import { IconCopy, IconFlag, IconPhone, IconPhoneOff, IconShieldCheck } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { BookedHere, DoubleBooking, FreeTime } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { tellAction } from "../kit/keys";
import kit from "../kit/kit.module.css";
import { commas } from "../kit/locale";
import { Phone, useAgeSex } from "../kit/person";
import { clock, moment, useNow } from "../kit/time";
import type { Choice, MoveChoice } from "./choices";
import { Act, ConflictHead } from "./ConflictHead";
import type { PaneProps } from "./ConflictReading";
import { From } from "./VersionTable";
import styles from "./conflicts.module.css";

/** Puts a number on the clipboard, for whoever dials it. */
export async function copyPhone(t: TFunction, booking: BookedHere | undefined) {
  if (!booking?.phone) return;
  const { phone } = booking;
  try {
    await navigator.clipboard.writeText(phone);
    tellAction({ text: t("conflicts.twice.copied", { phone }) });
  } catch {
    // The number can be read and typed all the same.
    tellAction({ text: t("conflicts.twice.notCopied", { phone }) });
  }
}

/** Two bookings of one time: whom they are for, who holds it, and where either could go. */
export function ConflictTwice({
  conflict,
  choices,
  error,
  busy,
  onTake,
  later,
}: PaneProps & { conflict: DoubleBooking }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const now = new Date(useNow(60_000));
  const [holder, other] = conflict.bookings;
  if (!holder || !other) return null;
  const spans = [...new Set(conflict.bookings.map(({ start, end }) => span(t, tz, start, end, now)))];
  const main = choices.filter(({ key }) => key === "1" || key === "2" || key === "3");
  return (
    <>
      <ConflictHead
        title={t("conflicts.twice.title")}
        sub={commas([conflict.providerName, spans.join(" / ")])}
        icon={IconShieldCheck}
        safe={t("conflicts.twice.safe")}
      />
      <div className={styles.pair}>
        {[holder, other].map((booking) => (
          <Side
            key={booking.appointmentId}
            booking={booking}
            holds={booking === holder}
            provider={conflict.providerId}
            moves={choices.filter(
              (choice): choice is MoveChoice => choice.does === "move" && choice.booking === booking,
            )}
            busy={busy}
            onTake={onTake}
          />
        ))}
      </div>
      <ErrorBanner error={error} />
      <div className={styles.acts}>
        {main.map((choice) => (
          <Act
            key={choice.key}
            digit={choice.key}
            look={choice.key === "1" ? "main" : "default"}
            busy={busy}
            onClick={() => onTake(choice)}
          >
            {choice.does === "move"
              ? t("conflicts.twice.go", {
                  stays: choice.stays.patientName,
                  moves: choice.booking.patientName,
                  time: moment(choice.to.start, tz, now),
                })
              : t("conflicts.twice.both", { time: clock(other.start, tz) })}
          </Act>
        ))}
      </div>
      <div className={styles.acts}>
        <p className={styles.what}>{t("conflicts.twice.what")}</p>
        {later}
      </div>
    </>
  );
}

const span = (t: TFunction, tz: string, start: string, end: string, now: Date) =>
  t("conflicts.twice.span", { from: moment(start, tz, now), to: clock(end, tz) });

type SideProps = {
  booking: BookedHere;
  holds: boolean;
  provider: string;
  moves: MoveChoice[];
  busy: boolean;
  onTake: (choice: Choice) => void;
};
function Side({ booking, holds, provider, moves, busy, onTake }: SideProps) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const ageSex = useAgeSex();
  const { made } = booking;
  return (
    <section className={styles.side} aria-label={booking.patientName}>
      <From device={made.device} user={made.user} at={made.at} />
      <h3>
        <bdi>{booking.patientName}</bdi>{" "}
        <span>{commas([ageSex(booking.ageYears, booking.gender), booking.recordNumber])}</span>
      </h3>
      <p className={styles.t} dir="auto">
        {commas([t(`status.${booking.status}`), booking.serviceName, booking.reason, booking.clinicName])}
      </p>
      <p className={styles.t}>
        {booking.phone ? (
          <>
            <IconPhone size={16} aria-hidden />
            <span className="num">
              <Phone number={booking.phone} />
              {booking.phoneOf && <span className={styles.of}> {booking.phoneOf}</span>}
            </span>
            <Button
              look="chip"
              icon={<IconCopy size={14} aria-hidden />}
              aria-label={t("conflicts.twice.copyOf", { name: booking.patientName })}
              onClick={() => void copyPhone(t, booking)}
            >
              {t("conflicts.twice.copy")}
            </Button>
          </>
        ) : (
          <>
            <IconPhoneOff size={16} aria-hidden />
            {t("conflicts.twice.noPhone")}
          </>
        )}
      </p>
      <p className={`${styles.t} ${holds ? styles.holds : ""}`}>
        <IconFlag size={16} aria-hidden />
        {t(holds ? "conflicts.twice.holds" : "conflicts.twice.second")}
      </p>
      <p className={styles.freeHead}>
        {moves.length > 0 ? t("conflicts.twice.free") : t("conflicts.twice.noFree")}
      </p>
      <div className={styles.free}>
        {moves.map((choice) => (
          <button
            type="button"
            key={choice.key}
            className={styles.slot}
            aria-keyshortcuts={choice.key}
            aria-disabled={busy || undefined}
            onClick={() => onTake(choice)}
          >
            <kbd className={kit.kbd} aria-hidden="true">
              {choice.key}
            </kbd>
            <span className="sr">{t("conflicts.twice.moveTo", { name: booking.patientName })}</span>
            <span className="num">{moment(choice.to.start, tz)}</span>
            <span className={styles.with}>{elsewhere(choice.to, booking, provider)}</span>
          </button>
        ))}
      </div>
    </section>
  );
}

/** What is not as it was: the doctor, the site. */
const elsewhere = (to: FreeTime, booking: BookedHere, provider: string) =>
  commas([to.providerId !== provider && to.providerName, to.clinicId !== booking.clinicId && to.clinicName]);
