import { useTranslation } from "react-i18next";
import type { Priority } from "../api";
import { ChoiceField } from "../kit/Field";

const choices = ["none", "elderly", "pregnant", "urgent"] as const;
type Props = { label: string; value: Priority | null; onValue: (value: Priority | null) => void };

/** Whether somebody goes first, and as whom. */
export function PriorityChoice({ label, value, onValue }: Props) {
  const { t } = useTranslation();
  return (
    <ChoiceField
      label={label}
      choices={choices.map((choice) => ({ value: choice, label: t(`today.priority.${choice}`) }))}
      value={value ?? "none"}
      onValue={(choice) => onValue(choice === "none" ? null : choice)}
    />
  );
}
