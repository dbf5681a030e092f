const digits = (currency: string) =>
  new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

export const typedPrice = (minor: number, currency: string) => {
  const places = digits(currency);
  return (minor / 10 ** places).toFixed(minor % 10 ** places === 0 ? 0 : places);
};

/** Minor units; null for what is no amount. */
export function minorOf(text: string, currency: string): number | null {
  const places = digits(currency);
  const found = /^(\d{1,7})(?:[.,](\d+))?$/.exec(text.trim());
  if (!found || (found[2]?.length ?? 0) > places) return null;
  return Number(found[1]) * 10 ** places + Number((found[2] ?? "").padEnd(places, "0") || 0);
}
