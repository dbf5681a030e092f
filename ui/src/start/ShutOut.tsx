import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, type ShutOutNotice } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { Entrance } from "../kit/Entrance";
import { TextField } from "../kit/Field";
import { useForm } from "../kit/form";
import { moment } from "../kit/time";
import styles from "./start.module.css";

/** This PC was taken out and its records are shut: what happened, what is safe, whom to ask, and the way back. */
export function ShutOut({ notice }: { notice: ShutOutNotice }) {
  const { t } = useTranslation();
  const letIn = useCommand(api.letThisPcIn, () => void refresh(keys.startup));
  const form = useForm("start:letIn", { code: "" }, letIn.error);
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => box.current?.querySelector("input")?.focus(), []);
  // The clinic's own time zone is in the records.
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const time = moment(notice.at, here);
  return (
    <Entrance
      title={t("shutOut.title")}
      second={notice.by ? t("shutOut.by", { time, by: notice.by }) : t("shutOut.byOperator", { time })}
    >
      <div className={styles.failed} role="alert">
        <p>{t("shutOut.what")}</p>
        <p>{notice.waiting > 0 ? t("shutOut.waiting", { count: notice.waiting }) : t("shutOut.safe")}</p>
        <p>{t("shutOut.ask", { by: notice.by ?? t("shutOut.manager") })}</p>
      </div>
      <form
        ref={box}
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!letIn.isPending) letIn.mutate([form.values.code], { onSuccess: form.reset });
        }}
      >
        <TextField
          label={t("shutOut.code")}
          description={t("shutOut.codeHint")}
          dir="ltr"
          {...form.text("code")}
        />
        <ErrorBanner error={letIn.error} fields={form.names} />
        <Button type="submit" look="main" size="lg" keys="Enter" busy={letIn.isPending}>
          {t("shutOut.go")}
        </Button>
      </form>
    </Entrance>
  );
}
