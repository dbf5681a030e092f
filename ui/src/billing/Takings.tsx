import { IconEyeOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useTakings, type LocalDate } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { useHere } from "../kit/clinic";
import { money } from "../kit/money";
import styles from "./billing.module.css";

/** What the day brought, by method; cash only once every till of the site is counted. */
export function Takings({ day }: { day: LocalDate | undefined }) {
  const { t } = useTranslation();
  const { clinic } = useHere();
  const takings = useTakings(clinic.id, day);
  const rows = takings.data ?? [];
  return (
    <section className={styles.section} aria-label={t("money.takings")}>
      <header>
        <h2>{t("money.takings")}</h2>
      </header>
      <ErrorBanner error={takings.error} />
      {takings.data && rows.length === 0 && <p className={styles.quiet}>{t("money.nothing")}</p>}
      {rows.length > 0 && (
        <table className={styles.takings}>
          <thead>
            <tr>
              <th>{t("money.method")}</th>
              <th className={styles.end}>{t("money.payments")}</th>
              <th className={styles.end}>{t("money.net")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ method, payments, net }) => (
              <tr key={`${method} ${net?.currency}`}>
                <td>{t(`pay.methods.${method}`)}</td>
                <td className={`${styles.end} num`}>{payments}</td>
                <td className={`${styles.end} num`}>
                  {net ? (
                    money(net)
                  ) : (
                    <span className={styles.hidden}>
                      <IconEyeOff size={16} aria-hidden />
                      {t("money.afterCount")}
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
