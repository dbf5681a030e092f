import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand, type Code } from "../api";
import { explainProblem } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { PasswordField, TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { recall } from "../kit/memory";
import { sayAt } from "./SecondCode";
import styles from "./identity.module.css";

type Values = { email: string; code: string; newPassword: string; again: string };
const token = ["token_invalid", "token_expired"] as const satisfies Code[];

type Props = { onBack: () => void; onDone: (email: string) => void };
export function ResetPassword({ onBack, onDone }: Props) {
  const { t } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const reset = useCommand(api.resetPassword);
  const email = recall<{ email: string }>("sign-in")?.email ?? "";
  const form = useForm<Values>("reset", { email, code: "", newPassword: "", again: "" }, reset.error);
  const [tried, setTried] = useState(false);
  const { values } = form;
  const missing = (name: keyof Values) => values[name].trim() === "";
  const differ = values.newPassword !== values.again;

  const send = () => {
    if (reset.isPending) return;
    if (missing("email") || missing("code") || missing("newPassword") || differ) {
      setTried(true);
      // The marks appear with the next drawing of the form.
      requestAnimationFrame(toFirstMistake);
      return;
    }
    reset.mutate([values.email, values.code, values.newPassword], {
      onSuccess: () => {
        form.reset();
        onDone(values.email);
      },
    });
  };
  const toFirstMistake = () => box.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  const problem = (field: string, code: Code) => explainProblem({ field, code, limit: null });
  const required = (name: keyof Values) => (tried && missing(name) ? problem(name, "required") : undefined);
  const atCode = sayAt(reset.error, ...token);

  useKeys({ escape: onBack });
  useEffect(() => {
    const inputs = box.current?.querySelectorAll("input");
    inputs?.[email === "" ? 0 : 1]?.focus();
    // Only when the form opens.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  useEffect(() => {
    if (reset.error) toFirstMistake();
  }, [reset.error]);
  return (
    <Entrance title={t("reset.title")} second={t("reset.what")}>
      <form
        ref={box}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <TextField
          label={t("signIn.email")}
          type="email"
          dir="ltr"
          {...form.text("email")}
          error={form.errorOf("email") ?? required("email")}
        />
        <TextField
          label={t("reset.code")}
          description={t("reset.codeHint")}
          dir="ltr"
          autoCapitalize="characters"
          {...form.text("code")}
          error={form.errorOf("code") ?? atCode ?? required("code")}
        />
        <PasswordField
          label={t("reset.password")}
          description={t("staff.passwordHint")}
          autoComplete="new-password"
          {...form.text("newPassword")}
          error={form.errorOf("newPassword") ?? required("newPassword")}
        />
        <PasswordField
          label={t("reset.again")}
          autoComplete="new-password"
          {...form.text("again")}
          error={tried && differ ? problem("again", "passwords_differ") : undefined}
        />
        {!atCode && <ErrorBanner error={reset.error} fields={form.names} />}
        <Button type="submit" look="main" size="lg" keys="Enter" busy={reset.isPending}>
          {t("reset.go")}
        </Button>
        <Button look="quiet" keys="Esc" onClick={onBack}>
          {t("reset.back")}
        </Button>
      </form>
    </Entrance>
  );
}
