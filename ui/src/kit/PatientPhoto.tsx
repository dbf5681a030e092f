import { useTranslation } from "react-i18next";
import { usePatientPhoto, type PatientId } from "../api";
import { useHere } from "./clinic";
import styles from "./kit.module.css";

type Props = { id: PatientId; name: string; size: number };
/** The face of a patient where there is a photo, and nothing where there is none. */
export function PatientPhoto({ id, name, size }: Props) {
  const { t } = useTranslation();
  const { may } = useHere();
  const photo = usePatientPhoto(id, may("use_files")).data;
  if (!photo) return null;
  return (
    <img className={styles.photo} src={photo} alt={t("photo.of", { name })} width={size} height={size} />
  );
}
