import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { usePreview, type QueueTicket } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { DocumentPreview } from "../kit/DocumentPreview";
import { useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { PrintSaid } from "../kit/PrintSaid";
import { paperIn, usePrint } from "../kit/usePrint";
import { QueueNumber } from "../kit/QueueNumber";
import { commas } from "../kit/locale";
import styles from "./WalkInPanel.module.css";

type Props = { ticket: QueueTicket; onNext: () => void; onClose: () => void };

/** The number is given; the slip goes to the printer once, and success is said only when the printer took it. */
export function IssuedPanel({ ticket, onNext, onClose }: Props) {
  const { t } = useTranslation();
  const document = { kind: "slip", id: ticket.id } as const;
  const preview = usePreview(document, paperIn());
  const print = usePrint(document);
  const next = useRef<HTMLButtonElement>(null);
  const asked = useRef<string | null>(null);
  const printer = preview.data?.printer;
  const fresh = preview.data?.printedBefore === false;
  useEffect(() => {
    if (!printer || !fresh || asked.current === ticket.id) return;
    asked.current = ticket.id;
    print.start();
  });
  useEffect(() => next.current?.focus(), [ticket.id]);
  useKeys({ escape: onClose });
  const hints = useHints([
    { keys: ["Enter"], label: t("keys.nextPatient") },
    { keys: ["Ctrl", "P"], label: t("keys.print") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);

  return (
    <Panel title={t("walkIn.given")} onClose={onClose} hints={hints}>
      <div className={styles.given}>
        <QueueNumber number={ticket.number} className={styles.big} testId="queue-number" />
        <p className={styles.who}>{commas([ticket.patientName, ticket.providerName, ticket.room])}</p>
        <PrintSaid phase={print.phase} printer={print.printer ?? printer} />
        <ErrorBanner error={print.error} />
        <DocumentPreview key={ticket.id} document={document} width={208} maxHeight="none" />
      </div>
      <div className={styles.issue}>
        <Button ref={next} look="main" size="lg" keys="Enter" onClick={onNext}>
          {t("walkIn.nextPatient")}
        </Button>
      </div>
    </Panel>
  );
}
