import {
  IconAlertTriangle,
  IconArrowBarToUp,
  IconCircleCheck,
  IconClockHour4,
  IconLock,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useHubDevices, type HubDevice } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { SkeletonRows } from "../kit/Empty";
import { moment } from "../kit/time";
import { PcDialog } from "./PcDialog";
import styles from "./sync.module.css";

export function HubDevices() {
  const { t } = useTranslation();
  const { may } = useHere();
  const devices = useHubDevices(true);
  const [chosen, setChosen] = useState<string | null>(null);
  const open = devices.data?.find(({ id }) => id === chosen);
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
              <th>{t("sync.pcs.version")}</th>
              <th>{t("sync.pcs.state")}</th>
            </tr>
          </thead>
          <tbody>
            {devices.data.map((device) => (
              <DeviceRow
                key={device.id}
                device={device}
                onOpen={may("manage_devices") ? () => setChosen(device.id) : undefined}
              />
            ))}
          </tbody>
        </table>
      )}
      {open && <PcDialog device={open} onClose={() => setChosen(null)} />}
    </>
  );
}

function DeviceRow({ device, onOpen }: { device: HubDevice; onOpen: (() => void) | undefined }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <tr data-standing={device.standing} data-behind={device.behind > 0 || undefined}>
      <td>
        <b>{device.lane}</b>
      </td>
      <td>
        {onOpen ? (
          <button
            type="button"
            className={styles.pc}
            aria-label={t("sync.pcs.open", { name: device.name })}
            onClick={onOpen}
          >
            <bdi>{device.name}</bdi>
          </button>
        ) : (
          <bdi>{device.name}</bdi>
        )}{" "}
        {device.thisPc && <span className={styles.meta}>{t("sync.pcs.this")}</span>}
      </td>
      <td className="num">{device.lastSeen ? moment(device.lastSeen, tz) : t("sync.never")}</td>
      <td className="num">{device.appVersion}</td>
      <td>
        <Standing device={device} />
      </td>
    </tr>
  );
}

/** Where a PC stands: icon, word and colour. */
export function Standing({ device }: { device: HubDevice }) {
  const { t } = useTranslation();
  const { behind, owes, standing } = device;
  const [Icon, look, words] =
    standing === "out"
      ? device.lockedAt
        ? [IconLock, styles.red, t("sync.pcs.locked")]
        : [IconLock, styles.red, t("sync.pcs.out")]
      : standing === "drained"
        ? [IconArrowBarToUp, styles.amber, t("sync.pcs.drained")]
        : behind > 0
          ? [IconClockHour4, styles.amber, t("sync.pcs.behind", { count: behind })]
          : [IconCircleCheck, styles.green, t("sync.pcs.inStep")];
  return (
    <span className={styles.standing}>
      <span className={look}>
        <Icon size={14} aria-hidden /> {words}
      </span>
      {owes > 0 && (
        <span className={styles.amber}>
          <IconAlertTriangle size={14} aria-hidden /> {t("sync.pcs.owes", { count: owes })}
        </span>
      )}
      {device.renewalAsked && standing === "in" && (
        <span className={styles.meta}>{t("sync.pcs.renewal")}</span>
      )}
    </span>
  );
}
