import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useStaff } from "../api";
import { Button } from "../kit/Button";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { useHints, useKeys } from "../kit/keys";
import { useMemory } from "../kit/memory";
import { AddStaff } from "./AddStaff";
import styles from "./identity.module.css";

export function StaffScreen() {
  const { t } = useTranslation();
  const staff = useStaff();
  const [adding, setAdding] = useMemory("staff:adding", false);
  const open = () => setAdding(true);
  useKeys({ "alt+n": open });
  const hints = useHints([{ keys: ["Alt", "N"], label: t("staff.add") }]);
  return (
    <>
      <section className={styles.staff} {...hints}>
        <div className={styles.head}>
          <h1>{t("staff.title")}</h1>
          <span>{staff.data && t("staff.count", { count: staff.data.length })}</span>
          <Button size="sm" keys="Alt N" icon={<IconPlus size={16} aria-hidden />} onClick={open}>
            {t("staff.add")}
          </Button>
        </div>
        {staff.error ? (
          <FailedState error={staff.error} retry={() => void staff.refetch()} />
        ) : !staff.data ? (
          <SkeletonRows rows={6} />
        ) : staff.data.length === 0 ? (
          <EmptyState icon={<IconUsers size={32} stroke={1.5} aria-hidden />} title={t("staff.empty")}>
            {t("staff.emptyWhat")}
          </EmptyState>
        ) : (
          <div className={styles.table}>
            <table aria-label={t("staff.title")}>
              <thead>
                <tr>
                  <th>{t("staff.name")}</th>
                  <th>{t("staff.role")}</th>
                  <th>{t("staff.specialization")}</th>
                  <th>{t("staff.email")}</th>
                  <th>{t("staff.state")}</th>
                </tr>
              </thead>
              <tbody>
                {staff.data.map((member) => (
                  <tr key={member.userId}>
                    <td>{member.name}</td>
                    <td>{member.roles.map((role) => t(`role.${role}`)).join(", ")}</td>
                    <td>{member.specialization}</td>
                    <td>{member.email}</td>
                    <td>{member.active ? t("staff.active") : t("staff.inactive")}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {adding && <AddStaff onClose={() => setAdding(false)} />}
    </>
  );
}
