import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand } from "../api";
import { explainProblem } from "../errors";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { PasswordField } from "../kit/Field";
import { begin } from "./StartScreen";
import styles from "./start.module.css";

const shortest = 12;

export function ChoosePassphrase({ onChosen }: { onChosen: (passphrase: string) => void }) {
  const { t } = useTranslation();
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [tried, setTried] = useState(false);
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  const tooShort = [...first].length < shortest;
  const differ = first !== second;
  return (
    <Entrance title={t("passphrase.choose")} second={t("passphrase.why")}>
      <form
        ref={box}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (tooShort || differ) setTried(true);
          else onChosen(first);
        }}
      >
        <PasswordField
          label={t("passphrase.first")}
          value={first}
          onValue={setFirst}
          description={t("passphrase.length", { limit: shortest })}
          error={
            tried && tooShort
              ? explainProblem({ field: "passphrase", code: "password_too_short", limit: shortest })
              : undefined
          }
        />
        <PasswordField
          label={t("passphrase.second")}
          value={second}
          onValue={setSecond}
          error={
            tried && !tooShort && differ
              ? explainProblem({ field: "passphrase", code: "passwords_differ", limit: null })
              : undefined
          }
        />
        <Banner tone="warn">
          <b>{t("passphrase.cannotRecover")}</b> {t("passphrase.write")}
        </Banner>
        <Button type="submit" look="main" size="lg" keys="Enter">
          {t("action.continue")}
        </Button>
      </form>
    </Entrance>
  );
}

export function NeedsPassphrase() {
  const { t } = useTranslation();
  const [passphrase, setPassphrase] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const unlock = useCommand(api.unlockDatabase, begin);
  useEffect(() => field.current?.focus(), []);
  return (
    <Entrance title={t("passphrase.enter")} second={t("passphrase.enterWhy")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!unlock.isPending) unlock.mutate([passphrase]);
        }}
      >
        <PasswordField ref={field} label={t("passphrase.first")} value={passphrase} onValue={setPassphrase} />
        <ErrorBanner error={unlock.error} />
        <Button type="submit" look="main" size="lg" keys="Enter" busy={unlock.isPending}>
          {t("passphrase.open")}
        </Button>
      </form>
    </Entrance>
  );
}
