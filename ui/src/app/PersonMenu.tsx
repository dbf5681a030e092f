import { Menu } from "@mantine/core";
import {
  IconCheck,
  IconDeviceDesktop,
  IconDeviceMobile,
  IconLock,
  IconLogout,
  IconMoon,
  IconSun,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TwoStepDialog } from "../identity/TwoStepDialog";
import { language as spoken, speak } from "../i18n";
import { keepLanguage, languages, ownNames } from "../i18n/languages";
import { useHere } from "../kit/clinic";
import kit from "../kit/kit.module.css";
import { Keys } from "../kit/Kbd";
import { initials } from "../kit/person";
import { signOut } from "../kit/signOut";
import { chooseTheme, useTheme } from "./theme";
import styles from "./Shell.module.css";

const themes = [
  { id: "light", icon: IconSun },
  { id: "dark", icon: IconMoon },
  { id: "system", icon: IconDeviceDesktop },
] as const;

export function PersonMenu({ onLock }: { onLock: () => void }) {
  const { t } = useTranslation();
  const { session, overview } = useHere();
  const theme = useTheme();
  const [twoStep, setTwoStep] = useState(false);
  return (
    <>
      <Menu
        position="bottom-end"
        width={240}
        classNames={{ dropdown: kit.dropdown!, item: kit.option!, label: styles.menuLabel! }}
        transitionProps={{ duration: 0 }}
      >
        <Menu.Target>
          <button
            type="button"
            className={styles.person}
            data-testid="person"
            title={t("person.menu", { name: session.name, device: overview.deviceName })}
          >
            <span className={styles.avatar} aria-hidden="true">
              {initials(session.name)}
            </span>
            <span className={styles.personName}>{session.name}</span>
            <span className={styles.device}>{overview.deviceName}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("person.theme")}</Menu.Label>
          {themes.map(({ id, icon: Icon }) => (
            <Menu.Item
              key={id}
              leftSection={<Icon size={16} aria-hidden />}
              rightSection={theme === id ? <IconCheck size={16} aria-label={t("field.chosen")} /> : undefined}
              onClick={() => chooseTheme(id)}
            >
              {t(`person.${id}`)}
            </Menu.Item>
          ))}
          <Menu.Divider color="var(--line)" />
          <Menu.Label>{t("language.label")}</Menu.Label>
          {languages.map((one) => (
            <Menu.Item
              key={one}
              lang={one}
              data-testid={`language-${one}`}
              rightSection={
                one === spoken() ? <IconCheck size={16} aria-label={t("field.chosen")} /> : undefined
              }
              onClick={() => {
                keepLanguage(one, session.userId);
                void speak(one);
              }}
            >
              {ownNames[one]}
            </Menu.Item>
          ))}
          <Menu.Divider color="var(--line)" />
          <Menu.Item
            leftSection={<IconLock size={16} aria-hidden />}
            rightSection={<Keys of="Alt L" />}
            onClick={onLock}
          >
            {t("person.lock")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDeviceMobile size={16} aria-hidden />}
            onClick={() => setTwoStep(true)}
          >
            {t("person.twoStep")}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            data-testid="sign-out"
            onClick={() => void signOut()}
          >
            {t("person.signOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {twoStep && <TwoStepDialog onClose={() => setTwoStep(false)} />}
    </>
  );
}
