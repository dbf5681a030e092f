import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PaymentPanel, type PaymentOf } from "../billing/PaymentPanel";
import { CalendarScreen } from "../calendar/CalendarScreen";
import { openBooking, useCalendarPanel, useRegistering } from "../calendar/panel";
import { useHere } from "../kit/clinic";
import { useMemory } from "../kit/memory";
import { RegisterPanel } from "../patients/RegisterPanel";
import { focusSearch } from "./desk-panel";

/** The calendar with its docked panel: the search box above finds whom an appointment is for. */
export function CalendarDesk() {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const navigate = useNavigate();
  const [registering, setRegistering] = useRegistering();
  const [panel] = useCalendarPanel();
  // In the place of the visit whose money it is; whoever opens another visit meanwhile sees that one.
  const [paying, setPaying] = useMemory<PaymentOf | null>("calendar:paying", null);
  const money =
    paying && panel?.kind === "appointment" && panel.id === paying.appointmentId ? (
      <PaymentPanel key={panel.id} of={paying} onClose={() => setPaying(null)} />
    ) : null;
  return (
    <CalendarScreen
      onFindPatient={focusSearch}
      onDecide={() => void navigate({ to: "/conflicts" })}
      onPay={({ id, patientId, patientName }) => setPaying({ patientId, patientName, appointmentId: id })}
      aside={
        registering === null ? (
          money
        ) : (
          <RegisterPanel
            key={registering}
            typed={registering}
            saveLabel={t("register.saveOnly")}
            onDone={(patient) => {
              setRegistering(null);
              openBooking(clinic.id, { patient });
            }}
            onClose={() => setRegistering(null)}
          />
        )
      }
    />
  );
}
