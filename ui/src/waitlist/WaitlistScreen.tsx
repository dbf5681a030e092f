import { IconHourglassEmpty, IconUserPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  refresh,
  useCommand,
  useWaitlist,
  useWaitlistOffers,
  type PatientHit,
  type WaitlistEntry,
  type WaitlistOffer,
} from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { Row, RowBand, RowGrid, useRowFocus } from "../kit/RowGrid";
import { AddPanel } from "./AddPanel";
import { EntryPanel } from "./EntryPanel";
import { useWaitlistWords } from "./words";
import styles from "./waitlist.module.css";

export const addingKey = "waitlist:patient";

/** Who would come if a time were free; a time that is free stands beside the name, and one key books it. */
export function WaitlistScreen({ onFind }: { onFind: () => void }) {
  const { t } = useTranslation();
  const { clinic, may } = useHere();
  const words = useWaitlistWords();
  const offers = useWaitlistOffers(clinic.id);
  const [closedToo, setClosedToo] = useState(false);
  const list = useWaitlist(clinic.id, !closedToo);
  const [adding, setAdding] = useMemory<PatientHit | null>(addingKey, null);
  const [chosen, setChosen] = useState<string | null>(null);
  const mayBook = may("book_appointment");

  const again = () => {
    void refresh(["waitlist"], ["hours"], ["today"], ["search"]);
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus());
  };
  const book = useCommand(api.bookWaiting, again);
  const offer = useCommand(api.offerWaiting, again);
  const decline = useCommand(api.declineOffer, again);
  const remove = useCommand(api.cancelWaiting, again);
  const commands = [book, offer, decline, remove];
  const busy = commands.some((command) => command.isPending);
  const error = commands.find((command) => command.error)?.error ?? null;
  const act = (to: "book" | "offered" | "decline", { entry, slot }: WaitlistOffer) => {
    if (busy || !mayBook) return;
    const when = words.when(slot.start);
    const name = entry.patientName;
    if (to === "book")
      book.mutate([entry.id, { start: slot.start, providerId: slot.providerId, channel: "phone" }], {
        onSuccess: () =>
          tellAction({ text: t("waitlist.booked", { name, when, doctor: slot.providerName }) }),
      });
    else if (to === "offered")
      offer.mutate([entry.id, slot.start], {
        onSuccess: () => tellAction({ text: t("waitlist.offeredTold", { name, when }) }),
      });
    else
      decline.mutate([entry.id, slot.start], {
        onSuccess: () => tellAction({ text: t("waitlist.declinedTold", { name, when }) }),
      });
  };
  const takeOff = (entry: WaitlistEntry) => {
    if (!busy && mayBook)
      remove.mutate([entry.id], {
        onSuccess: () => tellAction({ text: t("waitlist.removed", { name: entry.patientName }) }),
      });
  };

  const free = offers.data ?? [];
  const offered = new Set(free.map(({ entry }) => entry.id));
  const all = (list.data?.items ?? []).filter(({ id }) => !offered.has(id));
  const open = all.filter(({ status }) => status === "waiting" || status === "offered");
  const closed = all.filter((entry) => !open.includes(entry));
  const shown = [...free.map(({ entry }) => entry), ...open, ...closed];
  const entry = shown.find(({ id }) => id === chosen) ?? shown[0];
  const current = free.find((found) => found.entry.id === entry?.id);
  useKeys({
    ...(mayBook && adding === null ? { n: onFind, "alt+n": onFind } : {}),
  });
  const order = `${free.length} ${open.length} ${closed.length}`;
  useRowFocus(list.data !== undefined && offers.data !== undefined && adding === null, order);
  const hints = useHints([
    ...(mayBook
      ? [
          { keys: ["Enter"], label: t("waitlist.keys.book") },
          { keys: ["O"], label: t("waitlist.keys.offered") },
          { keys: ["D"], label: t("waitlist.keys.decline") },
          { keys: ["Del"], label: t("waitlist.keys.remove") },
          { keys: ["N"], label: t("waitlist.keys.add") },
        ]
      : [{ keys: ["↑"], to: ["↓"], label: t("keys.move") }]),
  ]);
  const row = (of: WaitlistEntry, found?: WaitlistOffer) => (
    <Row
      key={of.id}
      id={of.id}
      first={of === entry}
      selected={of.id === entry?.id}
      onSelect={() => setChosen(of.id)}
      keys={{
        ...(found
          ? {
              enter: () => act("book", found),
              o: () => act("offered", found),
              d: () => act("decline", found),
            }
          : {}),
        delete: () => takeOff(of),
      }}
      cells={[
        <b key="who">
          <bdi>{of.patientName}</bdi>
        </b>,
        <span key="phone" className="num" dir="ltr">
          {of.patientPhone ?? t("patient.noPhone")}
        </span>,
        <span key="wish" className="num">
          {words.wish(of)}
        </span>,
        <span key="for">{words.what(of)}</span>,
        found ? (
          <span key="time" className={`${styles.free} num`}>
            {words.when(found.slot.start)}
          </span>
        ) : (
          <span key="state">{words.state(of)}</span>
        ),
        found && mayBook && (
          <Button key="book" look="chip" tabIndex={-1} onClick={() => act("book", found)}>
            {t("waitlist.book")}
          </Button>
        ),
      ]}
    />
  );
  const failed = offers.error ?? list.error;
  return (
    <>
      <section className={styles.screen} {...hints}>
        <div className={styles.head}>
          <h1>{t("waitlist.title")}</h1>
          <span className={styles.quiet}>
            {list.data && t("waitlist.count", { count: free.length + open.length })}
          </span>
          <span className={styles.fill} />
          <Button size="sm" look="quiet" onClick={() => setClosedToo((now) => !now)}>
            {t(closedToo ? "waitlist.hideClosed" : "waitlist.showClosed")}
          </Button>
          {mayBook && (
            <Button size="sm" keys="N" icon={<IconUserPlus size={16} aria-hidden />} onClick={onFind}>
              {t("waitlist.add")}
            </Button>
          )}
        </div>
        {failed ? (
          <FailedState error={failed} retry={() => void refresh(["waitlist"])} />
        ) : !list.data || !offers.data ? (
          <SkeletonRows rows={8} />
        ) : shown.length === 0 ? (
          <EmptyState
            icon={<IconHourglassEmpty size={32} stroke={1.5} aria-hidden />}
            title={t("waitlist.empty")}
          >
            {t(mayBook ? "waitlist.emptyWhat" : "waitlist.emptyRead")}
          </EmptyState>
        ) : (
          <RowGrid
            label={t("waitlist.title")}
            template="minmax(0, 1.1fr) 128px minmax(0, 1.3fr) minmax(0, 1.1fr) minmax(0, 1.3fr) 64px"
            columns={[
              ...(["patient", "phone", "wish", "doctor", "time"] as const).map((name) => ({
                label: t(`waitlist.columns.${name}`),
              })),
              { label: t("waitlist.book"), hidden: true },
            ]}
          >
            <RowBand span={6} title={t("waitlist.free")} count={free.length} note={t("waitlist.freeNote")}>
              {free.map((found) => row(found.entry, found))}
            </RowBand>
            <RowBand span={6} title={t("waitlist.waiting")} count={open.length}>
              {open.map((of) => row(of))}
            </RowBand>
            <RowBand span={6} title={t("waitlist.closed")} count={closed.length}>
              {closed.map((of) => row(of))}
            </RowBand>
          </RowGrid>
        )}
      </section>
      {adding ? (
        <AddPanel key={adding.id} patient={adding} onClose={() => setAdding(null)} />
      ) : (
        entry && (
          <EntryPanel
            entry={entry}
            offer={current}
            may={mayBook}
            busy={busy}
            error={error}
            onAct={act}
            onRemove={() => takeOff(entry)}
          />
        )
      )}
    </>
  );
}
