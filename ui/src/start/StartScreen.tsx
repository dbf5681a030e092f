import { IconBuildingHospital, IconPlayerPlay, IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand, type ClinicOverview } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Entrance } from "../kit/Entrance";
import { useKeys } from "../kit/keys";
import kit from "../kit/kit.module.css";
import { useMemory } from "../kit/memory";
import { ChoosePassphrase } from "./Passphrase";
import { JoinForm } from "./JoinForm";
import { SetUpForm } from "./SetUpForm";
import styles from "./start.module.css";

export const begin = (clinic: ClinicOverview) =>
  queries.setQueryData(keys.startup, { kind: "ready", clinic });

/** The first start of this PC: nothing exists yet, so each of the three ways is safe to try. */
export function StartScreen({ keyring }: { keyring: boolean }) {
  const [passphrase, setPassphrase] = useState<string | null>(null);
  const [step, setStep] = useMemory<"choose" | "setUp" | "join">("start:step", "choose");
  const demo = useCommand(api.createDemo, begin);
  const back = () => setStep("choose");
  if (!keyring && passphrase === null) return <ChoosePassphrase onChosen={setPassphrase} />;
  if (step === "setUp") return <SetUpForm passphrase={passphrase} onBack={back} />;
  if (step === "join") return <JoinForm passphrase={passphrase} onBack={back} />;
  return (
    <Choices
      busy={demo.isPending}
      error={<ErrorBanner error={demo.error} />}
      onDemo={() => !demo.isPending && demo.mutate([passphrase])}
      onSetUp={() => setStep("setUp")}
      onJoin={() => setStep("join")}
    />
  );
}

function Choices(
  props: { busy: boolean; error: React.ReactNode } & Record<"onDemo" | "onSetUp" | "onJoin", () => void>,
) {
  const { t } = useTranslation();
  useKeys({ "1": props.onDemo, "2": props.onSetUp, "3": props.onJoin });
  const rows = [
    { id: "demo", icon: IconPlayerPlay, onClick: props.onDemo },
    { id: "setup", icon: IconBuildingHospital, onClick: props.onSetUp },
    { id: "join", icon: IconPlugConnected, onClick: props.onJoin },
  ] as const;
  return (
    <Entrance title={t("start.title")} second={t("start.what")} languages>
      <ul className={styles.choices}>
        {rows.map(({ id, icon: Icon, onClick }, index) => (
          <li key={id}>
            <button
              type="button"
              className={styles.choice}
              data-testid={`start-${id}`}
              disabled={props.busy}
              aria-busy={props.busy && id === "demo"}
              onClick={onClick}
            >
              <kbd className={kit.kbd}>{index + 1}</kbd>
              <Icon size={20} stroke={1.75} aria-hidden />
              <span>
                <b>{t(`start.${id}.title`)}</b>
                <span>{props.busy && id === "demo" ? t("start.demo.busy") : t(`start.${id}.what`)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {props.error}
    </Entrance>
  );
}
