import type { TFunction } from "i18next";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, useStaff, type CommandError, type StaffMember } from "../api";
import { explain } from "../errors";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { EmptyState, FailedState, SkeletonRows } from "../kit/Empty";
import { tellAction, useHints, useKeys } from "../kit/keys";
import { commas } from "../kit/locale";
import { useMemory } from "../kit/memory";
import { AddStaff } from "./AddStaff";
import { ResetCodeDialog } from "./ResetCodeDialog";
import { StaffMenu } from "./StaffMenu";
import styles from "./identity.module.css";

/** Taking it back works from any screen, so it does not lean on this one being open. */
async function setActive(t: TFunction, member: StaffMember, active: boolean) {
  await (active ? api.reactivateUser(member.userId) : api.suspendUser(member.userId));
  void refresh(keys.staff, ["walkInDesk"]);
  tellAction({
    text: t(active ? "staff.reactivated" : "staff.suspended", { name: member.name }),
    undo: () =>
      void setActive(t, member, !active).catch((error: CommandError) =>
        tellAction({ text: explain(error).what }),
      ),
  });
}

export function StaffScreen() {
  const { t } = useTranslation();
  const staff = useStaff();
  const [adding, setAdding] = useMemory("staff:adding", false);
  const open = () => setAdding(true);
  useKeys({ "alt+n": open });
  const token = useCommand(api.issueToken);
  const [resetFor, setResetFor] = useState<StaffMember | null>(null);
  const reset = (member: StaffMember) => {
    if (token.isPending) return;
    setResetFor(member);
    token.mutate([member.userId, "password_reset"]);
  };
  const change = useCommand((member: StaffMember, active: boolean) => setActive(t, member, active));
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
        {(token.error ?? change.error) && (
          <div className={styles.failure}>
            <ErrorBanner error={token.error ?? change.error} />
          </div>
        )}
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
                  <th className={styles.menuCell}>
                    <span className="sr">{t("staff.actions")}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {staff.data.map((member) => (
                  <tr key={member.userId}>
                    <td>
                      <bdi>{member.name}</bdi>
                    </td>
                    <td>{commas(member.roles.map((role) => t(`role.${role}`)))}</td>
                    <td>{member.specialization}</td>
                    <td>
                      <bdi>{member.email}</bdi>
                    </td>
                    <td>{member.active ? t("staff.active") : t("staff.inactive")}</td>
                    <td className={styles.menuCell}>
                      <StaffMenu
                        member={member}
                        onReset={() => reset(member)}
                        onActive={(active) => {
                          if (!change.isPending) change.mutate([member, active]);
                        }}
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      {token.data && resetFor && (
        <ResetCodeDialog
          name={resetFor.name}
          token={token.data}
          busy={token.isPending}
          onAgain={() => reset(resetFor)}
          onClose={() => token.reset()}
        />
      )}
      {adding && <AddStaff onClose={() => setAdding(false)} />}
    </>
  );
}
