import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand, type ClinicSetup } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { PasswordField, SelectField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { countries, currencies, currencyOf, here, timeZones } from "../kit/places";
import { begin } from "./StartScreen";
import styles from "./start.module.css";

export function SetUpForm({ passphrase, onBack }: { passphrase: string | null; onBack: () => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const setUp = useCommand(api.setUpClinic, begin);
  const form = useForm<ClinicSetup>(
    "start:setUp",
    {
      clinicName: "",
      siteName: "",
      address: "",
      phone: "",
      ...here(),
      deviceName: t("setUp.deviceDefault"),
      adminName: "",
      email: "",
      password: "",
    },
    setUp.error,
  );
  const send = () => {
    if (!setUp.isPending) setUp.mutate([form.values, passphrase], { onSuccess: form.reset });
  };
  useKeys({ escape: onBack, "ctrl+enter": send });
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  useFirstMistake(box, setUp.error);
  return (
    <Entrance title={t("setUp.title")} second={t("setUp.what")} wide>
      <form
        ref={box}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div className={styles.sides}>
          <fieldset className={styles.group}>
            <legend>{t("setUp.clinic")}</legend>
            <TextField label={t("setUp.clinicName")} {...form.text("clinicName")} />
            <TextField
              label={t("setUp.siteName")}
              description={t("setUp.siteHint")}
              {...form.text("siteName")}
            />
            <TextField label={t("setUp.address")} {...form.text("address")} />
            <div className={styles.two}>
              <TextField label={t("setUp.phone")} inputMode="tel" {...form.text("phone")} />
              <SelectField
                label={t("setUp.country")}
                data={countries()}
                {...form.text("country")}
                onValue={(country) => {
                  form.set("country", country);
                  form.set("currency", currencyOf(country));
                }}
              />
            </div>
            <div className={styles.two}>
              <SelectField label={t("setUp.timezone")} data={timeZones()} {...form.text("timezone")} />
              <SelectField label={t("setUp.currency")} data={currencies()} {...form.text("currency")} />
            </div>
          </fieldset>
          <fieldset className={styles.group}>
            <legend>{t("setUp.manager")}</legend>
            <TextField label={t("setUp.adminName")} {...form.text("adminName")} />
            <TextField label={t("signIn.email")} type="email" dir="ltr" {...form.text("email")} />
            <PasswordField
              label={t("signIn.password")}
              description={t("staff.passwordHint")}
              {...form.text("password")}
            />
            <TextField
              label={t("setUp.deviceName")}
              description={t("setUp.deviceHint")}
              {...form.text("deviceName")}
            />
          </fieldset>
        </div>
        <ErrorBanner error={setUp.error} fields={form.names} />
        <div className={styles.acts}>
          <Button size="lg" look="quiet" keys="Esc" onClick={onBack}>
            {t("action.back")}
          </Button>
          <Button type="submit" look="main" size="lg" keys="Ctrl Enter" busy={setUp.isPending}>
            {t("setUp.go")}
          </Button>
        </div>
      </form>
    </Entrance>
  );
}
