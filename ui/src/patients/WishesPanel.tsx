import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  api,
  keys,
  queries,
  refresh,
  useCommand,
  useConsentHistory,
  useConsents,
  usePreferences,
  type ConsentDecision,
  type ConsentPurpose,
  type ContactChannel,
  type PatientId,
  type Preferences,
} from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { SelectField, TextField } from "../kit/Field";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { forget, useMemory } from "../kit/memory";
import { languages } from "../kit/places";
import { Panel } from "../kit/Panel";
import { ConsentState, purposes, useConsentMade } from "./Consents";
import register from "./RegisterPanel.module.css";
import styles from "./patients.module.css";

const channels: ContactChannel[] = ["phone", "sms", "whatsapp", "email", "post"];

/** How a patient is reached, and what they agreed to: asked once they are registered, never before. */
export function WishesPanel({ id, onClose }: { id: PatientId; onClose: () => void }) {
  const { t } = useTranslation();
  const known = usePreferences(id);
  const key = `wishes:${id}`;
  const [typed, setTyped] = useMemory<Preferences | null>(key, null);
  const wishes = typed ?? known.data ?? { channels: [], languages: [] };
  const save = useCommand(() => api.savePreferences(id, wishes));
  const leave = () => {
    forget(key);
    onClose();
  };
  const send = () => {
    if (save.isPending) return;
    save.mutate([], {
      onSuccess: () => {
        tellAction({ text: t("wishes.saved") });
        void refresh(keys.patients);
        leave();
      },
    });
  };
  useKeys({ "ctrl+enter": send, escape: leave });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("keys.save") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => body.current?.querySelector("button")?.focus(), []);
  const toggle = (channel: ContactChannel) =>
    setTyped({
      ...wishes,
      channels: wishes.channels.includes(channel)
        ? wishes.channels.filter((one) => one !== channel)
        : [...wishes.channels, channel],
    });
  const speak = (place: number, language: string) => {
    const next = [...wishes.languages];
    next[place] = language;
    setTyped({ ...wishes, languages: next.filter(Boolean) });
  };
  return (
    <Panel title={t("wishes.title")} onClose={leave} hints={hints}>
      <div className={register.body} ref={body}>
        <fieldset className={styles.channels}>
          <legend>{t("wishes.channels")}</legend>
          {channels.map((channel) => {
            const rank = wishes.channels.indexOf(channel);
            return (
              <button key={channel} type="button" aria-pressed={rank >= 0} onClick={() => toggle(channel)}>
                {rank >= 0 && <b className="num">{rank + 1}</b>}
                {t(`wishes.channel.${channel}`)}
              </button>
            );
          })}
        </fieldset>
        <div className={register.two}>
          {[0, 1].map((place) => (
            <SelectField
              key={place}
              label={t(place === 0 ? "wishes.language" : "wishes.secondLanguage")}
              optional
              clearable
              data={languages()}
              value={wishes.languages[place] ?? null}
              onValue={(language) => speak(place, language)}
            />
          ))}
        </div>
        <ConsentRows id={id} />
      </div>
      <div className={register.foot}>
        <ErrorBanner error={known.error ?? save.error} />
        <Button look="main" size="lg" keys="Ctrl Enter" busy={save.isPending} onClick={send}>
          {t("wishes.save")}
        </Button>
      </div>
    </Panel>
  );
}

function ConsentRows({ id }: { id: PatientId }) {
  const { t } = useTranslation();
  const consents = useConsents(id);
  const history = useConsentHistory(id);
  const made = useConsentMade();
  const [givenBy, setGivenBy] = useState("");
  const record = useCommand((purpose: ConsentPurpose, decision: ConsentDecision) =>
    api.recordConsent({ patientId: id, purpose, decision, givenBy, note: "", fileId: null, decidedAt: null }),
  );
  const decide = (purpose: ConsentPurpose, decision: ConsentDecision) => {
    if (record.isPending) return;
    record.mutate([purpose, decision], {
      onSuccess: (now) => {
        queries.setQueryData(keys.patient(id, "consents"), now);
        void refresh(keys.patient(id, "consentHistory"));
        tellAction({ text: t(`consent.told.${decision}`, { purpose: t(`consent.purpose.${purpose}`) }) });
      },
    });
  };
  const past = history.data?.items ?? [];
  return (
    <div className={styles.consents}>
      <h3>{t("patients.consents")}</h3>
      <TextField label={t("consent.givenBy")} optional name="givenBy" value={givenBy} onValue={setGivenBy} />
      <ErrorBanner error={consents.error ?? record.error} />
      <ul className={styles.rows}>
        {purposes.map((purpose) => {
          const consent = consents.data?.find((one) => one.purpose === purpose);
          const given = consent?.decision === "given";
          const name = t(`consent.purpose.${purpose}`);
          return (
            <li key={purpose}>
              <span>{name}</span>
              <span className={styles.fill} />
              <ConsentState consent={consent} />
              <Button
                look="chip"
                busy={record.isPending && record.variables?.[0] === purpose}
                aria-label={t(given ? "consent.withdrawOne" : "consent.giveOne", { purpose: name })}
                onClick={() => decide(purpose, given ? "withdrawn" : "given")}
              >
                {t(given ? "consent.withdraw" : "consent.give")}
              </Button>
            </li>
          );
        })}
      </ul>
      {past.length > 0 && (
        <details className={styles.past}>
          <summary>{t("consent.history")}</summary>
          <ul className={styles.rows}>
            {past.map((consent) => (
              <li key={consent.id}>
                <ConsentState consent={consent} />
                <span>
                  {t(`consent.purpose.${consent.purpose}`)}
                  <span className={styles.second}> {made(consent)}</span>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
