import type { ReactNode } from "react";
import styles from "./kit.module.css";

/** What is said aloud (lane, number) is strong; the hyphen and the leading zeros step back. */
export function QueueNumber({
  number,
  className,
  testId,
}: {
  number: string;
  className?: string;
  testId?: string;
}) {
  const match = /^([A-Z]+)-(0*)(\d+)$/.exec(number);
  return (
    <span dir="ltr" className={[styles.qn, className].filter(Boolean).join(" ")} data-testid={testId}>
      {match ? (
        <>
          {match[1]}
          <i className={styles.hyphen}>-</i>
          <i>{match[2]}</i>
          {match[3]}
        </>
      ) : (
        number
      )}
    </span>
  );
}

const numbers = /(\b[A-Z]+-\d+\b)/;
/** A sentence in which no number of a queue or a record breaks at its hyphen. */
export const unbroken = (text: string): ReactNode =>
  text.split(numbers).map((part, index) =>
    index % 2 === 1 ? (
      <span key={index} className={styles.unbroken}>
        {part}
      </span>
    ) : (
      part
    ),
  );
