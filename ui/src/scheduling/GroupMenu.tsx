import { Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Button } from "../kit/Button";
import kit from "../kit/kit.module.css";
import { groupings, type GroupBy } from "./groups";

export function GroupMenu({ by, onBy }: { by: GroupBy; onBy: (by: GroupBy) => void }) {
  const { t } = useTranslation();
  return (
    <Menu
      position="bottom-end"
      classNames={{ dropdown: kit.dropdown!, item: kit.option! }}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <Button look="quiet" size="sm" aria-label={t("today.by.label", { by: t(`today.by.${by}`) })}>
          {t(`today.by.${by}`)}
          <IconChevronDown size={16} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {groupings.map((grouping) => (
          <Menu.Item
            key={grouping}
            onClick={() => onBy(grouping)}
            rightSection={
              grouping === by ? <IconCheck size={16} aria-label={t("field.chosen")} /> : undefined
            }
          >
            {t(`today.by.${grouping}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
