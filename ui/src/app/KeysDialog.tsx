import { useTranslation } from "react-i18next";
import { Dialog } from "../kit/Dialog";
import { Keys } from "../kit/Kbd";
import { onRail, type Screen } from "./Rail";
import styles from "./Shell.module.css";

const groups = {
  everywhere: [
    ["search", "Ctrl K"],
    ["lock", "Alt L"],
    ["sync", "Alt Shift S"],
    ["waitlist", "Alt W"],
    ["save", "Ctrl Enter"],
    ["back", "Esc"],
    ["print", "Ctrl P"],
    ["all", "?"],
  ],
  desk: [
    ["rows", "↑ ↓"],
    ["action", "Enter"],
    ["accept", "A"],
    ["recall", "R"],
    ["skip", "S"],
    ["move", "M"],
    ["priority", "Y"],
    ["noShow", "N"],
    ["slip", "P"],
    ["undo", "Ctrl Z"],
    ["doctor", "1 … 9"],
    ["board", "Alt B"],
    ["dayList", "Alt D"],
    ["paper", "Alt E"],
  ],
  calendar: [
    ["cells", "← → ↑ ↓"],
    ["open", "Enter"],
    ["new", "Alt N"],
    ["free", "F"],
    ["move", "M"],
    ["length", "+ -"],
    ["cancel", "X"],
    ["edit", "E"],
    ["pay", "B"],
    ["turn", "[ ]"],
    ["today", "T"],
    ["view", "D W"],
  ],
  consult: [
    ["next", "Alt →"],
    ["allergy", "Alt A"],
    ["repeat", "Alt R"],
    ["override", "Alt O"],
    ["finish", "Alt F"],
  ],
  hours: [
    ["views", "H Y R"],
    ["add", "N D O"],
    ["change", "E Del"],
    ["rebook", "1 … 4"],
    ["keep", "K"],
  ],
  waitlist: [
    ["book", "Enter"],
    ["offered", "O"],
    ["decline", "D"],
    ["remove", "Del"],
    ["add", "N"],
  ],
  patients: [
    ["open", "Ctrl Enter"],
    ["edit", "E"],
    ["dependant", "D"],
    ["wishes", "C"],
    ["walkIn", "W"],
    ["payment", "M"],
    ["photo", "P"],
  ],
  conflicts: [
    ["move", "J K"],
    ["keep", "1 … 9"],
    ["later", "L"],
    ["copy", "C"],
    ["undo", "U"],
  ],
} as const;

export function KeysDialog({ screens, onClose }: { screens: Screen[]; onClose: () => void }) {
  const { t } = useTranslation();
  const consult = screens.some(({ to }) => to === "/consult");
  const calendar = screens.some(({ to }) => to === "/calendar");
  const patients = screens.some(({ to }) => to === "/patients");
  const conflicts = screens.some(({ to }) => to === "/conflicts");
  const hours = screens.some(({ to }) => to === "/hours");
  return (
    <Dialog title={t("keys.all")} onClose={onClose} size={760}>
      <div className={styles.keyGroups}>
        <dl>
          <dt>{t("keys.group.everywhere")}</dt>
          {onRail(screens).map(({ to, label }, index) => (
            <dd key={to}>
              <span>{t(label)}</span>
              <Keys of={`Alt ${index + 1}`} />
            </dd>
          ))}
          {groups.everywhere.map(([name, keys]) => (
            <dd key={name}>
              <span>{t(`keys.every.${name}`)}</span>
              <Keys of={keys} />
            </dd>
          ))}
        </dl>
        <dl>
          <dt>{t("keys.group.desk")}</dt>
          {groups.desk.map(([name, keys]) => (
            <dd key={name}>
              <span>{t(`keys.desk.${name}`)}</span>
              <Keys of={keys} />
            </dd>
          ))}
        </dl>
        {calendar && (
          <dl>
            <dt>{t("keys.group.calendar")}</dt>
            {groups.calendar.map(([name, keys]) => (
              <dd key={name}>
                <span>{t(`keys.calendar.${name}`)}</span>
                <Keys of={keys} />
              </dd>
            ))}
          </dl>
        )}
        {consult && (
          <dl>
            <dt>{t("keys.group.consult")}</dt>
            {groups.consult.map(([name, keys]) => (
              <dd key={name}>
                <span>{t(`keys.consult.${name}`)}</span>
                <Keys of={keys} />
              </dd>
            ))}
          </dl>
        )}
        {hours && (
          <dl>
            <dt>{t("keys.group.hours")}</dt>
            {groups.hours.map(([name, keys]) => (
              <dd key={name}>
                <span>{t(`keys.hours.${name}`)}</span>
                <Keys of={keys} />
              </dd>
            ))}
            <dt>{t("keys.group.waitlist")}</dt>
            {groups.waitlist.map(([name, keys]) => (
              <dd key={name}>
                <span>{t(`keys.waitlist.${name}`)}</span>
                <Keys of={keys} />
              </dd>
            ))}
          </dl>
        )}
        {patients && (
          <dl>
            <dt>{t("keys.group.patients")}</dt>
            {groups.patients.map(([name, keys]) => (
              <dd key={name}>
                <span>{t(`keys.patients.${name}`)}</span>
                <Keys of={keys} />
              </dd>
            ))}
          </dl>
        )}
        {conflicts && (
          <dl>
            <dt>{t("keys.group.conflicts")}</dt>
            {groups.conflicts.map(([name, keys]) => (
              <dd key={name}>
                <span>{t(`keys.conflicts.${name}`)}</span>
                <Keys of={keys} />
              </dd>
            ))}
          </dl>
        )}
      </div>
    </Dialog>
  );
}
