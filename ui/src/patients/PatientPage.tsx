import { IconArrowLeft, IconPencil } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePatient, type Patient, type PatientId } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys, type Hint } from "../kit/keys";
import { AlternateName, useAgeSex, useBorn } from "../kit/person";
import { RecordMark } from "../kit/Whereabouts";
import { Consents } from "./Consents";
import { Details } from "./Details";
import { Duplicates } from "./Duplicates";
import { Family } from "./Family";
import { History } from "./History";
import { Visits } from "./Visits";
import { Wishes } from "./Wishes";
import styles from "./patients.module.css";

export type PageAction = "edit" | "dependant" | "link" | "wishes" | "payment" | "walkIn";

type Props = {
  id: PatientId;
  /** What is docked at the right instead of the history. */
  panel: ReactNode;
  /** What another module knows of the patient's money. */
  money: ReactNode;
  /** What this person may do here, in the order of the buttons. */
  actions: PageAction[];
  onAction: (action: PageAction, patient: Patient) => void;
  onOpen: (id: PatientId) => void;
  onErase?: (patient: Patient) => void;
  onBack: () => void;
};

const keyOf: Record<PageAction, string> = {
  edit: "e",
  dependant: "d",
  link: "l",
  wishes: "c",
  payment: "m",
  walkIn: "w",
};

/** One patient: who they are, who belongs to them, what they wish, when they come, what they owe. */
export function PatientPage(props: Props) {
  const { t } = useTranslation();
  const patient = usePatient(props.id);
  if (patient.error)
    return (
      <section className={styles.page}>
        <div className={styles.head}>
          <Back onBack={props.onBack} />
        </div>
        <FailedState error={patient.error} retry={() => void patient.refetch()} />
      </section>
    );
  if (!patient.data)
    return (
      <section className={styles.page} aria-label={t("patients.title")}>
        <SkeletonRows rows={12} />
      </section>
    );
  return <Loaded {...props} patient={patient.data} />;
}

function Back({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="sm" look="quiet" icon={<IconArrowLeft size={16} aria-hidden />} onClick={onBack}>
      {t("patients.back")}
    </Button>
  );
}

function Loaded(props: Props & { patient: Patient }) {
  const { patient, panel, money, actions, onAction, onOpen, onErase, onBack } = props;
  const { t } = useTranslation();
  const { may } = useHere();
  const ageSex = useAgeSex();
  const born = useBorn();
  const can = (action: PageAction) => actions.includes(action);
  const act = (action: PageAction) => {
    if (!can(action)) return false;
    onAction(action, patient);
    return true;
  };
  useKeys({
    ...Object.fromEntries(actions.map((action) => [keyOf[action], () => act(action)])),
    escape: onBack,
  });
  const words = {
    edit: "keys.edit",
    dependant: "keys.dependant",
    wishes: "keys.wishes",
    payment: "keys.payment",
    walkIn: "keys.walkIn",
  } as const;
  const hints = useHints([
    ...actions.flatMap((action): Hint[] =>
      action === "link" ? [] : [{ keys: [keyOf[action].toUpperCase()], label: t(words[action]) }],
    ),
    ...(may("edit_patient") ? [{ keys: ["P"], label: t("keys.photo") }] : []),
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  return (
    <>
      <section className={styles.page} aria-label={patient.fullName} {...hints}>
        <div className={styles.head}>
          <Back onBack={onBack} />
          <h1 tabIndex={-1}>
            <bdi>{patient.fullName}</bdi>
          </h1>
          <AlternateName name={patient.alternateName} className={styles.other} />
          <span className={`${styles.facts} num`}>
            {[ageSex(patient.ageYears, patient.gender), born(patient), patient.recordNumber]
              .filter(Boolean)
              .map((fact) => (
                <span key={fact}>{fact}</span>
              ))}
            <RecordMark id={patient.id} />
          </span>
          {!patient.active && <span className={styles.tag}>{t("patients.inactive")}</span>}
          <span className={styles.fill} />
          {can("edit") && (
            <Button
              size="sm"
              keys="E"
              icon={<IconPencil size={16} aria-hidden />}
              onClick={() => act("edit")}
            >
              {t("patients.edit")}
            </Button>
          )}
          {can("payment") && (
            <Button size="sm" keys="M" onClick={() => act("payment")}>
              {t("patients.payment")}
            </Button>
          )}
          {can("walkIn") && (
            <Button size="sm" look="main" keys="W" onClick={() => act("walkIn")}>
              {t("patients.walkIn")}
            </Button>
          )}
        </div>
        {may("merge_patients") && <Duplicates patient={patient} />}
        <div className={styles.columns}>
          <div className={styles.column}>
            <Details patient={patient} />
            <Family
              patient={patient}
              onOpen={onOpen}
              onAdd={can("dependant") ? () => act("dependant") : undefined}
              onLink={can("link") ? () => act("link") : undefined}
            />
            <Wishes id={patient.id} onChange={can("wishes") ? () => act("wishes") : undefined} />
            <Consents id={patient.id} />
            {onErase && (
              <div className={styles.section}>
                <Button size="sm" look="quiet" className={styles.erase} onClick={() => onErase(patient)}>
                  {t("erase.button")}
                </Button>
              </div>
            )}
          </div>
          <div className={styles.column}>
            {money}
            <Visits id={patient.id} />
          </div>
          {!panel && (
            <div className={styles.column}>
              <History id={patient.id} />
            </div>
          )}
        </div>
      </section>
      {panel}
    </>
  );
}
