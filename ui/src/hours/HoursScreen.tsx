import { IconClockHour4 } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStranded, useWalkInDesk } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { Keys } from "../kit/Kbd";
import { useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { DoctorHours } from "./DoctorHours";
import { Holidays } from "./Holidays";
import { RebookView } from "./RebookView";
import styles from "./hours.module.css";

const views = ["doctors", "holidays", "rebook"] as const;
const viewKeys = { doctors: "H", holidays: "Y", rebook: "R" } as const;

/** When doctors can be seen, when the site is closed, and whom a change has left without a place. */
export function HoursScreen({ onServices }: { onServices?: () => void }) {
  const { t } = useTranslation();
  const { clinic, session } = useHere();
  const [view, setView] = useMemory<(typeof views)[number]>("hours:view", "doctors");
  const [chosen, setChosen] = useMemory<string | null>("hours:doctor", session.providerId);
  const stranded = useStranded(clinic.id);
  const desk = useWalkInDesk(clinic.id);
  const doctors = desk.data?.doctors ?? [];
  const doctor = doctors.find(({ providerId }) => providerId === chosen) ?? doctors[0];
  const count = stranded.data?.length ?? 0;
  const choose = (index: number) => {
    const found = doctors[index];
    if (!found || view !== "doctors") return false;
    setChosen(found.providerId);
    return true;
  };
  useKeys({
    h: () => setView("doctors"),
    y: () => setView("holidays"),
    r: () => setView("rebook"),
    ...(view === "doctors"
      ? Object.fromEntries(doctors.slice(0, 9).map((_, index) => [String(index + 1), () => choose(index)]))
      : {}),
  });
  return (
    <>
      <section className={styles.screen}>
        <div className={styles.head}>
          <h1>{t("hours.title")}</h1>
          <div className={styles.tabs} role="tablist" aria-label={t("hours.title")}>
            {views.map((name) => (
              <button
                key={name}
                type="button"
                role="tab"
                aria-selected={view === name}
                data-testid={`hours-${name}`}
                onClick={() => setView(name)}
              >
                {t(`hours.views.${name}`)}
                {name === "rebook" && count > 0 && <span className={`${styles.count} num`}>{count}</span>}
                <Keys of={viewKeys[name]} />
              </button>
            ))}
          </div>
          <span className={styles.fill} />
          {onServices && (
            <Button size="sm" onClick={onServices}>
              {t("hours.services")}
            </Button>
          )}
        </div>
        {view === "holidays" ? (
          <Holidays />
        ) : view === "rebook" ? (
          <RebookView />
        ) : desk.error ? (
          <FailedState error={desk.error} retry={() => void desk.refetch()} />
        ) : !desk.data ? (
          <SkeletonRows rows={10} />
        ) : !doctor ? (
          <EmptyState
            icon={<IconClockHour4 size={32} stroke={1.5} aria-hidden />}
            title={t("hours.noDoctors")}
          >
            {t("hours.noDoctorsWhat")}
          </EmptyState>
        ) : (
          <div className={styles.columns}>
            <div className={styles.doctors} role="radiogroup" aria-label={t("hours.doctor")}>
              {doctors.map(({ providerId, name, specialization }, index) => (
                <button
                  key={providerId}
                  type="button"
                  role="radio"
                  aria-checked={providerId === doctor.providerId}
                  onClick={() => setChosen(providerId)}
                >
                  {index < 9 && <Keys of={String(index + 1)} />}
                  <span>
                    <b>
                      <bdi>{name}</bdi>
                    </b>
                    <span className={styles.quiet}>{specialization}</span>
                  </span>
                </button>
              ))}
            </div>
            <DoctorHours key={doctor.providerId} doctor={doctor} />
          </div>
        )}
      </section>
    </>
  );
}
