import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, useMfaSetup, useOwnAccount } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { SkeletonRows } from "../kit/Empty";
import { PasswordField } from "../kit/Field";
import { tellAction } from "../kit/keys";
import { besideCode, SecondCodeField } from "./SecondCode";
import styles from "./identity.module.css";

/** Groups are easier to type off a screen than one long word. */
export const inGroups = (text: string, size: number) =>
  (text.match(new RegExp(`.{1,${size}}`, "g")) ?? []).join(" ");

export function TwoStepDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const account = useOwnAccount();
  return (
    <Dialog title={t("twoStep.title")} onClose={onClose}>
      <ErrorBanner error={account.error} />
      {account.isPending && <SkeletonRows rows={3} />}
      {account.data && (account.data.mfaEnabled ? <Off onClose={onClose} /> : <On onClose={onClose} />)}
    </Dialog>
  );
}

function On({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const setup = useMfaSetup(true);
  const [code, setCode] = useState("");
  const confirm = useCommand(api.confirmMfa, () => {
    void refresh(keys.ownAccount);
    tellAction({ text: t("twoStep.turnedOn") });
    onClose();
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (setup.data && !confirm.isPending) confirm.mutate([setup.data.secret, code]);
      }}
    >
      <p>{t("twoStep.what")}</p>
      <ErrorBanner error={setup.error} />
      {setup.isPending && <SkeletonRows rows={2} />}
      {setup.data && (
        <>
          <div>
            <p>{t("twoStep.install")}</p>
            <code className={styles.secret} aria-label={t("twoStep.key")}>
              {inGroups(setup.data.secret, 4)}
            </code>
            <p className={styles.quiet}>{t("twoStep.address")}</p>
            <code className={styles.address}>{setup.data.url}</code>
          </div>
          <p>{t("twoStep.then")}</p>
          <SecondCodeField value={code} onValue={setCode} error={confirm.error} autoFocus />
          <ErrorBanner error={besideCode(confirm.error)} />
          <Button type="submit" look="main" keys="Enter" busy={confirm.isPending}>
            {t("twoStep.turnOn")}
          </Button>
        </>
      )}
    </form>
  );
}

function Off({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const disable = useCommand(api.disableOwnMfa, () => {
    void refresh(keys.ownAccount);
    tellAction({ text: t("twoStep.turnedOff") });
    onClose();
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!disable.isPending) disable.mutate([password]);
      }}
    >
      <p>
        {t("twoStep.isOn")} {t("twoStep.turnOffHow")}
      </p>
      <PasswordField
        label={t("signIn.password")}
        value={password}
        onValue={setPassword}
        autoFocus
        data-autofocus
      />
      <ErrorBanner error={disable.error} />
      <Button type="submit" keys="Enter" busy={disable.isPending}>
        {t("twoStep.turnOff")}
      </Button>
    </form>
  );
}
