import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  refresh,
  useCommand,
  usePerformers,
  useTenant,
  useWalkInDesk,
  type ProviderId,
  type Service,
  type ServiceForm,
} from "../api";
import { explainProblem } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { TextField } from "../kit/Field";
import { useFirstMistake, useForm } from "../kit/form";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { Panel } from "../kit/Panel";
import { minorOf, typedPrice } from "./price";
import styles from "./services.module.css";

type Typed = {
  name: string;
  category: string;
  durationMinutes: string;
  priceMinor: string;
  description: string;
};

export function ServicePanel({ service, onClose }: { service: Service | null; onClose: () => void }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const body = useRef<HTMLDivElement>(null);
  const tenant = useTenant();
  const doctors = useWalkInDesk(clinic.id).data?.doctors ?? [];
  const assigned = usePerformers(service?.id ?? null);
  const [changed, setChanged] = useState<ProviderId[] | null>(null);
  const performers = changed ?? assigned.data ?? [];
  const currency = service?.currency ?? tenant.data?.currency ?? "";
  const save = useCommand(async (form: ServiceForm) => {
    const saved = service ? await api.editService(service.id, form) : await api.addService(form);
    if (changed) await api.setServiceProviders(saved.id, changed);
    return saved;
  });
  const form = useForm<Typed>(
    `services:form:${service?.id ?? "new"}`,
    {
      name: service?.name ?? "",
      category: service?.category ?? "",
      durationMinutes: String(service?.durationMinutes ?? 15),
      priceMinor: service ? typedPrice(service.priceMinor, service.currency) : "",
      description: service?.description ?? "",
    },
    save.error,
  );
  const [noAmount, setNoAmount] = useState(false);
  const price = currency ? minorOf(form.values.priceMinor, currency) : null;
  const close = () => {
    form.reset();
    onClose();
  };
  const send = () => {
    if (save.isPending) return;
    setNoAmount(price === null);
    if (price === null) return;
    const { name, category, description, durationMinutes } = form.values;
    save.mutate(
      [
        {
          name,
          category,
          description,
          durationMinutes: /^\d{1,6}$/.test(durationMinutes.trim()) ? Number(durationMinutes) : 0,
          priceMinor: price,
          popularity: service?.popularity ?? 0,
        },
      ],
      {
        onSuccess: (saved) => {
          tellAction({ text: t("services.saved", { name: saved.name }) });
          void refresh(["services"], ["waitlist"]);
          close();
        },
      },
    );
  };
  useKeys({ "ctrl+enter": send, escape: close });
  const hints = useHints([
    { keys: ["Ctrl", "Enter"], label: t("services.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  useEffect(() => body.current?.querySelector<HTMLInputElement>("input")?.focus(), []);
  useFirstMistake(body, save.error);
  const priceField = form.text("priceMinor");
  return (
    <Panel title={t(service ? "services.edit" : "services.add")} onClose={close} hints={hints}>
      <div className={styles.panelBody} ref={body}>
        <TextField label={t("services.name")} {...form.text("name")} />
        <TextField label={t("services.category")} {...form.text("category")} />
        <div className={styles.two}>
          <TextField
            label={t("services.minutes")}
            description={t("services.minutesHint")}
            inputMode="numeric"
            {...form.text("durationMinutes")}
          />
          <TextField
            label={t("services.price", { currency })}
            inputMode="decimal"
            {...priceField}
            onValue={(text) => {
              setNoAmount(false);
              priceField.onValue(text);
            }}
            error={
              noAmount
                ? explainProblem({ field: "priceMinor", code: "not_an_amount", limit: null })
                : priceField.error
            }
          />
        </div>
        <TextField label={t("services.description")} optional {...form.text("description")} />
        <fieldset className={styles.who}>
          <legend>{t("services.who")}</legend>
          {doctors.map(({ providerId, name }) => (
            <label key={providerId}>
              <input
                type="checkbox"
                checked={performers.includes(providerId)}
                onChange={(event) =>
                  setChanged(
                    event.target.checked
                      ? [...performers, providerId]
                      : performers.filter((known) => known !== providerId),
                  )
                }
              />
              <bdi>{name}</bdi>
            </label>
          ))}
          <p className={styles.quiet}>{t("services.whoHint")}</p>
        </fieldset>
      </div>
      <div className={styles.panelFoot}>
        <ErrorBanner error={save.error} fields={form.names} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={save.isPending} onClick={send}>
          {t("services.save")}
        </Button>
      </div>
    </Panel>
  );
}
