import { locale } from "../i18n";
import { alphabetically } from "./locale";

// Lists the window already knows: codes are stored, names are only shown.
const languageCodes =
  "en hi mr gu ta te kn ml bn pa ur or as ne si id ms jv pt es fr ar fa sw ha yo ig am zu af tl vi th zh ja ko ru tr de it";
const countryCodes =
  "AE AF AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KM KR KW KZ LA LB LK LR LS LT LU LV LY MA MD ME MG MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NZ OM PA PE PG PH PK PL PR PS PT PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TW TZ UA UG US UY UZ VE VN VU WS YE ZA ZM ZW";

/** The country of a time zone, where one zone names it clearly; the rest follow the PC's language. */
const countryOfZone: Record<string, string> = {
  "Asia/Kolkata": "IN",
  "Asia/Calcutta": "IN",
  "America/Sao_Paulo": "BR",
  "Asia/Jakarta": "ID",
  "Asia/Makassar": "ID",
  "Asia/Jayapura": "ID",
  "Africa/Lagos": "NG",
  "Africa/Nairobi": "KE",
  "Asia/Dhaka": "BD",
  "Asia/Karachi": "PK",
  "Asia/Kathmandu": "NP",
  "Asia/Colombo": "LK",
  "Asia/Manila": "PH",
  "Africa/Johannesburg": "ZA",
  "Asia/Dubai": "AE",
  "Africa/Cairo": "EG",
  "America/Mexico_City": "MX",
  "Europe/London": "GB",
  "Europe/Lisbon": "PT",
  "Africa/Accra": "GH",
};
const currencyOfCountry: Record<string, string> = {
  IN: "INR",
  BR: "BRL",
  ID: "IDR",
  NG: "NGN",
  KE: "KES",
  BD: "BDT",
  PK: "PKR",
  NP: "NPR",
  LK: "LKR",
  PH: "PHP",
  ZA: "ZAR",
  AE: "AED",
  EG: "EGP",
  MX: "MXN",
  GB: "GBP",
  PT: "EUR",
  DE: "EUR",
  FR: "EUR",
  ES: "EUR",
  IT: "EUR",
  IE: "EUR",
  GH: "GHS",
  US: "USD",
  CA: "CAD",
  AU: "AUD",
  SG: "SGD",
  MY: "MYR",
  TZ: "TZS",
  UG: "UGX",
  ET: "ETB",
  VN: "VND",
  TH: "THB",
  JP: "JPY",
};

const named = (type: "language" | "region" | "currency", codes: string[]) => {
  const names = new Intl.DisplayNames([locale()], { type });
  return codes
    .map((value) => ({ value, label: names.of(value) ?? value }))
    .sort((a, b) => alphabetically(a.label, b.label));
};

export const languages = () => named("language", languageCodes.split(" "));
export const languageName = (code: string) =>
  /^[a-z]{2,3}(-\w+)*$/i.test(code)
    ? (new Intl.DisplayNames([locale()], { type: "language" }).of(code) ?? code)
    : code;
export const countries = () => named("region", countryCodes.split(" "));
export const currencies = () =>
  named("currency", Intl.supportedValuesOf("currency")).map(({ value, label }) => ({
    value,
    label: `${value} ${label}`,
  }));
export const timeZones = () =>
  [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", here().timezone])].sort();
export const currencyOf = (country: string) => currencyOfCountry[country] ?? "USD";

/** A PC without a language calls it "C", which is no language tag. */
function regionOfLanguage(): string | undefined {
  try {
    return new Intl.Locale(navigator.language).maximize().region;
  } catch {
    return undefined;
  }
}

export function here() {
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const country = countryOfZone[timezone] ?? regionOfLanguage() ?? "IN";
  return { timezone, country, currency: currencyOf(country) };
}
