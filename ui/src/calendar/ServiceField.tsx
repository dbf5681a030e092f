import { useTranslation } from "react-i18next";
import { useServices } from "../api";
import { SelectField } from "../kit/Field";

type Props = { value: string; onValue: (id: string) => void; error: string | undefined };

/** What a visit is for, with how long that takes; it need not be one of the services. */
export function ServiceField({ value, onValue, error }: Props) {
  const { t } = useTranslation();
  const services = useServices().data?.items ?? [];
  return (
    <SelectField
      openOnFocus={false}
      label={t("calendar.book.service")}
      data={[
        { value: "", label: t("calendar.book.anyService") },
        ...services.map(({ id, name, durationMinutes: minutes }) => ({
          value: id,
          label: t("calendar.book.minutesOf", { name, minutes }),
        })),
      ]}
      value={value}
      onValue={onValue}
      error={error}
    />
  );
}
