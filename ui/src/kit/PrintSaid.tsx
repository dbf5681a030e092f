import { useTranslation } from "react-i18next";
import { Banner } from "./Banner";
import type { PrintPhase } from "./usePrint";

const tones = { sending: "info", waiting: "info", sent: "info", printed: "good", failed: "stop" } as const;

export function PrintSaid({ phase, printer }: { phase: PrintPhase; printer: string | null | undefined }) {
  const { t } = useTranslation();
  if (phase === "idle") return null;
  return (
    <Banner tone={tones[phase]} role={phase === "failed" ? "alert" : "status"}>
      {t(`document.phase.${phase}`, { printer })}
    </Banner>
  );
}
