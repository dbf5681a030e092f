import { useTranslation } from "react-i18next";
import { Banner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { useKeys } from "../kit/keys";
import type { NextPatient } from "./Workplace";

type Props = {
  open: boolean;
  count: number;
  then: "list" | "next";
  next: NextPatient;
  onFinish: () => void;
  onClose: () => void;
};
export function FinishDialog({ open, count, then, next, onFinish, onClose }: Props) {
  const { t } = useTranslation();
  useKeys({ "ctrl+enter": onFinish }, { inDialog: true });
  const calls = then === "next" && next;
  const title = calls
    ? t("consult.finishAndCall", { number: next.row.number ?? "", name: next.row.patientName })
    : t("consult.finishTitle");
  return (
    <Dialog title={title} onClose={onClose}>
      {open ? (
        <Banner tone="warn">
          <b>{t("consult.notIssued", { count })}</b> {t("consult.notIssuedWhat")}
        </Banner>
      ) : (
        <p>{t("consult.finishWhat")}</p>
      )}
      <div style={{ display: "flex", gap: 8, justifyContent: "flex-end", marginTop: 16 }}>
        <Button onClick={onClose} keys="Esc">
          {t("consult.stay")}
        </Button>
        <Button look="main" keys="Ctrl Enter" onClick={onFinish} data-autofocus>
          {calls ? t("consult.finishCall") : t("consult.finishAnyway")}
        </Button>
      </div>
    </Dialog>
  );
}
