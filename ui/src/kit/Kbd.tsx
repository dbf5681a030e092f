import { visual } from "./direction";
import styles from "./kit.module.css";

/** One flat cap per key: <Keys of="Ctrl Enter" /> */
export function Keys({ of }: { of: string }) {
  return (
    <span className={styles.keysOf} aria-hidden="true">
      {of.split(" ").map((key) => (
        <kbd className={styles.kbd} dir="ltr" key={key}>
          {visual(key)}
        </kbd>
      ))}
    </span>
  );
}
