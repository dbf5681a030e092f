import { IconAlertOctagon, IconAlertTriangle, IconCircleCheck, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { CommandError } from "../api";
import { explain, sortProblems } from "../errors";
import { unbroken } from "./QueueNumber";
import styles from "./kit.module.css";

type Tone = "stop" | "warn" | "info" | "good";
const icons = {
  stop: IconAlertOctagon,
  warn: IconAlertTriangle,
  info: IconInfoCircle,
  good: IconCircleCheck,
};

export function Banner({ tone, children, role }: { tone: Tone; children: ReactNode; role?: string }) {
  const Icon = icons[tone];
  return (
    <div
      className={`${styles.banner} ${styles[tone]}`}
      role={role ?? (tone === "stop" ? "alert" : undefined)}
    >
      <Icon size={16} aria-hidden />
      <div className={styles.bannerBody}>{typeof children === "string" ? unbroken(children) : children}</div>
    </div>
  );
}

/** A failure beside its cause; what belongs to a field of the form is left to that field. */
export function ErrorBanner({
  error,
  fields = [],
}: {
  error: CommandError | null;
  fields?: readonly string[];
}) {
  if (!error) return null;
  const { byField, rest } = sortProblems(error, fields);
  if (error.problems.length > 0 && Object.keys(byField).length > 0 && rest.length === 0) return null;
  const words = explain(error);
  return (
    <Banner tone="stop">
      <b>{unbroken(rest.length > 0 ? rest.join(" ") : words.what)}</b>{" "}
      <span className={styles.second}>{unbroken(`${words.safe} ${words.next}`)}</span>
    </Banner>
  );
}
