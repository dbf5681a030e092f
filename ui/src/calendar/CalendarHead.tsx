import { Menu } from "@mantine/core";
import {
  IconCheck,
  IconChevronDown,
  IconChevronLeft,
  IconChevronRight,
  IconPlus,
  IconZoomCheck,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useWalkInDesk } from "../api";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import kit from "../kit/kit.module.css";
import { daysAfter, longDay, shortDate } from "../kit/time";
import type { useView } from "./useView";
import styles from "./Calendar.module.css";

type Props = { view: ReturnType<typeof useView>; onFind: () => void; onNew: () => void };

export function CalendarHead({ view, onFind, onNew }: Props) {
  const { t } = useTranslation();
  const { may } = useHere();
  const week = view.mode === "week";
  return (
    <div className={styles.head}>
      <h1>
        {week
          ? t("calendar.weekOf", { from: shortDate(view.first), to: shortDate(daysAfter(view.first, 6)) })
          : longDay(view.day)}
      </h1>
      <div className={styles.turn}>
        <Button
          look="quiet"
          size="sm"
          aria-label={t(week ? "calendar.weekBefore" : "calendar.dayBefore")}
          icon={<IconChevronLeft size={16} aria-hidden />}
          onClick={() => view.turn(-1)}
        />
        <Button size="sm" keys="T" onClick={view.toToday}>
          {t("calendar.today")}
        </Button>
        <Button
          look="quiet"
          size="sm"
          aria-label={t(week ? "calendar.weekAfter" : "calendar.dayAfter")}
          icon={<IconChevronRight size={16} aria-hidden />}
          onClick={() => view.turn(1)}
        />
      </div>
      <span className={styles.fill} />
      <span className={styles.legend}>
        <i className={styles.closedKey} />
        {t("calendar.legend.closed")}
        <i className={styles.bufferKey} />
        {t("calendar.legend.buffer")}
      </span>
      {week && <Whose view={view} />}
      <div className={kit.seg} role="group" aria-label={t("calendar.view")}>
        {(["day", "week"] as const).map((mode) => (
          <button
            key={mode}
            type="button"
            className={styles.mode}
            aria-pressed={view.mode === mode}
            onClick={() => view.set({ mode })}
          >
            {t(`calendar.${mode}`)}
          </button>
        ))}
      </div>
      <Button size="sm" keys="F" icon={<IconZoomCheck size={16} aria-hidden />} onClick={onFind}>
        {t("calendar.findFree")}
      </Button>
      {may("book_appointment") && (
        <Button
          size="sm"
          look="main"
          keys="Alt N"
          data-testid="new-appointment"
          icon={<IconPlus size={16} aria-hidden />}
          onClick={onNew}
        >
          {t("calendar.new")}
        </Button>
      )}
    </div>
  );
}

/** Whose week is shown. */
function Whose({ view }: { view: Props["view"] }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const desk = useWalkInDesk(clinic.id).data?.doctors ?? [];
  const doctors = desk.map(({ providerId, name }) => [providerId, name] as const);
  const chosen = doctors.find(([id]) => id === view.doctor)?.[1] ?? t("calendar.allDoctors");
  return (
    <Menu
      position="bottom-end"
      classNames={{ dropdown: kit.dropdown!, item: kit.option! }}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <Button look="quiet" size="sm" aria-label={t("calendar.whose", { doctor: chosen })}>
          {chosen}
          <IconChevronDown size={16} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[[null, t("calendar.allDoctors")] as const, ...doctors].map(([id, name]) => (
          <Menu.Item
            key={id ?? "all"}
            onClick={() => view.set({ doctor: id })}
            rightSection={
              id === view.doctor ? <IconCheck size={16} aria-label={t("field.chosen")} /> : undefined
            }
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
