import { useTranslation } from "react-i18next";
import { useHubDevices, type HubDevice } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { SkeletonRows } from "../kit/Empty";
import { moment } from "../kit/time";
import styles from "./sync.module.css";

export function HubDevices() {
  const { t } = useTranslation();
  const devices = useHubDevices(true);
  return (
    <>
      <h2 className={styles.h2}>
        {t("sync.pcs.title")} <span className="num">{devices.data?.length}</span>
      </h2>
      {devices.error?.code === "hub_unreachable" ? (
        // The page says already what is the matter and what to do.
        <p className={styles.meta}>{t("sync.pcs.unknown")}</p>
      ) : devices.error ? (
        <ErrorBanner error={devices.error} />
      ) : !devices.data ? (
        <SkeletonRows rows={3} />
      ) : (
        <table className={styles.pcs} aria-label={t("sync.pcs.title")}>
          <thead>
            <tr>
              <th>{t("sync.pcs.lane")}</th>
              <th>{t("sync.pcs.name")}</th>
              <th>{t("sync.pcs.seen")}</th>
              <th>{t("sync.pcs.state")}</th>
            </tr>
          </thead>
          <tbody>
            {devices.data.map((device) => (
              <DeviceRow key={device.name + device.lane} device={device} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function DeviceRow({ device }: { device: HubDevice }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <tr data-behind={device.behind > 0 || undefined}>
      <td>
        <b>{device.lane}</b>
      </td>
      <td>
        {device.name} {device.thisPc && <span className={styles.meta}>{t("sync.pcs.this")}</span>}
      </td>
      <td className="num">{device.lastSeen ? moment(device.lastSeen, tz) : t("sync.never")}</td>
      <td className={device.behind > 0 ? styles.amber : undefined}>
        {device.behind > 0 ? t("sync.pcs.behind", { count: device.behind }) : t("sync.pcs.inStep")}
      </td>
    </tr>
  );
}
