import { useTranslation } from "react-i18next";
import { ChoiceField, SelectField, TextField } from "../kit/Field";
import type { useForm } from "../kit/form";
import type { Draft } from "./panel";
import styles from "./CalendarPanel.module.css";

/** How often, and until when. */
export function RepeatFields({ form }: { form: ReturnType<typeof useForm<Draft>> }) {
  const { t } = useTranslation();
  const { repeat, ends } = form.values;
  return (
    <>
      <div className={styles.two}>
        <SelectField
          openOnFocus={false}
          label={t("calendar.book.repeat")}
          searchable={false}
          data={(["none", "day", "week", "weeks", "month"] as const).map((value) => ({
            value,
            label: t(`calendar.book.repeats.${value}`),
          }))}
          value={repeat}
          onValue={(value) => form.set("repeat", value)}
        />
        {repeat === "weeks" && <TextField label={t("calendar.book.interval")} {...form.text("interval")} />}
      </div>
      {repeat !== "none" && (
        <>
          <ChoiceField
            label={t("calendar.book.ends")}
            choices={(["count", "until"] as const).map((value) => ({
              value,
              label: t(`calendar.book.endsAfter.${value}`),
            }))}
            value={ends as "count"}
            onValue={(value) => form.set("ends", value)}
          />
          {ends === "count" ? (
            <TextField label={t("calendar.book.count")} {...form.text("count")} />
          ) : (
            <TextField label={t("calendar.book.until")} {...form.text("until")} />
          )}
        </>
      )}
    </>
  );
}
