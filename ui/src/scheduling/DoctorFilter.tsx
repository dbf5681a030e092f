import { Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { TodayRow } from "../api";
import { Button } from "../kit/Button";
import kit from "../kit/kit.module.css";

type Props = { rows: TodayRow[]; doctor: string | null; onDoctor: (id: string | null) => void };
export function DoctorFilter({ rows, doctor, onDoctor }: Props) {
  const { t } = useTranslation();
  const doctors = [...new Map(rows.map((row) => [row.providerId, row.providerName]))].sort((a, b) =>
    a[1].localeCompare(b[1]),
  );
  if (doctors.length < 2 && doctor === null) return null;
  const chosen = doctors.find(([id]) => id === doctor);
  const item = (id: string | null, name: string) => (
    <Menu.Item
      key={id ?? "all"}
      onClick={() => onDoctor(id)}
      rightSection={id === doctor ? <IconCheck size={16} aria-label={t("field.chosen")} /> : undefined}
    >
      {name}
    </Menu.Item>
  );
  return (
    <Menu
      position="bottom-end"
      classNames={{ dropdown: kit.dropdown!, item: kit.option! }}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <Button
          look="quiet"
          size="sm"
          aria-label={t("today.filter", { doctor: chosen?.[1] ?? t("today.allDoctors") })}
        >
          {chosen?.[1] ?? t("today.allDoctors")}
          <IconChevronDown size={16} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {item(null, t("today.allDoctors"))}
        {doctors.map(([id, name]) => item(id, name))}
      </Menu.Dropdown>
    </Menu>
  );
}
