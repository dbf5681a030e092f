import { IconLock } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand, type Session } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { PasswordField } from "../kit/Field";
import { signOut } from "../kit/signOut";
import { besideCode, SecondCodeField, useSecondCode } from "./SecondCode";
import styles from "./identity.module.css";

export function LockScreen({ session }: { session: Session }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const { code, setCode, asked, field: codeField, concerns } = useSecondCode();
  const unlock = useCommand(api.unlockScreen, (next) => queries.setQueryData(keys.session, next));
  const leave = useCommand(signOut);
  useEffect(() => field.current?.focus(), []);
  const send = () => {
    if (unlock.isPending) return;
    if (code?.trim() === "") return codeField.current?.focus();
    unlock.mutate([password, code], {
      onError: (error) => {
        if (concerns(error)) return;
        setPassword("");
        field.current?.focus();
      },
    });
  };
  return (
    <Entrance title={t("lock.title", { name: session.name })} second={t("lock.what")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <PasswordField ref={field} label={t("signIn.password")} value={password} onValue={setPassword} />
        {asked && (
          <SecondCodeField field={codeField} value={code ?? ""} onValue={setCode} error={unlock.error} />
        )}
        <ErrorBanner error={besideCode(unlock.error) ?? leave.error} />
        <Button
          type="submit"
          look="main"
          size="lg"
          keys="Enter"
          busy={unlock.isPending}
          icon={<IconLock size={20} stroke={1.75} aria-hidden />}
        >
          {t("lock.unlock")}
        </Button>
        <Button look="quiet" busy={leave.isPending} onClick={() => leave.mutate([])}>
          {t("lock.notMe", { name: session.name })}
        </Button>
      </form>
    </Entrance>
  );
}
