import type { ComponentType, ReactNode } from "react";
import { Button } from "../kit/Button";
import kit from "../kit/kit.module.css";
import styles from "./conflicts.module.css";

type HeadProps = {
  title: string;
  sub: string;
  icon: ComponentType<{ size: number; "aria-hidden": true }>;
  safe: string;
};
/** What it is, whom it concerns, and what is safe meanwhile. */
export const ConflictHead = ({ title, sub, icon: Icon, safe }: HeadProps) => (
  <header>
    <h2>{title}</h2>
    <span className={styles.sub} dir="auto">
      {sub}
    </span>
    <span className={styles.fill} />
    <span className={styles.safe}>
      <Icon size={16} aria-hidden />
      {safe}
    </span>
  </header>
);

type ActProps = {
  digit: string;
  busy: boolean;
  look?: "default" | "main" | "quiet";
  title?: string;
  onClick: () => void;
  children: ReactNode;
};
/** A way to decide, led by the key that does it. */
export const Act = ({ digit, busy, look, title, onClick, children }: ActProps) => (
  <Button
    look={look ?? "default"}
    title={title}
    aria-disabled={busy || undefined}
    aria-keyshortcuts={digit}
    onClick={busy ? undefined : onClick}
  >
    <kbd className={kit.kbd} aria-hidden="true">
      {digit}
    </kbd>
    <span className={styles.actWords}>{children}</span>
  </Button>
);
