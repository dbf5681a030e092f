import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, type HubDevice } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Dialog } from "../kit/Dialog";
import { tellAction, useKeys } from "../kit/keys";
import { moment } from "../kit/time";
import { Standing } from "./HubDevices";
import styles from "./sync.module.css";
import { Trouble } from "./Trouble";

type Act = "drain" | "lock" | "letIn" | "newKey";

/** What can be done with a PC as it stands; with one's own only a new key, so that nobody shuts themselves out. */
const actsOf = ({ standing, thisPc }: HubDevice): Act[] =>
  standing === "in"
    ? thisPc
      ? ["newKey"]
      : ["drain", "lock", "newKey"]
    : standing === "drained"
      ? ["letIn", "lock"]
      : ["letIn"];

/** One PC of the clinic: where it stands, and a manager's ways to take it out or let it in again. */
export function PcDialog({ device, onClose }: { device: HubDevice; onClose: () => void }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  const [asked, setAsked] = useState<Act | null>(null);
  const acts = actsOf(device);
  const does = useCommand(async (act: Act) => {
    switch (act) {
      case "drain":
        await api.takePcOut(device.id, "drained");
        return null;
      case "lock":
        await api.takePcOut(device.id, "out");
        return null;
      case "letIn":
        return api.letPcIn(device.id);
      case "newKey":
        await api.askForNewKey(device.id);
        return null;
    }
  });
  const code = does.data;
  const ask = (act: Act) => {
    does.reset();
    setAsked(act);
  };
  const go = (act: Act) => {
    if (does.isPending) return;
    does.mutate([act], {
      onSuccess: (made) => {
        void refresh(keys.hubDevices, keys.conflicts);
        setAsked(null);
        tellAction({ text: t(`sync.pc.done.${act}`, { name: device.name }) });
        if (!made) onClose();
      },
    });
  };
  const digits = Object.fromEntries(acts.map((act, index) => [String(index + 1), () => ask(act)]));
  useKeys(asked || code ? {} : digits, { inDialog: true });
  return (
    <Dialog title={t("sync.pc.title", { name: device.name, lane: device.lane })} onClose={onClose} size={520}>
      <div className={styles.pcDialog}>
        <dl className={styles.pcFacts}>
          <dt>{t("sync.pcs.state")}</dt>
          <dd>
            <Standing device={device} />
          </dd>
          {device.outAt && (
            <>
              <dt>{t("sync.pc.outAt")}</dt>
              <dd>
                {t("sync.pc.by", {
                  time: moment(device.outAt, tz),
                  by: device.outBy ?? t("sync.pc.operator"),
                })}
              </dd>
            </>
          )}
          <dt>{t("sync.pcs.seen")}</dt>
          <dd>{device.lastSeen ? moment(device.lastSeen, tz) : t("sync.never")}</dd>
          <dt>{t("sync.pc.owed")}</dt>
          <dd>{device.owes > 0 ? t("sync.pcs.owes", { count: device.owes }) : t("sync.pc.nothingOwed")}</dd>
          <dt>{t("sync.pcs.version")}</dt>
          <dd className="num">{device.appVersion}</dd>
        </dl>
        {code ? (
          <div className={styles.codeBox} role="status">
            <p>{t("sync.pc.code", { name: device.name })}</p>
            <div className={styles.code} data-testid="let-in-code">
              {code.code}
            </div>
          </div>
        ) : asked ? (
          <div role="group" aria-labelledby="pc-asked" className={styles.asked}>
            <h3 id="pc-asked">{t(`sync.pc.${asked}.ask`, { name: device.name })}</h3>
            <p>{t(`sync.pc.${asked}.what`)}</p>
            <p className={styles.meta}>{t(`sync.pc.${asked}.safe`)}</p>
            {does.error && <Trouble error={does.error} waiting={0} />}
            <div className={styles.acts}>
              <Button
                look={asked === "lock" ? "default" : "main"}
                className={asked === "lock" ? styles.lockOut : undefined}
                busy={does.isPending}
                autoFocus
                onClick={() => go(asked)}
              >
                {t(`sync.pc.${asked}.go`)}
              </Button>
              <Button look="quiet" onClick={() => setAsked(null)}>
                {t("sync.pc.not")}
              </Button>
            </div>
          </div>
        ) : (
          <ul className={styles.pcActs}>
            {acts.map((act, index) => (
              <li key={act}>
                <Button keys={String(index + 1)} autoFocus={index === 0} onClick={() => ask(act)}>
                  {t(`sync.pc.${act}.offer`)}
                </Button>
                <span className={styles.meta}>{t(`sync.pc.${act}.short`)}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
