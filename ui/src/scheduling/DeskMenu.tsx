import { Menu } from "@mantine/core";
import {
  IconChevronDown,
  IconDeviceTv,
  IconFileText,
  IconListDetails,
  IconPrinter,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, keys, useBoardNames, useCommand, type LocalDate, type TodayRow } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { Dialog } from "../kit/Dialog";
import { DocumentDialog } from "../kit/DocumentPreview";
import { Keys } from "../kit/Kbd";
import kit from "../kit/kit.module.css";
import { useKeys } from "../kit/keys";
import { longDay } from "../kit/time";
import { BlankSlips } from "./BlankSlips";
import { SlipPrinterDialog } from "./SlipPrinterDialog";

type Props = { day: LocalDate | null; doctor: string | null; rows: TodayRow[]; onPaper: () => void };
type Shown = "dayList" | "blank" | "printer" | null;

/** What the desk needs some times a day: the board, the day on paper, slips for a power cut, the printer. */
export function DeskMenu({ day, doctor, rows, onPaper }: Props) {
  const { t } = useTranslation();
  const { clinic, may } = useHere();
  const [shown, setShown] = useState<Shown>(null);
  const board = useCommand(api.openBoard);
  const names = useBoardNames(clinic.id);
  const showNames = useCommand(api.showNamesOnBoard, () => refresh(keys.boardNames(clinic.id)));
  const books = may("book_appointment");
  const plans = may("view_schedule") && day !== null;
  const open = () => board.mutate([]);
  useKeys({
    "alt+b": open,
    "alt+d": () => plans && setShown("dayList"),
    "alt+e": () => books && onPaper(),
  });
  const name = doctor === null ? null : rows.find((row) => row.providerId === doctor)?.providerName;
  return (
    <>
      <Menu
        position="bottom-end"
        classNames={{ dropdown: kit.dropdown!, item: kit.option! }}
        transitionProps={{ duration: 0 }}
      >
        <Menu.Target>
          <Button look="quiet" size="sm">
            {t("today.more")}
            <IconChevronDown size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconDeviceTv size={16} aria-hidden />}
            rightSection={<Keys of="Alt B" />}
            onClick={open}
          >
            {t("desk.board")}
          </Menu.Item>
          {may("manage_clinic") && names.data !== undefined && (
            <Menu.Item onClick={() => showNames.mutate([clinic.id, !names.data])}>
              {t("desk.names")}: {t(names.data ? "desk.namesOn" : "desk.namesOff")}
            </Menu.Item>
          )}
          {plans && (
            <Menu.Item
              leftSection={<IconListDetails size={16} aria-hidden />}
              rightSection={<Keys of="Alt D" />}
              onClick={() => setShown("dayList")}
            >
              {t("desk.dayList")}
            </Menu.Item>
          )}
          {books && (
            <>
              <Menu.Item
                leftSection={<IconFileText size={16} aria-hidden />}
                rightSection={<Keys of="Alt E" />}
                onClick={onPaper}
              >
                {t("desk.paper")}
              </Menu.Item>
              <Menu.Item onClick={() => setShown("blank")}>{t("desk.blank")}</Menu.Item>
              <Menu.Item
                leftSection={<IconPrinter size={16} aria-hidden />}
                onClick={() => setShown("printer")}
              >
                {t("desk.printer")}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {(board.error ?? showNames.error) && (
        <Dialog title={t("desk.board")} onClose={() => (board.reset(), showNames.reset())}>
          <ErrorBanner error={board.error ?? showNames.error} />
        </Dialog>
      )}
      {shown === "dayList" && day && (
        <DocumentDialog
          document={{ kind: "day_list", clinicId: clinic.id, day, providerId: doctor }}
          title={t("desk.dayListOf", { doctor: name ?? longDay(day) })}
          onClose={() => setShown(null)}
        />
      )}
      {shown === "blank" && <BlankSlips onClose={() => setShown(null)} />}
      {shown === "printer" && <SlipPrinterDialog onClose={() => setShown(null)} />}
    </>
  );
}
