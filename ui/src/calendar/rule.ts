import { useTranslation } from "react-i18next";

/** A rule that the form could have made, in words; of another only its text can be said. */
export function useRule() {
  const { t } = useTranslation();
  return (text: string) => {
    const parts = Object.fromEntries(text.split(";").map((part) => part.split("=") as [string, string]));
    const count = Number(parts.INTERVAL ?? "1");
    switch (parts.FREQ) {
      case "DAILY":
        return count === 1 ? t("calendar.rule.day") : t("calendar.rule.days", { count });
      case "WEEKLY":
        return count === 1 ? t("calendar.rule.week") : t("calendar.rule.weeks", { count });
      case "MONTHLY":
        return count === 1 ? t("calendar.rule.month") : t("calendar.rule.months", { count });
      default:
        return text;
    }
  };
}
