import { IconLock } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand, type Session } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { PasswordField } from "../kit/Field";
import { signOut } from "../kit/signOut";
import styles from "./identity.module.css";

export function LockScreen({ session }: { session: Session }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const unlock = useCommand(api.unlockScreen, (next) => queries.setQueryData(keys.session, next));
  const leave = useCommand(signOut);
  useEffect(() => field.current?.focus(), []);
  return (
    <Entrance title={t("lock.title", { name: session.name })} second={t("lock.what")}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!unlock.isPending)
            unlock.mutate([password], {
              onError: () => {
                setPassword("");
                field.current?.focus();
              },
            });
        }}
      >
        <PasswordField ref={field} label={t("signIn.password")} value={password} onValue={setPassword} />
        <ErrorBanner error={unlock.error ?? leave.error} />
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
