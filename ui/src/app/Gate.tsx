import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useSession, useStartup, type ClinicOverview } from "../api";
import { LockScreen } from "../identity/LockScreen";
import { SignIn } from "../identity/SignIn";
import { speak } from "../i18n";
import { languageOf } from "../i18n/languages";
import { HereProvider } from "../kit/clinic";
import { Entrance } from "../kit/Entrance";
import { FailedStart } from "../start/FailedStart";
import { NeedsPassphrase } from "../start/Passphrase";
import { ShutOut } from "../start/ShutOut";
import { StartScreen } from "../start/StartScreen";
import { newRouter } from "./routes";

export function Gate() {
  const { t } = useTranslation();
  const startup = useStartup();
  const state = startup.data;
  const retry = () => void startup.refetch();
  if (startup.error)
    return <FailedStart code={startup.error.code} dataDir={null} busy={startup.isFetching} onRetry={retry} />;
  if (!state) return <Entrance title={t("opening")}>{null}</Entrance>;
  switch (state.kind) {
    case "fresh":
      return <StartScreen keyring={state.keyring} />;
    case "needsPassphrase":
      return <NeedsPassphrase />;
    case "shutOut":
      return <ShutOut notice={state.notice} />;
    case "failed":
      return (
        <FailedStart code={state.code} dataDir={state.dataDir} busy={startup.isFetching} onRetry={retry} />
      );
    case "ready":
      return <Ready overview={state.clinic} />;
  }
}

function Ready({ overview }: { overview: ClinicOverview }) {
  const [router] = useState(newRouter);
  const session = useSession();
  useLanguageOf(session.data?.userId ?? null);
  useTouch(session.data != null && !session.data.locked);
  if (session.isPending) return null;
  if (session.error)
    return (
      <FailedStart
        code={session.error.code}
        dataDir={null}
        busy={session.isFetching}
        onRetry={() => void session.refetch()}
      />
    );
  if (!session.data) return <SignIn overview={overview} />;
  // While locked nothing of the records is on the page; what was typed waits in memory.
  if (session.data.locked) return <LockScreen session={session.data} />;
  const clinic = overview.clinics.find((one) => one.id === overview.homeClinicId) ?? overview.clinics[0];
  if (!clinic)
    return (
      <FailedStart code="not_found" dataDir={null} busy={false} onRetry={() => void session.refetch()} />
    );
  return (
    <HereProvider value={{ overview, clinic, session: session.data }}>
      <RouterProvider router={router} />
    </HereProvider>
  );
}

/** Everybody reads their own language, also on a PC that several share. */
function useLanguageOf(userId: string | null) {
  useEffect(() => void speak(languageOf(userId)), [userId]);
}

/** Tells the core that someone is here, so that it does not lock under their hands. */
function useTouch(active: boolean) {
  useEffect(() => {
    if (!active) return;
    let last = 0;
    const touch = () => {
      if (Date.now() - last < 20_000) return;
      last = Date.now();
      api.touch().catch(() => undefined);
    };
    window.addEventListener("keydown", touch, true);
    window.addEventListener("pointerdown", touch, true);
    return () => {
      window.removeEventListener("keydown", touch, true);
      window.removeEventListener("pointerdown", touch, true);
    };
  }, [active]);
}
