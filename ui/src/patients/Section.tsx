import type { ReactNode } from "react";
import { useId } from "react";
import styles from "./patients.module.css";

type Props = { title: string; note?: ReactNode; action?: ReactNode; children: ReactNode };
/** A part of the page with its heading. */
export function Section({ title, note, action, children }: Props) {
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note && <span>{note}</span>}
        <span className={styles.fill} />
        {action}
      </header>
      {children}
    </section>
  );
}
