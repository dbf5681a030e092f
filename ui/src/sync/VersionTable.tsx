import { IconDeviceDesktop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Version } from "../api";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { moment } from "../kit/time";
import { rowsOf } from "./items";
import { marked } from "./marks";
import { capital, columnWord, valueWords, type Said } from "../kit/words";
import styles from "./conflicts.module.css";

type Props = {
  versions: Version[];
  locked?: boolean;
  /** What the first one is, beside each value of it in which they differ. */
  first: string;
};
/** The versions as columns, their fields as rows; the first column is what shows everywhere now. */
export function VersionTable({ versions, locked = false, first }: Props) {
  const { t } = useTranslation();
  const { tz } = useHere();
  return (
    <table className={styles.versions}>
      <thead>
        <tr>
          <th>
            <span className="sr">{t("conflicts.field")}</span>
          </th>
          {versions.map((version) => (
            <th key={version.stamp} scope="col">
              <From device={version.device} user={version.user} at={version.at} />
            </th>
          ))}
        </tr>
      </thead>
      {!locked && (
        <tbody>
          {rowsOf(versions).map(({ column, values, differs }) => {
            const said = values.map((value) => valueWords(t, tz, column, value));
            return (
              <tr key={column}>
                <th scope="row">{capital(columnWord(column))}</th>
                {said.map((one, index) => (
                  <td key={index}>
                    <bdi>
                      <Value
                        said={one}
                        others={said.filter((_, other) => other !== index)}
                        differs={differs}
                      />
                    </bdi>
                    {index === 0 && differs && <em>{first}</em>}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      )}
    </table>
  );
}

type FromProps = { device: string | null; user: string | null; at: string };
/** On which PC it was written, by whom and when. */
export function From({ device, user, at }: FromProps) {
  const { t } = useTranslation();
  const { tz } = useHere();
  // A commit that this PC does not hold any more has no time.
  const when = Date.parse(at) > 0 ? moment(at, tz) : null;
  return (
    <span className={styles.from}>
      <IconDeviceDesktop size={16} aria-hidden />
      <b>{device || t("conflicts.someone")}</b>
      <span className="num">{commas([user, when])}</span>
    </span>
  );
}

export function Value({ said, others, differs }: { said: Said; others: Said[]; differs: boolean }) {
  if (!differs) return <>{said.text}</>;
  // Against an emptied field every letter differs; what tells is the comparison with the texts.
  const texts = others.filter(({ whole }) => !whole);
  const pieces =
    said.whole || texts.length === 0
      ? [{ text: said.text, differs: true }]
      : marked(
          said.text,
          texts.map(({ text }) => text),
        );
  return pieces.map((piece, index) =>
    piece.differs ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
  );
}
