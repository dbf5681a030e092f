import { IconAlertTriangle, IconCheck, IconDownload, IconPrinter } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand, usePreview, type DocumentRef, type Language } from "../api";
import { ownNames } from "../i18n/languages";
import { ErrorBanner } from "./Banner";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { FailedState } from "./Empty";
import { ChoiceField } from "./Field";
import { useKeys } from "./keys";
import { PrintSaid } from "./PrintSaid";
import { paperIn, usePrint } from "./usePrint";
import styles from "./DocumentPreview.module.css";

type Props = { document: DocumentRef; width: number; maxHeight: string; inDialog?: boolean };

/** The pages as they will come out of the printer; an image, so nothing inside a page can run. */
export function DocumentPreview({ document, width, maxHeight, inDialog = false }: Props) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<Language | null>(null);
  const preview = usePreview(document, paperIn(chosen));
  const print = usePrint(document, chosen);
  const save = useCommand(api.saveDocument);
  const printer = preview.data?.printer ?? null;
  const startPrint = () => {
    if (printer && print.phase !== "sending") print.start();
  };
  useKeys({ "ctrl+p": startPrint }, { inDialog });
  if (preview.error) return <FailedState error={preview.error} retry={() => void preview.refetch()} />;
  return (
    <section className={styles.doc} data-testid="document-preview" aria-label={t("document.preview")}>
      {preview.data && preview.data.languages.length > 1 && (
        <ChoiceField
          label={t("document.language")}
          choices={preview.data.languages.map((value) => ({ value, label: ownNames[value] }))}
          value={preview.data.language}
          onValue={setChosen}
        />
      )}
      <div
        className={styles.pages}
        style={{ maxHeight }}
        tabIndex={0}
        role="group"
        aria-label={t("document.pages")}
      >
        {preview.data?.pages.map((page, index) => (
          <img
            key={index}
            width={width}
            src={`data:image/svg+xml;utf8,${encodeURIComponent(page)}`}
            alt={t("document.page", { name: preview.data.name, page: index + 1 })}
          />
        ))}
        {!preview.data && <span role="status">{t("loading")}</span>}
      </div>
      <div className={styles.docActs}>
        <Button
          icon={<IconPrinter size={16} aria-hidden />}
          keys="Ctrl P"
          onClick={startPrint}
          busy={print.phase === "sending"}
          disabled={!printer}
        >
          {print.printer || preview.data?.printedBefore ? t("document.printAgain") : t("document.print")}
        </Button>
        <Button
          icon={<IconDownload size={16} aria-hidden />}
          onClick={() => save.mutate([document, paperIn(chosen)])}
          busy={save.isPending}
          disabled={!preview.data}
        >
          {t("document.save")}
        </Button>
      </div>
      {preview.data && !printer && (
        <p className={styles.docSaid}>
          <IconAlertTriangle size={16} aria-hidden color="var(--warn)" />
          {t("document.noPrinter")}
        </p>
      )}
      <PrintSaid phase={print.phase} printer={print.printer ?? printer} />
      {save.data && (
        <p className={styles.docSaid} role="status">
          <IconCheck size={16} aria-hidden color="var(--good)" />
          {t("document.saved", { path: save.data })}
        </p>
      )}
      <ErrorBanner error={print.error ?? save.error} />
    </section>
  );
}

export function DocumentDialog({
  document,
  title,
  onClose,
}: {
  document: DocumentRef;
  title: string;
  onClose: () => void;
}) {
  const roll =
    document.kind === "slip" ||
    document.kind === "blank_slips" ||
    (document.kind === "receipt" && document.paper === "roll80");
  return (
    <Dialog title={title} onClose={onClose} size={roll ? 420 : 720}>
      <DocumentPreview
        document={document}
        width={roll ? 302 : 595}
        maxHeight="calc(100vh - 260px)"
        inDialog
      />
    </Dialog>
  );
}
