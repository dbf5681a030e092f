import { IconBuildingCommunity } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { PatientHit } from "../api";
import { useHere } from "../kit/clinic";
import { SearchBox } from "../patients/SearchBox";
import { SyncBadge } from "../sync/SyncBadge";
import { PersonMenu } from "./PersonMenu";
import styles from "./Shell.module.css";

type Props = {
  onChoose: (hit: PatientHit) => void;
  onOpen?: (hit: PatientHit) => void;
  onRegister?: (typed: string) => void;
  onDownFromEmpty: () => void;
  onLock: () => void;
};
export function TopBar({ onChoose, onOpen, onRegister, onDownFromEmpty, onLock }: Props) {
  const { t } = useTranslation();
  const { clinic, overview, may } = useHere();
  const navigate = useNavigate();
  return (
    <header className={styles.bar}>
      {may("find_patient") && (
        <SearchBox
          onChoose={onChoose}
          onOpen={onOpen}
          chooses={may("book_appointment") ? t("search.walkIn") : undefined}
          onRegister={onRegister}
          onDownFromEmpty={onDownFromEmpty}
        />
      )}
      <span className={styles.fill} />
      <span className={styles.site}>
        <IconBuildingCommunity size={16} aria-hidden />
        {clinic.name}
        {overview.demo && <span className={styles.demo}>{t("demo")}</span>}
      </span>
      <SyncBadge onOpen={may("sync") ? () => void navigate({ to: "/sync" }) : undefined} />
      <PersonMenu onLock={onLock} />
    </header>
  );
}
