import type { MoneyText } from "../api";
import { locale } from "../i18n";

// Amounts come as decimal text with the decimals of their currency, and are shown with exactly those: the
// browser's own idea of a currency's decimals differs from the core's (the rupiah has none).
const formats = new Map<string, Intl.NumberFormat>();
function format(digits: number, options: Intl.NumberFormatOptions) {
  const key = `${locale()} ${digits} ${options.style} ${options.currency} ${options.signDisplay}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale(), {
      ...options,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    formats.set(key, found);
  }
  return found;
}

const digitsOf = ({ amount }: MoneyText) => amount.split(".")[1]?.length ?? 0;
/** Decimal text is formatted as it is; as a number its last digit could be lost. */
const exact = ({ amount }: MoneyText) => amount as unknown as number;

/** "₹1,200.00" */
export const money = (text: MoneyText) =>
  format(digitsOf(text), {
    style: "currency",
    currency: text.currency,
    currencyDisplay: "narrowSymbol",
  }).format(exact(text));
/** "1,200.00", for a column whose head names the currency. */
export const amount = (text: MoneyText) => format(digitsOf(text), { style: "decimal" }).format(exact(text));
/** "+50.00", "−10.00" */
export const signed = (text: MoneyText) =>
  format(digitsOf(text), { style: "decimal", signDisplay: "exceptZero" }).format(exact(text));
export const isZero = (text: MoneyText) => !/[1-9]/.test(text.amount);

/** A key under which a press takes money once, however often it comes. */
export const requestKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
