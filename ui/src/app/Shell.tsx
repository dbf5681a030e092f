import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, forgetRecords, useCommand, type PatientHit } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { KeyLine } from "../kit/KeyLine";
import { undoLast, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { ChartView } from "../consultations/ChartView";
import { openBooking, useRegistering } from "../calendar/panel";
import { syncNow } from "../sync/run";
import { OffersBanner } from "../waitlist/OffersBanner";
import { addingKey } from "../waitlist/WaitlistScreen";
import { focusList, useDeskPanel } from "./desk-panel";
import { KeysDialog } from "./KeysDialog";
import { isOf, onRail, Rail, useScreens } from "./Rail";
import { TopBar } from "./TopBar";
import styles from "./Shell.module.css";

export function Shell() {
  const { may, clinic } = useHere();
  const navigate = useNavigate();
  const screens = useScreens();
  const [, setPanel] = useDeskPanel();
  const [, setChart] = useMemory<PatientHit | null>("chart:patient", null);
  const [, setRegistering] = useRegistering();
  const [, setAdding] = useMemory<PatientHit | null>(addingKey, null);
  const [keysShown, setKeysShown] = useState(false);
  // At once: not only when the next question is refused, while the records still stand there.
  const lock = useCommand(api.lockScreen, forgetRecords);

  const path = useLocation({ select: (location) => location.pathname });
  const allowed = screens.some(({ to }) => isOf(to, path));
  useEffect(() => {
    if (!allowed) void navigate({ to: "/" });
  }, [allowed, navigate]);
  const toDesk = (open: () => void) => {
    open();
    void navigate({ to: "/" });
  };
  const digits = Object.fromEntries(
    onRail(screens).map(({ to }, index) => [`alt+${index + 1}`, () => void navigate({ to })]),
  );
  useKeys({
    ...digits,
    "ctrl+z": undoLast,
    "?": () => setKeysShown(true),
    "alt+n": () => {
      if (!may("book_appointment")) return false;
      openBooking(clinic.id, {});
      void navigate({ to: "/calendar" });
      return true;
    },
    "alt+w": () => {
      if (!screens.some(({ to }) => to === "/waitlist")) return false;
      void navigate({ to: "/waitlist" });
      return true;
    },
    "alt+l": () => lock.mutate([]),
    "alt+shift+s": () => {
      if (!may("sync")) return false;
      void navigate({ to: "/sync" });
      void syncNow();
      return true;
    },
  });
  return (
    <div className={styles.app}>
      <Rail screens={screens} />
      <TopBar
        onChoose={(hit) => {
          if (may("book_appointment") && path === "/calendar") openBooking(clinic.id, { patient: hit });
          else if (path === "/waitlist" && may("book_appointment")) setAdding(hit);
          else if (may("book_appointment")) toDesk(() => setPanel({ kind: "walkIn", patient: hit }));
          else if (may("view_clinical")) setChart(hit);
        }}
        onOpen={
          may("edit_patient")
            ? (hit) => void navigate({ to: "/patients/$id", params: { id: hit.id } })
            : undefined
        }
        onRegister={
          !may("register_patient")
            ? undefined
            : path === "/calendar"
              ? setRegistering
              : (typed) => toDesk(() => setPanel({ kind: "register", typed }))
        }
        onDownFromEmpty={focusList}
        onLock={() => lock.mutate([])}
      />
      <div className={styles.notice}>
        {path !== "/waitlist" && <OffersBanner onOpen={() => void navigate({ to: "/waitlist" })} />}
      </div>
      <main className={styles.work}>
        {lock.error && <ErrorBanner error={lock.error} />}
        {allowed && <Outlet />}
      </main>
      <KeyLine onAllKeys={() => setKeysShown(true)} />
      <ChartDialog />
      {keysShown && <KeysDialog screens={screens} onClose={() => setKeysShown(false)} />}
    </div>
  );
}

function ChartDialog() {
  const [patient, setPatient] = useMemory<PatientHit | null>("chart:patient", null);
  if (!patient) return null;
  return <ChartView patient={patient} onClose={() => setPatient(null)} />;
}
