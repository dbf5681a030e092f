import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type InvoiceId, type Patient, type PatientHit } from "../api";
import { PatientMoney } from "../billing/PatientMoney";
import { PaymentPanel } from "../billing/PaymentPanel";
import { useHere } from "../kit/clinic";
import { useMemory } from "../kit/memory";
import { EditPanel } from "../patients/EditPanel";
import { EraseDialog } from "../patients/EraseDialog";
import { LinkPanel } from "../patients/LinkPanel";
import { PatientPage, type PageAction } from "../patients/PatientPage";
import { PatientsScreen } from "../patients/PatientsScreen";
import { RegisterPanel } from "../patients/RegisterPanel";
import { WishesPanel } from "../patients/WishesPanel";
import { useDeskPanel } from "./desk-panel";

/** What is docked at the right of a patient's page, and whose page that is. */
type PagePanel = { of: string; patient: Patient; kind: Exclude<PageAction, "walkIn">; invoiceId?: InvoiceId };
const usePagePanel = () => useMemory<PagePanel | null>("patient:panel", null);
/** Set where the second step of registering is to follow. */
const useAskWishes = () => useMemory<string | null>("patient:wishes", null);

export function Patients() {
  const { t } = useTranslation();
  const { may } = useHere();
  const navigate = useNavigate();
  const [registering, setRegistering] = useMemory<string | null>("patients:register", null);
  const [, askWishes] = useAskWishes();
  const open = (hit: PatientHit) => void navigate({ to: "/patients/$id", params: { id: hit.id } });
  return (
    <>
      <PatientsScreen
        onOpen={open}
        onRegister={may("register_patient") ? setRegistering : undefined}
        onRetry={() => void refresh(["search"])}
      />
      {registering !== null && (
        <RegisterPanel
          key={registering}
          typed={registering}
          saveLabel={t("register.saveOnly")}
          onDone={(patient) => {
            setRegistering(null);
            askWishes(patient.id);
            open(patient);
          }}
          onClose={() => setRegistering(null)}
        />
      )}
    </>
  );
}

export function PatientRecord() {
  const { id } = useParams({ from: "/patients/$id" });
  return <Record key={id} id={id} />;
}

function Record({ id }: { id: string }) {
  const { t } = useTranslation();
  const { may } = useHere();
  const navigate = useNavigate();
  const [docked, setDocked] = usePagePanel();
  const [asked, askWishes] = useAskWishes();
  const [, setDesk] = useDeskPanel();
  const [erasing, setErasing] = useState<Patient | null>(null);
  const panel = docked?.of === id ? docked : null;
  const close = () => setDocked(null);
  const openPage = (patient: string) => {
    close();
    void navigate({ to: "/patients/$id", params: { id: patient } });
  };
  const toDesk = async (patient: Patient) => {
    // The desk works with the line of the list, which knows the number with which somebody waits.
    const hit = (await api.searchPatients(patient.recordNumber)).find((one) => one.id === patient.id);
    if (!hit) return;
    setDesk({ kind: "walkIn", patient: hit });
    void navigate({ to: "/" });
  };
  const wishesFirst = asked === id;
  useEffect(() => {
    if (!wishesFirst) return;
    askWishes(null);
    void api.patient(id).then((patient) => setDocked({ of: id, patient, kind: "wishes" }));
  }, [wishesFirst, id, askWishes, setDocked]);

  const actions: PageAction[] = [
    ...(may("edit_patient") ? (["edit", "link", "wishes"] as const) : []),
    ...(may("register_patient") ? (["dependant"] as const) : []),
    ...(may("take_payment") ? (["payment"] as const) : []),
    ...(may("book_appointment") ? (["walkIn"] as const) : []),
  ];
  return (
    <>
      <PatientPage
        id={id}
        actions={actions}
        onAction={(kind, patient) =>
          kind === "walkIn" ? void toDesk(patient) : setDocked({ of: id, patient, kind })
        }
        onOpen={openPage}
        onErase={may("erase_patient") ? setErasing : undefined}
        onBack={() => void navigate({ to: "/patients" })}
        money={
          may("view_billing") && (
            <PatientMoney
              id={id}
              onPay={(invoiceId) =>
                void api
                  .patient(id)
                  .then((patient) => setDocked({ of: id, patient, kind: "payment", invoiceId }))
              }
            />
          )
        }
        panel={
          panel?.kind === "edit" ? (
            <EditPanel patient={panel.patient} onClose={close} />
          ) : panel?.kind === "wishes" ? (
            <WishesPanel id={id} onClose={close} />
          ) : panel?.kind === "link" ? (
            <LinkPanel patient={panel.patient} onClose={close} />
          ) : panel?.kind === "dependant" ? (
            <RegisterPanel
              typed=""
              of={panel.patient}
              saveLabel={t("register.saveOnly")}
              onDone={(patient) => openPage(patient.id)}
              onClose={close}
            />
          ) : panel?.kind === "payment" ? (
            <PaymentPanel
              key={panel.invoiceId}
              of={{
                patientId: id,
                patientName: panel.patient.fullName,
                appointmentId: null,
                invoiceId: panel.invoiceId,
              }}
              onClose={close}
            />
          ) : null
        }
      />
      {erasing && (
        <EraseDialog
          patient={erasing}
          onClose={() => setErasing(null)}
          onErased={() => void navigate({ to: "/patients" })}
        />
      )}
    </>
  );
}
