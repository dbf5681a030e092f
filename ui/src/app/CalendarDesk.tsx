import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { CalendarScreen } from "../calendar/CalendarScreen";
import { openBooking, useRegistering } from "../calendar/panel";
import { useHere } from "../kit/clinic";
import { RegisterPanel } from "../patients/RegisterPanel";
import { focusSearch } from "./desk-panel";

/** The calendar with its docked panel: the search box above finds whom an appointment is for. */
export function CalendarDesk() {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const navigate = useNavigate();
  const [registering, setRegistering] = useRegistering();
  return (
    <CalendarScreen
      onFindPatient={focusSearch}
      onDecide={() => void navigate({ to: "/conflicts" })}
      aside={
        registering === null ? null : (
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
