import {
  IconCalendar,
  IconCloudCheck,
  IconGitCompare,
  IconListDetails,
  IconStethoscope,
  IconUsers,
} from "@tabler/icons-react";
import { VisuallyHidden } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Permission } from "../api";
import { useSyncStatus } from "../api";
import { useHere } from "../kit/clinic";
import { Mark } from "../kit/Mark";
import styles from "./Shell.module.css";

const all = [
  { to: "/", label: "nav.today", icon: IconListDetails, needs: null },
  { to: "/calendar", label: "nav.calendar", icon: IconCalendar, needs: "view_schedule" },
  { to: "/consult", label: "nav.consult", icon: IconStethoscope, needs: "write_consultation" },
  { to: "/conflicts", label: "nav.conflicts", icon: IconGitCompare, needs: "decide_conflicts" },
  { to: "/sync", label: "nav.sync", icon: IconCloudCheck, needs: "sync" },
  { to: "/staff", label: "nav.staff", icon: IconUsers, needs: "manage_staff" },
] as const satisfies readonly { to: string; label: string; icon: unknown; needs: Permission | null }[];

export type Screen = (typeof all)[number];

/** Only the screens that this person may open; their digits are Alt+1…9. */
export function useScreens(): Screen[] {
  const { may } = useHere();
  return all.filter(({ needs }) => needs === null || may(needs));
}

export function Rail({ screens }: { screens: Screen[] }) {
  const { t } = useTranslation();
  const path = useLocation({ select: (location) => location.pathname });
  const status = useSyncStatus().data;
  const { may } = useHere();
  // What this person can decide, as the inbox counts it.
  const waiting = status
    ? status.conflicts -
      (may("view_clinical") ? 0 : status.clinicalConflicts) +
      (may("merge_patients") ? status.duplicates : 0) +
      status.quarantined
    : 0;
  // The number stands where this person can decide, or else where they can read about it.
  const counted = screens.some(({ to }) => to === "/conflicts") ? "/conflicts" : "/sync";
  return (
    <nav className={styles.rail} aria-label={t("nav.label")}>
      <div className={styles.mark} title={t("app")}>
        <Mark size={28} />
      </div>
      {screens.map(({ to, label, icon: Icon }, index) => (
        <Link key={to} to={to} aria-current={path === to ? "page" : undefined} activeProps={{}}>
          <Icon size={20} stroke={1.75} aria-hidden />
          <span>{t(label)}</span>
          {to === counted && waiting > 0 ? (
            <>
              <span className={styles.count} aria-hidden="true">
                {waiting}
              </span>
              <VisuallyHidden>{t("conflicts.toDecide", { count: waiting })}</VisuallyHidden>
            </>
          ) : (
            <span className={styles.digit} aria-hidden="true">
              {index + 1}
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
