import { Menu } from "@mantine/core";
import { IconDots, IconKey, IconUserCheck, IconUserOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { StaffMember } from "../api";
import { useHere } from "../kit/clinic";
import kit from "../kit/kit.module.css";
import styles from "./identity.module.css";

type Props = { member: StaffMember; onReset: () => void; onActive: (active: boolean) => void };
export function StaffMenu({ member, onReset, onActive }: Props) {
  const { t } = useTranslation();
  const { session } = useHere();
  return (
    <Menu
      position="bottom-end"
      classNames={{ dropdown: kit.dropdown!, item: kit.option! }}
      transitionProps={{ duration: 0 }}
    >
      <Menu.Target>
        <button type="button" className={styles.more} aria-label={t("staff.more", { name: member.name })}>
          <IconDots size={16} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={onReset}>
          {t("staff.reset.go")}
        </Menu.Item>
        {!member.active ? (
          <Menu.Item leftSection={<IconUserCheck size={16} aria-hidden />} onClick={() => onActive(true)}>
            {t("staff.reactivate")}
          </Menu.Item>
        ) : (
          // Nobody suspends themself: the core refuses it.
          member.userId !== session.userId && (
            <Menu.Item leftSection={<IconUserOff size={16} aria-hidden />} onClick={() => onActive(false)}>
              {t("staff.suspend")}
            </Menu.Item>
          )
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
