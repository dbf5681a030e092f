import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import styles from "./kit.module.css";

type Props = { title: string; onClose: () => void; size?: number; children: ReactNode };
export function Dialog({ title, onClose, size = 480, children }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      size={size}
      centered
      padding={0}
      transitionProps={{ duration: 120 }}
      closeButtonProps={{ "aria-label": t("action.close") }}
      overlayProps={{ backgroundOpacity: 0.35 }}
      // The page has one banner, its bar; a dialog's <header> would be read as a second.
      attributes={{ header: { role: "presentation" } }}
      classNames={{
        content: styles.dialog!,
        header: styles.dialogHead!,
        title: styles.dialogTitle!,
        body: styles.dialogBody!,
      }}
    >
      {children}
    </Modal>
  );
}
