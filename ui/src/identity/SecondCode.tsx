import { useEffect, useRef, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { CommandError } from "../api";
import { explain } from "../errors";
import { TextField } from "../kit/Field";

/** What is wrong with a code is said at its field. */
export const sayAt = (error: CommandError | null, ...codes: CommandError["code"][]) => {
  if (!error || !codes.includes(error.code)) return undefined;
  const words = explain(error);
  return `${words.what} ${words.next}`;
};

const codes: CommandError["code"][] = ["mfa_needed", "wrong_mfa_code"];
/** What a banner has to say: a failure about the second code is said at its field. */
export const besideCode = (error: CommandError | null) =>
  error && codes.includes(error.code) ? null : error;

/** Signing in asks for the second code only when the core says so; null until then. */
export function useSecondCode() {
  const [code, setCode] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const asked = code !== null;
  useEffect(() => {
    if (asked) field.current?.focus();
  }, [asked]);
  /** True when the failure is about the code alone, so that what else was typed can stay. */
  const concerns = (error: CommandError) => {
    if (error.code === "mfa_needed") setCode((now) => now ?? "");
    if (error.code === "wrong_mfa_code") field.current?.select();
    return codes.includes(error.code);
  };
  return { code, setCode, asked, field, concerns };
}

type Props = {
  value: string;
  onValue: (value: string) => void;
  error: CommandError | null;
  field?: RefObject<HTMLInputElement | null>;
  autoFocus?: boolean;
};
export function SecondCodeField({ value, onValue, error, field, autoFocus }: Props) {
  const { t } = useTranslation();
  return (
    <TextField
      ref={field}
      name="secondCode"
      data-autofocus={autoFocus || undefined}
      autoFocus={autoFocus}
      label={t("secondCode.label")}
      description={t("secondCode.hint")}
      dir="ltr"
      inputMode="numeric"
      autoComplete="one-time-code"
      // Six digits, and the space that some apps show between them.
      maxLength={7}
      value={value}
      onValue={onValue}
      error={sayAt(error, "wrong_mfa_code")}
    />
  );
}
