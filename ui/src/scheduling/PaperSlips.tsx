import { IconFileText } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOpenSlips, useWalkInDesk } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { QueueNumber } from "../kit/QueueNumber";
import { BlankSlips } from "./BlankSlips";
import { PaperLine, type Entered } from "./PaperLine";
import day from "./Today.module.css";
import styles from "./PaperSlips.module.css";

const columns = ["number", "patient", "doctor", "time", "day", "reason", "seenShort"] as const;

/** After a power cut: one line for each slip from the drawer, with the time that stands on it. */
export function PaperSlips({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const slips = useOpenSlips(clinic.id);
  const desk = useWalkInDesk(clinic.id);
  const [chosen, setChosen] = useMemory<string | null>("paper:slip", null);
  const [doctor, setDoctor] = useMemory("paper:doctor", "");
  const [entered, setEntered] = useMemory<Entered[]>("paper:entered", []);
  const [blank, setBlank] = useState(false);
  useKeys({ escape: onClose });
  const hints = useHints([
    { keys: ["Tab"], label: t("keys.nextField") },
    { keys: ["Ctrl", "Enter"], label: t("keys.enterSlip") },
    { keys: ["Esc"], label: t("keys.backToList") },
  ]);
  const open = slips.data ?? [];
  const current = open.find((slip) => slip.id === chosen) ?? open[0];
  const doctors = desk.data?.doctors ?? [];
  return (
    <section className={day.list} {...hints} aria-label={t("paper.title")}>
      <div className={day.head}>
        <h1>{t("paper.title")}</h1>
        <span className={day.sub}>{slips.data && t("paper.what", { count: open.length })}</span>
        <span className={day.fill} />
        <Button size="sm" onClick={() => setBlank(true)}>
          {t("paper.printMore")}
        </Button>
        <Button size="sm" look="quiet" keys="Esc" onClick={onClose}>
          {t("paper.back")}
        </Button>
      </div>
      {slips.error ? (
        <FailedState error={slips.error} retry={() => void slips.refetch()} />
      ) : !slips.data || !desk.data ? (
        <SkeletonRows rows={8} />
      ) : open.length === 0 && entered.length === 0 ? (
        <EmptyState icon={<IconFileText size={32} stroke={1.5} aria-hidden />} title={t("paper.none")}>
          {t("paper.noneWhat")}
        </EmptyState>
      ) : (
        <div className={styles.lines}>
          <div className={`${styles.line} ${styles.cols}`} aria-hidden="true">
            {columns.map((column) => (
              <span key={column}>{t(`paper.${column}`)}</span>
            ))}
            <span />
          </div>
          {open.map((slip) =>
            slip === current ? (
              <PaperLine
                key={slip.id}
                slip={slip}
                doctors={doctors}
                doctor={doctor || doctors[0]?.providerId || ""}
                onDoctor={setDoctor}
                onEntered={(one) => {
                  setEntered((now) => [one, ...now]);
                  setChosen(open[open.indexOf(slip) + 1]?.id ?? null);
                }}
              />
            ) : (
              <button
                key={slip.id}
                type="button"
                className={styles.waiting}
                onClick={() => setChosen(slip.id)}
              >
                <QueueNumber number={slip.number} />
              </button>
            ),
          )}
          {entered.length > 0 && (
            <>
              <h2 className={styles.done}>{t("paper.list")}</h2>
              <ul>
                {entered.map((one) => (
                  <li key={one.number} className={styles.entered}>
                    <QueueNumber number={one.number} />
                    <bdi>{one.name}</bdi>
                    <span>{one.doctor}</span>
                    <span className="num">{one.time}</span>
                    <span>{t(one.seen ? "paper.wasSeen" : "paper.waits")}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
      {blank && <BlankSlips onClose={() => setBlank(false)} />}
    </section>
  );
}
