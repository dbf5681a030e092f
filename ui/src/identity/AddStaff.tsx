import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, type NewStaff, type Role } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { ChoiceField, PasswordField, TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import styles from "./identity.module.css";

const empty: NewStaff = {
  name: "",
  email: "",
  password: "",
  role: "receptionist",
  specialization: "",
  qualification: "",
  registrationNumber: "",
  room: "",
};
const roles: Role[] = ["receptionist", "provider", "admin"];

export function AddStaff({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const add = useCommand(api.addStaff);
  const form = useForm<NewStaff>("staff:new", empty, add.error);
  const save = () => {
    if (add.isPending) return;
    add.mutate([form.values], {
      onSuccess: (member) => {
        form.reset();
        void refresh(keys.staff, ["walkInDesk"]);
        tellAction({ text: t("staff.added", { name: member.name }) });
        onClose();
      },
    });
  };
  useKeys({ "ctrl+enter": save, escape: onClose });
  const hints = useHints([
    { keys: ["Ctrl", "Enter"], label: t("staff.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => body.current?.querySelector<HTMLInputElement>("input")?.focus(), []);
  useFirstMistake(body, add.error);
  const doctor = form.values.role === "provider";
  return (
    <Panel title={t("staff.add")} onClose={onClose} hints={hints}>
      <div className={styles.panelBody} ref={body}>
        <TextField label={t("staff.name")} {...form.text("name")} />
        <ChoiceField
          label={t("staff.role")}
          choices={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
          value={form.values.role}
          onValue={(role) => form.set("role", role)}
          error={form.errorOf("role")}
        />
        {doctor && (
          <>
            <div className={styles.two}>
              <TextField label={t("staff.specialization")} {...form.text("specialization")} />
              <TextField label={t("staff.room")} optional {...form.text("room")} />
            </div>
            <div className={styles.two}>
              <TextField label={t("staff.qualification")} {...form.text("qualification")} />
              <TextField label={t("staff.registrationNumber")} {...form.text("registrationNumber")} />
            </div>
          </>
        )}
        <TextField label={t("staff.email")} type="email" dir="ltr" {...form.text("email")} />
        <PasswordField
          label={t("staff.password")}
          description={t("staff.passwordHint")}
          {...form.text("password")}
        />
      </div>
      <div className={styles.panelFoot}>
        <ErrorBanner error={add.error} fields={form.names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={add.isPending} onClick={save}>
          {t("staff.save")}
        </Button>
      </div>
    </Panel>
  );
}
