import { IconCamera, IconUser } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, refresh, useCommand, usePatientPhoto, type CommandError, type Patient } from "../api";
import { explain } from "../errors";
import { Banner, ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useHere } from "../kit/clinic";
import { isTextField, tellAction, useKeys } from "../kit/keys";
import { PatientPhoto } from "../kit/PatientPhoto";
import { scaled } from "./scaled";
import styles from "./patients.module.css";

/** The photo on a patient's page: chosen from a file or pasted, replaced, taken away, each taken back. */
export function Photo({ patient }: { patient: Patient }) {
  const { t } = useTranslation();
  const { may } = useHere();
  const chooser = useRef<HTMLInputElement>(null);
  const photo = usePatientPhoto(patient.id, may("use_files"));
  const [unreadable, setUnreadable] = useState(false);
  const set = useCommand(api.setPatientPhoto);
  const remove = useCommand(api.removePatientPhoto);
  const edits = may("edit_patient");
  const name = patient.fullName;
  const there = typeof photo.data === "string";
  const elsewhere = photo.error?.code === "file_not_here";

  const shownAgain = () => refresh(keys.patients);
  /** Says what was done; the photo before is still in this window and can be put back. */
  const tell = (text: string, before: number[] | null) => {
    void shownAgain();
    const back = async () => {
      tellAction(null);
      try {
        await (before ? api.setPatientPhoto(patient.id, before) : api.removePatientPhoto(patient.id));
        tellAction({ text: t("photo.back", { name }) });
      } catch (error) {
        tellAction({ text: explain(error as CommandError).what });
      }
      void shownAgain();
    };
    // One that lies on another PC cannot be put back from here.
    tellAction({ text, ...(elsewhere ? {} : { undo: () => void back() }) });
  };
  const before = async () => (there ? ((await api.patientPhoto(patient.id))?.bytes ?? null) : null);
  const take = async (picture: Blob) => {
    if (set.isPending) return;
    setUnreadable(false);
    try {
      const [small, old] = [await scaled(picture), await before()];
      set.mutate([patient.id, small], { onSuccess: () => tell(t("photo.saved", { name }), old) });
    } catch {
      setUnreadable(true);
    }
  };
  const takeAway = async () => {
    if (remove.isPending) return;
    const old = await before().catch(() => null);
    remove.mutate([patient.id], { onSuccess: () => tell(t("photo.removed", { name }), old) });
  };

  const takeLatest = useRef(take);
  useEffect(() => {
    takeLatest.current = take;
  });
  useEffect(() => {
    if (!edits) return;
    const onPaste = (event: ClipboardEvent) => {
      if (isTextField(event.target)) return;
      const picture = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
      if (!picture) return;
      event.preventDefault();
      void takeLatest.current(picture);
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, [edits]);
  useKeys(edits ? { p: () => chooser.current?.click() } : {});

  if (!edits && !there && !elsewhere) return null;
  return (
    <div className={styles.photo}>
      {there ? (
        <PatientPhoto id={patient.id} name={name} size={88} />
      ) : (
        <span className={styles.noPhoto} aria-hidden="true">
          <IconUser size={40} stroke={1.25} />
        </span>
      )}
      <div>
        {elsewhere && <p className={styles.quiet}>{t("photo.elsewhere")}</p>}
        {edits && (
          <>
            <div className={styles.acts}>
              <Button
                size="sm"
                keys="P"
                icon={<IconCamera size={16} aria-hidden />}
                busy={set.isPending}
                onClick={() => chooser.current?.click()}
              >
                {t(there || elsewhere ? "photo.other" : "photo.add")}
              </Button>
              {(there || elsewhere) && (
                <Button size="sm" look="quiet" busy={remove.isPending} onClick={() => void takeAway()}>
                  {t("photo.remove")}
                </Button>
              )}
            </div>
            <p className={styles.quiet}>{t("photo.how")}</p>
            <input
              ref={chooser}
              type="file"
              name="photo"
              accept="image/*"
              aria-label={t("photo.title")}
              className="sr"
              tabIndex={-1}
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                // The same file chosen again is a choice as well.
                if (file) void take(file).finally(() => chooser.current && (chooser.current.value = ""));
              }}
            />
          </>
        )}
        {unreadable && <Banner tone="stop">{t("photo.unreadable")}</Banner>}
        <ErrorBanner error={set.error ?? remove.error ?? (elsewhere ? null : photo.error)} />
      </div>
    </div>
  );
}
