import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand, type JoinRequest } from "../api";
import { splitJoinString } from "../kit/address";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { useKeys } from "../kit/keys";
import { begin } from "./StartScreen";
import styles from "./start.module.css";

export function JoinForm({ passphrase, onBack }: { passphrase: string | null; onBack: () => void }) {
  const { t } = useTranslation();
  const box = useRef<HTMLFormElement>(null);
  const join = useCommand(api.joinClinic, begin);
  const form = useForm<JoinRequest>("start:join", { address: "", code: "", deviceName: "" }, join.error);
  const send = () => {
    if (!join.isPending) join.mutate([form.values, passphrase], { onSuccess: form.reset });
  };
  const fill = (name: "address" | "code") => (typed: string) => {
    const both = splitJoinString(typed);
    if (!both) return form.set(name, typed);
    form.set("address", both.address);
    form.set("code", both.code);
  };
  useKeys({ escape: onBack, "ctrl+enter": send });
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  return (
    <Entrance title={t("join.title")} second={t("join.what")}>
      <form
        ref={box}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <Banner tone="info">
          <b>{t("join.where")}</b> {t("join.whereHow")}
        </Banner>
        <TextField
          label={t("join.address")}
          dir="ltr"
          description={t("join.addressHint")}
          {...form.text("address")}
          onValue={fill("address")}
        />
        <TextField label={t("join.code")} dir="ltr" {...form.text("code")} onValue={fill("code")} />
        <TextField
          label={t("setUp.deviceName")}
          description={t("setUp.deviceHint")}
          {...form.text("deviceName")}
        />
        <ErrorBanner error={join.error} fields={form.names} />
        <div className={styles.acts}>
          <Button size="lg" look="quiet" keys="Esc" onClick={onBack}>
            {t("action.back")}
          </Button>
          <Button type="submit" look="main" size="lg" keys="Ctrl Enter" busy={join.isPending}>
            {join.isPending ? t("join.busy") : t("join.go")}
          </Button>
        </div>
      </form>
    </Entrance>
  );
}
