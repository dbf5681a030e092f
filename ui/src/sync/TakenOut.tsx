import { useTranslation } from "react-i18next";
import type { TakenOut as Out } from "../api";
import { Banner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";

/** This PC was taken out and hands over: since when, who did it, what still goes, what can be done here. */
export function TakenOut({ out, waiting }: { out: Out; waiting: number }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const time = moment(out.at, tz);
  return (
    <Banner tone="warn" role="alert">
      <b>{out.by ? t("sync.takenOut.by", { time, by: out.by }) : t("sync.takenOut.byOperator", { time })}</b>{" "}
      {waiting > 0 ? t("sync.takenOut.handing", { count: waiting }) : t("sync.takenOut.handed")}
      <p>
        {t("sync.takenOut.what")} {t("sync.takenOut.ask")}
      </p>
    </Banner>
  );
}
