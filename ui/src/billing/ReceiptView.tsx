import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Payment, ReceiptPaper } from "../api";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { DocumentPreview } from "../kit/DocumentPreview";
import { ChoiceField } from "../kit/Field";
import { useMemory } from "../kit/memory";
import styles from "./billing.module.css";

const papers: ReceiptPaper[] = ["roll80", "a4"];

function Receipt({
  payment,
  inDialog,
  maxHeight,
}: {
  payment: Payment;
  inDialog: boolean;
  maxHeight: string;
}) {
  const { t } = useTranslation();
  const [paper, setPaper] = useMemory<ReceiptPaper>("receipt:paper", "roll80");
  const wide = inDialog && paper === "a4";
  return (
    <>
      <ChoiceField
        label={t("pay.paper")}
        choices={papers.map((value) => ({ value, label: t(value === "roll80" ? "pay.roll" : "pay.sheet") }))}
        value={paper}
        onValue={setPaper}
      />
      <DocumentPreview
        key={paper}
        document={{ kind: "receipt", id: payment.id, paper }}
        width={wide ? 460 : 270}
        maxHeight={maxHeight}
        inDialog={inDialog}
      />
    </>
  );
}

/** After the money was taken: the paper for it. */
export function ReceiptView(props: { payment: Payment; onDone: () => void; onMore: () => void }) {
  const { payment, onDone, onMore } = props;
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  // On the paper and not on a button: a second Ctrl Enter, meant for the form that is gone, does nothing there.
  useEffect(() => body.current?.querySelector<HTMLElement>('[role="group"]')?.focus(), [payment.id]);
  return (
    <>
      <div className={styles.body} ref={body}>
        <Receipt payment={payment} inDialog={false} maxHeight="calc(100vh - 500px)" />
      </div>
      <div className={styles.foot}>
        <Button onClick={onMore}>{t("pay.again")}</Button>
        <Button look="main" size="lg" keys="Esc" onClick={onDone} data-testid="payment-done">
          {t("pay.done")}
        </Button>
      </div>
    </>
  );
}

export function ReceiptDialog({ payment, onClose }: { payment: Payment; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("pay.receiptOf", { number: payment.receiptNumber })} onClose={onClose} size={560}>
      <div className={styles.dialogBody}>
        <Receipt payment={payment} inDialog maxHeight="calc(100vh - 340px)" />
      </div>
    </Dialog>
  );
}
