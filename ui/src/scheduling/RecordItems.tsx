import { Menu } from "@mantine/core";
import { IconAddressBook, IconCash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Permission, TodayRow } from "../api";
import { useHere } from "../kit/clinic";
import { Keys } from "../kit/Kbd";
import { openPayment, openRecord } from "../kit/record";

type May = (permission: Permission) => boolean;
const pay = (row: TodayRow) => openPayment(row.patientId, row.patientName, row.appointmentId);

/** O opens the record of a row's patient, B the bill of the visit; says whether the key was one of them. */
export function recordKey(key: string, row: TodayRow, may: May): boolean {
  if (key.toLowerCase() === "o" && may("edit_patient")) openRecord(row.patientId);
  else if (key.toLowerCase() === "b" && may("take_payment")) pay(row);
  else return false;
  return true;
}

/** The same two in the menu of a row. */
export function RecordItems({ row }: { row: TodayRow }) {
  const { t } = useTranslation();
  const { may } = useHere();
  return (
    <>
      {may("take_payment") && (
        <Menu.Item
          leftSection={<IconCash size={16} aria-hidden />}
          rightSection={<Keys of="B" />}
          onClick={() => pay(row)}
        >
          {t("today.payment")}
        </Menu.Item>
      )}
      {may("edit_patient") && (
        <Menu.Item
          leftSection={<IconAddressBook size={16} aria-hidden />}
          rightSection={<Keys of="O" />}
          onClick={() => openRecord(row.patientId)}
        >
          {t("today.record")}
        </Menu.Item>
      )}
    </>
  );
}
