import { PasswordInput, Select, Textarea, TextInput } from "@mantine/core";
import { useId, type ComponentProps, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { visual } from "./direction";
import styles from "./kit.module.css";

const look = {
  input: styles.input!,
  label: styles.label!,
  error: styles.fieldError!,
  description: styles.hint!,
};
const order: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

type Common = { label: string; optional?: boolean; onValue: (value: string) => void };

function useLabel(label: string, optional?: boolean): ReactNode {
  const { t } = useTranslation();
  if (!optional) return label;
  return (
    <>
      {label} <span className={styles.optional}>{t("field.optional")}</span>
    </>
  );
}

export function TextField({
  label,
  optional,
  onValue,
  ...rest
}: Omit<ComponentProps<typeof TextInput>, "label"> & Common) {
  return (
    <TextInput
      dir="auto"
      autoComplete="off"
      spellCheck={false}
      // Far above every limit of the core, which says "too long" itself; a pasted book must not freeze the window.
      maxLength={2_001}
      {...rest}
      label={useLabel(label, optional)}
      classNames={look}
      inputWrapperOrder={order}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  );
}

/** Several lines; Ctrl Enter still belongs to the form. */
export function LongTextField({
  label,
  optional,
  onValue,
  ...rest
}: Omit<ComponentProps<typeof Textarea>, "label"> & Common) {
  return (
    <Textarea
      dir="auto"
      autosize
      minRows={2}
      maxRows={6}
      maxLength={20_001}
      {...rest}
      label={useLabel(label, optional)}
      classNames={look}
      inputWrapperOrder={order}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  );
}

export function PasswordField({
  label,
  optional,
  onValue,
  ...rest
}: Omit<ComponentProps<typeof PasswordInput>, "label"> & Common) {
  const { t } = useTranslation();
  return (
    <PasswordInput
      dir="ltr"
      autoComplete="off"
      visibilityToggleButtonProps={{ "aria-label": t("field.showPassword") }}
      {...rest}
      label={useLabel(label, optional)}
      classNames={look}
      inputWrapperOrder={order}
      onChange={(event) => onValue(event.currentTarget.value)}
    />
  );
}

export function SelectField({
  label,
  optional,
  onValue,
  ...rest
}: Omit<ComponentProps<typeof Select>, "label" | "onChange"> & Common) {
  const { t } = useTranslation();
  return (
    <Select
      searchable
      allowDeselect={false}
      limit={60}
      nothingFoundMessage={t("field.nothingFound")}
      {...rest}
      label={useLabel(label, optional)}
      classNames={{ ...look, dropdown: styles.dropdown!, option: styles.option! }}
      inputWrapperOrder={order}
      onChange={(value) => onValue(String(value ?? ""))}
    />
  );
}

type Choice<T extends string> = { value: T; label: string };
type ChoiceProps<T extends string> = {
  label: string;
  choices: Choice<T>[];
  value: T | null;
  onValue: (value: T) => void;
  error?: string;
};
export function ChoiceField<T extends string>({ label, choices, value, onValue, error }: ChoiceProps<T>) {
  const id = useId();
  const at = choices.findIndex((choice) => choice.value === value);
  const onArrow = (event: React.KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[visual(event.key)];
    const letter = choices.findIndex(({ label }) => label.toLowerCase().startsWith(event.key.toLowerCase()));
    if (!step && (letter < 0 || event.ctrlKey || event.altKey)) return;
    event.preventDefault();
    const next = step ? (at + step + choices.length) % choices.length : letter;
    onValue(choices[next]!.value);
    (event.currentTarget.children[next] as HTMLElement).focus();
  };
  return (
    <div>
      <span className={styles.label} id={id}>
        {label}
      </span>
      <div
        role="radiogroup"
        aria-labelledby={id}
        aria-describedby={error ? `${id}-error` : undefined}
        className={`${styles.seg} ${styles.segBox}`}
        data-error={error ? true : undefined}
        onKeyDown={onArrow}
      >
        {choices.map((choice, index) => (
          <button
            key={choice.value}
            type="button"
            role="radio"
            aria-checked={choice.value === value}
            tabIndex={index === Math.max(0, at) ? 0 : -1}
            onClick={() => onValue(choice.value)}
          >
            {choice.label}
          </button>
        ))}
      </div>
      {error && (
        <p className={styles.fieldError} id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
