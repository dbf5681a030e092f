import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useSlipPrinter } from "../api";
import { useHere } from "../kit/clinic";

/** How the printer of slips is, before anybody counts on it. */
export function SlipPrinterLine() {
  const { t } = useTranslation();
  const { overview } = useHere();
  const { data } = useSlipPrinter();
  if (!data) return <p>&nbsp;</p>;
  const well = data.state === "ready" || data.state === "printing";
  return (
    <p data-testid="slip-printer">
      {well ? (
        <IconCheck size={14} aria-hidden color="var(--accent)" />
      ) : (
        <IconAlertTriangle size={14} aria-hidden color="var(--warn)" />
      )}
      {t(`walkIn.printer.${data.state ?? "none"}`, { printer: data.printer, pc: overview.deviceName })}
    </p>
  );
}
