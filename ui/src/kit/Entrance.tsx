import type { ReactNode } from "react";
import { LanguageChoice } from "./LanguageChoice";
import { Mark } from "./Mark";
import styles from "./Entrance.module.css";

type Props = {
  title: string;
  second?: ReactNode;
  children: ReactNode;
  wide?: boolean;
  /** Offers the languages, where nobody is signed in whose language it could be. */
  languages?: boolean;
};
/** The page before the work: one column, the leaf, a title. */
export function Entrance({ title, second, children, wide = false, languages = false }: Props) {
  return (
    <main className={styles.page}>
      <div className={styles.column} data-wide={wide || undefined}>
        <Mark size={40} />
        <h1>{title}</h1>
        {second && <p className={styles.second}>{second}</p>}
        <div className={styles.body}>{children}</div>
        {languages && <LanguageChoice />}
      </div>
    </main>
  );
}
