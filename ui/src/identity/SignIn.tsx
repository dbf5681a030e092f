import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand, useDemoLogins, type ClinicOverview, type DemoLogin } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { PasswordField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import kit from "../kit/kit.module.css";
import { Entrance } from "../kit/Entrance";
import styles from "./identity.module.css";

export function SignIn({ overview }: { overview: ClinicOverview }) {
  const { t } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const signIn = useCommand(api.signIn, (session) => queries.setQueryData(keys.session, session));
  const form = useForm("sign-in", { email: "", password: "" }, signIn.error);
  const demo = useDemoLogins(overview.demo);
  const logins = demo.data ?? [];

  const send = (email: string, password: string) => {
    if (signIn.isPending) return;
    signIn.mutate([email, password], {
      onSuccess: form.reset,
      onError: () => {
        form.set("password", "");
        box.current?.querySelector<HTMLInputElement>('[name="password"]')?.focus();
      },
    });
  };
  const use = (login: DemoLogin) => {
    form.set("email", login.email);
    send(login.email, login.password);
  };
  useKeys(
    Object.fromEntries(logins.slice(0, 9).map((login, index) => [String(index + 1), () => use(login)])),
  );
  useEffect(() => {
    // In the demo the digits must work at once, so no text field takes the focus.
    if (!overview.demo) box.current?.querySelector<HTMLInputElement>("input")?.focus();
  }, [overview.demo]);

  return (
    <Entrance
      title={overview.tenantName}
      second={t("signIn.on", { device: overview.deviceName })}
      wide={overview.demo}
    >
      <div className={overview.demo ? styles.twoSides : undefined}>
        <form
          ref={box}
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            send(form.values.email, form.values.password);
          }}
        >
          <TextField label={t("signIn.email")} type="email" dir="ltr" {...form.text("email")} />
          <PasswordField label={t("signIn.password")} {...form.text("password")} />
          <ErrorBanner error={signIn.error} fields={form.names} />
          <Button
            type="submit"
            look="main"
            size="lg"
            keys="Enter"
            busy={signIn.isPending}
            data-testid="sign-in"
          >
            {t("signIn.go")}
          </Button>
        </form>
        {logins.length > 0 && (
          <section className={styles.demo} aria-label={t("signIn.demo")}>
            <h2>{t("signIn.demo")}</h2>
            <p>{t("signIn.demoWhat")}</p>
            <ul>
              {logins.map((login, index) => (
                <li key={login.email}>
                  <button type="button" className={styles.login} onClick={() => use(login)}>
                    <kbd className={kit.kbd}>{index + 1}</kbd>
                    <b>{login.name}</b>
                    <span className={styles.role}>{t(`role.${login.role}`)}</span>
                    <span className={styles.what}>{login.what}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Entrance>
  );
}
