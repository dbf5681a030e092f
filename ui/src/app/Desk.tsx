import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { PaymentPanel } from "../billing/PaymentPanel";
import { useHere } from "../kit/clinic";
import { RegisterPanel } from "../patients/RegisterPanel";
import { IssuedPanel } from "../scheduling/IssuedPanel";
import { TodayScreen } from "../scheduling/TodayScreen";
import { WalkInPanel } from "../scheduling/WalkInPanel";
import { focusList, focusSearch, useDeskPanel } from "./desk-panel";

/** Today with its docked panel: the search opens it, Esc gives the focus back. */
export function Desk() {
  const { t } = useTranslation();
  const { may } = useHere();
  const [panel, setPanel] = useDeskPanel();
  const close = () => {
    setPanel(null);
    requestAnimationFrame(focusList);
  };
  const startsWithSearch = may("book_appointment") && panel === null;
  useEffect(() => {
    if (startsWithSearch && document.activeElement === document.body) focusSearch();
    // Only when the screen opens: closing a panel gives the focus to the list.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return (
    <>
      <TodayScreen />
      {panel?.kind === "walkIn" && (
        <WalkInPanel
          key={panel.patient.id}
          patient={panel.patient}
          onIssued={(ticket) => setPanel({ kind: "issued", ticket })}
          onClose={close}
        />
      )}
      {panel?.kind === "register" && (
        <RegisterPanel
          key={panel.typed}
          typed={panel.typed}
          saveLabel={t("register.save")}
          onDone={(patient) => setPanel({ kind: "walkIn", patient })}
          onClose={close}
        />
      )}
      {panel?.kind === "payment" && (
        <PaymentPanel key={panel.of.appointmentId} of={panel.of} onClose={close} />
      )}
      {panel?.kind === "issued" && (
        <IssuedPanel
          key={panel.ticket.id}
          ticket={panel.ticket}
          onNext={() => {
            setPanel(null);
            focusSearch();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
