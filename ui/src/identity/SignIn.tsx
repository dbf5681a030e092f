import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand, useDemoLogins, type ClinicOverview, type DemoLogin } from "../api";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { PasswordField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import kit from "../kit/kit.module.css";
import { Entrance } from "../kit/Entrance";
import { ResetPassword } from "./ResetPassword";
import { besideCode, SecondCodeField, useSecondCode } from "./SecondCode";
import styles from "./identity.module.css";

const empty = { email: "", password: "" };

export function SignIn({ overview }: { overview: ClinicOverview }) {
  const [resetting, setResetting] = useState(false);
  const [wasReset, setWasReset] = useState(false);
  const [, setTyped] = useMemory("sign-in", empty);
  if (!resetting)
    return <SignInForm overview={overview} wasReset={wasReset} onReset={() => setResetting(true)} />;
  return (
    <ResetPassword
      onBack={() => setResetting(false)}
      onDone={(email) => {
        setTyped({ email, password: "" });
        setWasReset(true);
        setResetting(false);
      }}
    />
  );
}

type Props = { overview: ClinicOverview; wasReset: boolean; onReset: () => void };
function SignInForm({ overview, wasReset, onReset }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const signIn = useCommand(api.signIn, (session) => queries.setQueryData(keys.session, session));
  const form = useForm("sign-in", empty, signIn.error);
  const { code, setCode, asked, field: codeField, concerns } = useSecondCode();
  const demo = useDemoLogins(overview.demo);
  const logins = demo.data ?? [];

  const send = (email: string, password: string, code: string | null) => {
    if (signIn.isPending) return;
    if (code?.trim() === "") return codeField.current?.focus();
    signIn.mutate([email, password, code], {
      onSuccess: form.reset,
      onError: (error) => {
        form.set("password", concerns(error) ? password : "");
        if (besideCode(error) === null) return;
        box.current?.querySelector<HTMLInputElement>('[name="password"]')?.focus();
      },
    });
  };
  const use = (login: DemoLogin) => {
    form.set("email", login.email);
    setCode(null);
    send(login.email, login.password, null);
  };
  useKeys(
    Object.fromEntries(logins.slice(0, 9).map((login, index) => [String(index + 1), () => use(login)])),
  );
  useEffect(() => {
    // In the demo the digits must work at once, so no text field takes the focus.
    if (!overview.demo || wasReset)
      box.current?.querySelector<HTMLInputElement>(wasReset ? '[name="password"]' : "input")?.focus();
  }, [overview.demo, wasReset]);

  return (
    <Entrance
      title={overview.tenantName}
      second={t("signIn.on", { device: overview.deviceName })}
      wide={overview.demo}
      languages
    >
      <div className={overview.demo ? styles.twoSides : undefined}>
        <form
          ref={box}
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            send(form.values.email, form.values.password, code);
          }}
        >
          {wasReset && (
            <Banner tone="good" role="status">
              <b>{t("reset.done")}</b> {t("reset.doneNext")}
            </Banner>
          )}
          <TextField
            label={t("signIn.email")}
            type="email"
            dir="ltr"
            {...form.text("email")}
            onValue={(email) => {
              form.set("email", email);
              // Another login may have no second code.
              setCode(null);
            }}
          />
          <PasswordField label={t("signIn.password")} {...form.text("password")} />
          {asked && (
            <SecondCodeField field={codeField} value={code ?? ""} onValue={setCode} error={signIn.error} />
          )}
          <ErrorBanner error={besideCode(signIn.error)} fields={form.names} />
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
          <Button look="quiet" onClick={onReset}>
            {t("signIn.haveCode")}
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
