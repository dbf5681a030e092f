import { IconLoader2 } from "@tabler/icons-react";
import type { ComponentProps, ReactNode } from "react";
import { Keys } from "./Kbd";
import styles from "./kit.module.css";

type Props = Omit<ComponentProps<"button">, "children"> & {
  look?: "default" | "main" | "quiet" | "chip";
  size?: "sm" | "md" | "lg";
  icon?: ReactNode;
  keys?: string;
  busy?: boolean;
  children?: ReactNode;
};

export function Button({
  look = "default",
  size = "md",
  icon,
  keys,
  busy = false,
  children,
  className,
  ...rest
}: Props) {
  const classes = [styles.btn, look !== "default" && styles[look], size !== "md" && styles[size], className];
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      {...rest}
      className={classes.filter(Boolean).join(" ")}
      // A second click while the first still runs must do nothing, yet the focus stays where it was.
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
    >
      {busy ? <IconLoader2 className={styles.spin} size={size === "lg" ? 20 : 16} aria-hidden /> : icon}
      {children}
      {keys && <Keys of={keys} />}
    </button>
  );
}
