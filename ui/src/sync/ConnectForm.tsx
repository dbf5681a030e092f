import { useTranslation } from "react-i18next";
import { api, keys, queries, useCommand } from "../api";
import { splitJoinString } from "../kit/address";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import styles from "./sync.module.css";
import { Trouble } from "./Trouble";

export function ConnectForm() {
  const { t } = useTranslation();
  const connect = useCommand(api.connectHub, (status) => queries.setQueryData(keys.syncStatus, status));
  const form = useForm("sync:connect", { address: "", code: "" }, connect.error);
  const fill = (name: "address" | "code") => (typed: string) => {
    const both = splitJoinString(typed);
    if (!both) return form.set(name, typed);
    form.set("address", both.address);
    form.set("code", both.code);
  };
  return (
    <form
      className={styles.connect}
      onSubmit={(event) => {
        event.preventDefault();
        if (!connect.isPending)
          connect.mutate([form.values.address, form.values.code], { onSuccess: form.reset });
      }}
    >
      <h2 className={styles.h2}>{t("sync.connect.title")}</h2>
      <p className={styles.meta}>{t("sync.connect.what")}</p>
      <TextField
        label={t("join.address")}
        dir="ltr"
        description={t("join.addressHint")}
        {...form.text("address")}
        onValue={fill("address")}
      />
      <TextField label={t("join.code")} dir="ltr" {...form.text("code")} onValue={fill("code")} />
      {connect.error && connect.error.problems.length === 0 ? (
        <Trouble error={connect.error} waiting={0} />
      ) : (
        <ErrorBanner error={connect.error} fields={form.names} />
      )}
      <Button type="submit" look="main" size="lg" keys="Enter" busy={connect.isPending}>
        {t("sync.connect.go")}
      </Button>
    </form>
  );
}
