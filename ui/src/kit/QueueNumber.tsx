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
