import { useTranslation } from "react-i18next";
import type { Instant, WaitlistEntry } from "../api";
import { useHere } from "../kit/clinic";
import { commas } from "../kit/locale";
import { clock, longDay, shortDate } from "../kit/time";

const dayOf = (at: Instant | number, zone: string) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone }).format(new Date(at));

export function useWaitlistWords() {
  const { t } = useTranslation();
  const { tz } = useHere();
  const when = (at: Instant) => commas([longDay(dayOf(at, tz)), clock(at, tz)]);
  return {
    when,
    /** "3 Dec – 10 Dec, from 14:00" */
    wish: ({ desiredFrom, desiredTo, afterTime: after, beforeTime: before }: WaitlistEntry) => {
      const first = shortDate(dayOf(desiredFrom, tz));
      const last = shortDate(dayOf(Date.parse(desiredTo) - 1, tz));
      const days = first === last ? first : `${first} – ${last}`;
      const times =
        after && before
          ? t("waitlist.between", { after, before })
          : after
            ? t("waitlist.afterOnly", { after })
            : before
              ? t("waitlist.beforeOnly", { before })
              : "";
      return commas([days, times]);
    },
    what: ({ providerName, serviceName }: WaitlistEntry) =>
      commas([providerName ?? t("waitlist.anyDoctor"), serviceName]),
    state: (entry: WaitlistEntry) => {
      if (entry.status !== "waiting" && entry.status !== "offered")
        return t(`waitlist.status.${entry.status}`);
      if (entry.offer === "none") return t("waitlist.status.waiting");
      return t(`waitlist.offer.${entry.offer}`, { time: entry.offeredStart ? when(entry.offeredStart) : "" });
    },
  };
}
