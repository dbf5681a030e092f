import { IconArrowBackUp } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Agreement, Patient, PossibleDuplicate } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { languageName } from "../kit/places";
import { date } from "../kit/time";
import { Act, ConflictHead } from "./ConflictHead";
import type { PaneProps } from "./ConflictReading";
import { From, Value } from "./VersionTable";
import { capital, columnWord, type Said } from "../kit/words";
import styles from "./conflicts.module.css";

type Row = { column: string; agreement?: Agreement; read: (t: TFunction, of: Patient) => string | null };
const rows: Row[] = [
  { column: "full_name", agreement: "name", read: (_, of) => of.fullName },
  { column: "alternate_name", agreement: "name", read: (_, of) => of.alternateName },
  {
    column: "birth_date",
    agreement: "birth_date",
    read: (t, of) =>
      of.birthDate &&
      (of.birthDateEstimated
        ? t("patient.bornAbout", { year: of.birthDate.slice(0, 4) })
        : date(of.birthDate)),
  },
  { column: "gender", agreement: "gender", read: (t, of) => t(`gender.${of.gender}`) },
  { column: "phone", agreement: "phone", read: (_, of) => of.phone },
  {
    column: "address",
    agreement: "address",
    read: (_, { address, city, postalCode }) =>
      [address, city, postalCode].filter(Boolean).join("\n") || null,
  },
  { column: "email", read: (_, of) => of.email },
  { column: "national_id", read: (_, of) => of.nationalId },
  {
    column: "primary_language",
    read: (_, of) => of.primaryLanguage && languageName(of.primaryLanguage),
  },
];

/** What two records say, row by row; empty in both says nothing. */
function compared(t: TFunction, { first, second, agreeing }: PossibleDuplicate) {
  return rows.flatMap(({ column, agreement, read }) => {
    const [one, other] = [read(t, first), read(t, second)];
    if (!one && !other) return [];
    const match =
      one === other
        ? "same"
        : !one || !other
          ? "oneOnly"
          : agreement && agreeing.includes(agreement)
            ? "alike"
            : "differs";
    return [{ column, match, said: [one, other] } as const];
  });
}

const said = (t: TFunction, text: string | null): Said =>
  text ? { text, whole: false } : { text: t("conflicts.emptied"), whole: true };

/** Two records that may be one person's. */
export function ConflictPair({
  pair,
  choices,
  error,
  busy,
  onTake,
  later,
}: PaneProps & { pair: PossibleDuplicate }) {
  const { t } = useTranslation();
  const { first, second, firstMade, secondMade } = pair;
  const found = compared(t, pair);
  const agree = found.filter(({ match }) => match === "same" || match === "alike").length;
  return (
    <>
      <ConflictHead
        title={t(pair.likely ? "conflicts.pair.likely" : "conflicts.pair.maybe")}
        sub={t("conflicts.pair.agree", { agree, count: found.length })}
        icon={IconArrowBackUp}
        safe={t("conflicts.pair.safe")}
      />
      <table className={styles.versions}>
        <thead>
          <tr>
            <th>
              <span className="sr">{t("conflicts.field")}</span>
            </th>
            <th scope="col" className={styles.match}>
              {t("conflicts.pair.match")}
            </th>
            {[
              { record: first, made: firstMade },
              { record: second, made: secondMade },
            ].map(({ record, made }) => (
              <th key={record.id} scope="col">
                <b className="num">{record.recordNumber}</b>
                <From
                  device={made?.device ?? null}
                  user={made?.user ?? null}
                  at={made?.at ?? record.createdAt}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.map(({ column, match, said: [one, other] }) => (
            <tr key={column}>
              <th scope="row">{capital(columnWord(column))}</th>
              <td className={styles.match}>{t(`conflicts.pair.matches.${match}`)}</td>
              {[
                [one, other],
                [other, one],
              ].map(([own, opposite], index) => (
                <td key={index} className={own ? "num" : styles.none}>
                  <bdi>
                    <Value
                      said={said(t, own ?? null)}
                      others={[said(t, opposite ?? null)]}
                      differs={match !== "same" && own !== null && opposite !== null}
                    />
                  </bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ErrorBanner error={error} />
      <div className={styles.acts}>
        {choices.map((choice) => (
          <Act key={choice.key} digit={choice.key} busy={busy} onClick={() => onTake(choice)}>
            {choice.does === "merge"
              ? t("conflicts.pair.merge", {
                  number: choice.detailsOf === "first" ? first.recordNumber : second.recordNumber,
                })
              : t("conflicts.pair.keepApart")}
          </Act>
        ))}
        {later}
      </div>
      <p className={styles.what}>{t("conflicts.pair.what", { number: first.recordNumber })}</p>
    </>
  );
}
