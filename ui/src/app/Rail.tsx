import {
  IconAddressBook,
  IconCash,
  IconCalendar,
  IconClockHour4,
  IconCloudCheck,
  IconGitCompare,
  IconHourglassEmpty,
  IconListDetails,
  IconStethoscope,
  IconUsers,
} from "@tabler/icons-react";
import { VisuallyHidden } from "@mantine/core";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Permission } from "../api";
import { useStranded, useSyncStatus } from "../api";
import { useHere } from "../kit/clinic";
import { Mark } from "../kit/Mark";
import styles from "./Shell.module.css";

const all = [
  { to: "/", label: "nav.today", icon: IconListDetails, needs: null },
  { to: "/calendar", label: "nav.calendar", icon: IconCalendar, needs: "view_schedule" },
  { to: "/consult", label: "nav.consult", icon: IconStethoscope, needs: "write_consultation" },
  { to: "/patients", label: "nav.patients", icon: IconAddressBook, needs: "edit_patient" },
  { to: "/money", label: "nav.money", icon: IconCash, needs: "take_payment" },
  { to: "/waitlist", label: "nav.waitlist", icon: IconHourglassEmpty, needs: "view_schedule" },
  { to: "/hours", label: "nav.hours", icon: IconClockHour4, needs: "view_schedule" },
  { to: "/services", label: "nav.services", icon: IconListDetails, needs: "view_schedule", within: "/hours" },
  { to: "/conflicts", label: "nav.conflicts", icon: IconGitCompare, needs: "decide_conflicts" },
  { to: "/sync", label: "nav.sync", icon: IconCloudCheck, needs: "sync" },
  { to: "/staff", label: "nav.staff", icon: IconUsers, needs: "manage_staff" },
] as const satisfies readonly {
  to: string;
  label: string;
  icon: unknown;
  needs: Permission | null;
  /** Reached from another screen, which stays marked on the rail. */
  within?: string;
}[];

export type Screen = (typeof all)[number];

/** Only the screens that this person may open; their digits are Alt+1…9. */
export function useScreens(): Screen[] {
  const { may } = useHere();
  return all.filter(({ needs }) => needs === null || may(needs));
}

/** The screens that have a place on the rail, and with it a digit. */
export const onRail = (screens: Screen[]) => screens.filter((screen) => !("within" in screen));

/** Whether a path is of a screen: its own, or one below it. */
export const isOf = (to: string, path: string) => path === to || (to !== "/" && path.startsWith(`${to}/`));

export function Rail({ screens }: { screens: Screen[] }) {
  const { t } = useTranslation();
  const path = useLocation({ select: (location) => location.pathname });
  const inside = screens.find((screen) => isOf(screen.to, path));
  const at = inside && "within" in inside ? inside.within : inside?.to;
  const status = useSyncStatus().data;
  const { may, clinic } = useHere();
  const stranded = useStranded(clinic.id, may("view_schedule")).data?.length ?? 0;
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
      {onRail(screens).map(({ to, label, icon: Icon }, index) => (
        <Link key={to} to={to} aria-current={at === to ? "page" : undefined} activeProps={{}}>
          <Icon size={20} stroke={1.75} aria-hidden />
          <span>{t(label)}</span>
          {to === counted && waiting > 0 ? (
            <Count count={waiting} words={t("conflicts.toDecide", { count: waiting })} />
          ) : to === "/hours" && stranded > 0 ? (
            <Count count={stranded} words={t("hours.toRebook", { count: stranded })} />
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

function Count({ count, words }: { count: number; words: string }) {
  return (
    <>
      <span className={styles.count} aria-hidden="true">
        {count}
      </span>
      <VisuallyHidden>{words}</VisuallyHidden>
    </>
  );
}
