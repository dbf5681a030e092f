import { IconDeviceDesktop } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { FieldConflict, Version } from "../api";
import { useHere } from "../kit/clinic";
import { moment } from "../kit/time";
import { rowsOf } from "./items";
import { marked } from "./marks";
import { capital, columnWord, valueWords, type Said } from "./words";
import styles from "./conflicts.module.css";

/** The versions as columns, their fields as rows; the first column is what shows everywhere now. */
export function VersionTable({ conflict, locked }: { conflict: FieldConflict; locked: boolean }) {
  const { t } = useTranslation();
  const { tz, overview } = useHere();
  return (
    <table className={styles.versions}>
      <thead>
        <tr>
          <th>
            <span className="sr">{t("conflicts.field")}</span>
          </th>
          {conflict.versions.map((version) => (
            <th key={version.stamp} scope="col">
              <From version={version} />
            </th>
          ))}
        </tr>
      </thead>
      {!locked && (
        <tbody>
          {rowsOf(conflict).map(({ column, values, differs }) => {
            const said = values.map((value) => valueWords(t, tz, overview.clinics, column, value));
            return (
              <tr key={column}>
                <th scope="row">{capital(columnWord(column))}</th>
                {said.map((one, index) => (
                  <td key={index} dir="auto">
                    <Value said={one} others={said.filter((_, other) => other !== index)} differs={differs} />
                    {index === 0 && differs && <em>{t("conflicts.inUse")}</em>}
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

function From({ version }: { version: Version }) {
  const { t } = useTranslation();
  const { tz } = useHere();
  // A commit that this PC does not hold any more has no time.
  const when = Date.parse(version.at) > 0 ? moment(version.at, tz) : null;
  return (
    <span className={styles.from}>
      <IconDeviceDesktop size={16} aria-hidden />
      <b>{version.device || t("conflicts.someone")}</b>
      <span className="num">{[version.user, when].filter(Boolean).join(", ")}</span>
    </span>
  );
}

function Value({ said, others, differs }: { said: Said; others: Said[]; differs: boolean }) {
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
