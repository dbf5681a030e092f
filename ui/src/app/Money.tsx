import { useEffect } from "react";
import { MoneyScreen } from "../billing/MoneyScreen";
import { PaymentPanel, type PaymentOf } from "../billing/PaymentPanel";
import { useMemory } from "../kit/memory";

/** The screen of money, with a payment docked where the till stands. */
export function Money() {
  const [of, setOf] = useMemory<PaymentOf | null>("money:panel", null);
  useEffect(() => () => setOf(null), [setOf]);
  return (
    <MoneyScreen
      panel={of && <PaymentPanel key={of.invoiceId} of={of} onClose={() => setOf(null)} />}
      onPay={({ invoice }) =>
        setOf({
          patientId: invoice.patientId,
          patientName: invoice.patientName,
          appointmentId: invoice.appointmentId,
          invoiceId: invoice.id,
        })
      }
    />
  );
}
