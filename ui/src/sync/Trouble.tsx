import { IconPhone } from "@tabler/icons-react";
import type { CommandError } from "../api";
import { Banner } from "../kit/Banner";
import styles from "./sync.module.css";
import { trouble, troubleTone } from "./trouble";

/** A sync that did not get to its end, beside what it concerns. */
export function Trouble({ error, waiting }: { error: CommandError; waiting: number }) {
  const words = trouble(error, waiting);
  return (
    <Banner tone={troubleTone(error.code)} role={error.code === "sync_stopped" ? "status" : "alert"}>
      <b>{words.what}</b>
      <p className={styles.lost}>{words.lost}</p>
      <p>{words.next}</p>
      {words.call && (
        <p className={styles.call}>
          <IconPhone size={14} aria-hidden /> {words.call}
        </p>
      )}
    </Banner>
  );
}
