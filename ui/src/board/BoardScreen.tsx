import { IconVolumeOff } from "@tabler/icons-react";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useBoard, type BoardCall } from "../api";
import { Mark } from "../kit/Mark";
import { QueueNumber } from "../kit/QueueNumber";
import { useKeys } from "../kit/keys";
import { clock, longDay, useNow } from "../kit/time";
import { roomParts, useNewCall } from "./calls";
import { chime } from "./chime";
import words from "./spoken.json";
import styles from "./Board.module.css";

// The words for patients, in their languages and not in that of the screens.
type Spoken = keyof typeof words;
const spoken = Object.keys(words) as Spoken[];
const most = 3;

/** The board's own language first, then what most of today's patients speak. */
function languages(own: string, ofPatients: string[]): Spoken[] {
  const asked = [own, ...ofPatients].map((tag) => tag.split("-")[0]!.toLowerCase());
  return spoken
    .filter((one) => asked.includes(one))
    .sort((a, b) => asked.indexOf(a) - asked.indexOf(b))
    .slice(0, most);
}

const muted = "neem-board-muted";

export function BoardScreen() {
  const { t, i18n } = useTranslation();
  const board = useBoard();
  const now = useNow(1_000);
  const [silent, setSilent] = useState(() => localStorage.getItem(muted) === "yes");
  const sound = useCallback(() => {
    if (!silent) chime();
  }, [silent]);
  const again = useNewCall(board.data?.calls, sound);
  useKeys({
    f: () => void api.boardFullScreen().catch(() => undefined),
    f11: () => void api.boardFullScreen().catch(() => undefined),
    m: () => {
      localStorage.setItem(muted, silent ? "no" : "yes");
      setSilent(!silent);
    },
  });
  if (!board.data) return <main className={styles.empty}>{board.error && <p>{t("board.notReady")}</p>}</main>;
  const { calls, soon, clinic, site, timezone, day } = board.data;
  const [last, ...before] = calls;
  const said = languages(i18n.language, board.data.languages);
  return (
    <main className={styles.board} aria-label={t("board.title")}>
      <section className={styles.now}>
        <span className={styles.leaf} aria-hidden="true">
          <Mark size={1040} />
        </span>
        <header>
          <Mark size={52} />
          <span>{[clinic, site].join(", ")}</span>
        </header>
        {last ? (
          <Call call={last} said={said} again={again === last.number} />
        ) : (
          <div className={styles.call}>
            <p className={styles.nobody}>{t("board.nobody")}</p>
            <p className={styles.nobodyWhat}>{t("board.nobodyWhat")}</p>
          </div>
        )}
      </section>
      <section className={styles.rest}>
        <header>
          <time>{clock(new Date(now), timezone)}</time>
          <span>{longDay(day)}</span>
        </header>
        <h2>{t("board.before")}</h2>
        <ul>
          {before.map((call) => (
            <li key={call.number}>
              <QueueNumber number={call.number} className={styles.past} />
              <Place call={call} />
            </li>
          ))}
        </ul>
        <footer>
          <h2>{t("board.soon")}</h2>
          <p>
            {soon.map((number) => (
              <QueueNumber key={number} number={number} className={styles.next} />
            ))}
          </p>
          <p className={styles.keys}>
            {silent && (
              <>
                <IconVolumeOff size={16} aria-hidden /> {t("board.muted")}
              </>
            )}
            <span>{t("board.keys")}</span>
          </p>
        </footer>
      </section>
    </main>
  );
}

/** As large as the number can be beside its margins, in pixels of a screen of 1920: lane, hyphen, digits. */
const sizeOf = (number: string) => {
  const [lane = "", digits = ""] = number.split("-");
  return Math.min(
    420,
    Math.floor(1088 / (0.7 * lane.length + 0.3 + 0.6 * digits.length - 0.045 * number.length)),
  );
};

function Call({ call, said, again }: { call: BoardCall; said: Spoken[]; again: boolean }) {
  const { t } = useTranslation();
  const room = call.room ? roomParts(call.room) : null;
  const number = (language: Spoken) =>
    new Intl.NumberFormat(`${language}-u-nu-native`, { useGrouping: false }).format(Number(room!.number));
  return (
    // A new key for each call, so that a call that is repeated moves again.
    <div className={styles.call} role="status" aria-live="assertive" key={call.number + call.calledAt}>
      <p className={styles.say}>
        {said.map((language) => (
          <span key={language} lang={language} dir="auto">
            {words[language].comeIn}
          </span>
        ))}
      </p>
      <span
        className={`${styles.blink} ${again ? styles.again : ""}`}
        style={{ "--size": sizeOf(call.number) } as React.CSSProperties}
      >
        <QueueNumber number={call.number} className={styles.huge} testId="board-number" />
      </span>
      <p className={styles.to}>
        {room?.number
          ? said.map((language, at) => (
              <span key={language} lang={language} dir="auto" className={at === 0 ? styles.own : undefined}>
                {`${words[language].room} ${number(language)}`}
              </span>
            ))
          : call.room && <span className={styles.own}>{call.room}</span>}
      </p>
      <p className={styles.doctor}>
        <bdi>{call.doctor}</bdi>
        {call.name && <bdi>{call.name}</bdi>}
        {again && <b>{t("board.again")}</b>}
      </p>
    </div>
  );
}

function Place({ call }: { call: BoardCall }) {
  const { t } = useTranslation();
  if (!call.room) return <span className={styles.named}>{call.doctor}</span>;
  const { number } = roomParts(call.room);
  if (!number) return <span className={styles.named}>{call.room}</span>;
  return (
    <span className={styles.room}>
      <small>{t("board.room")}</small>
      <b>{number}</b>
    </span>
  );
}
