import { IconCheck, IconCopy, IconDevicesPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, useCommand } from "../api";
import { ErrorBanner } from "../kit/Banner";
import { Button } from "../kit/Button";
import { useNow } from "../kit/time";
import styles from "./sync.module.css";

export function AddPc() {
  const { t } = useTranslation();
  const issue = useCommand(api.issueEnrolmentCode);
  const [copied, setCopied] = useState(false);
  const now = useNow(5_000);
  const code = issue.data;
  const left = code ? Math.ceil((Date.parse(code.expiresAt) - now) / 60_000) : 0;
  const copy = async () => {
    if (!code) return;
    await navigator.clipboard.writeText(`${code.address}#${code.code}`);
    setCopied(true);
  };
  return (
    <div className={styles.addPc}>
      <h2 className={styles.h2}>{t("sync.add.title")}</h2>
      {code && (
        <div className={styles.codeBox} role="status">
          <p>{t("sync.add.how")}</p>
          <div className={styles.code} data-testid="enrol-code">
            {code.code}
          </div>
          <code className={styles.address}>{code.address}</code>
          <p className={left <= 1 ? styles.amber : styles.meta}>
            {left > 0 ? t("sync.add.left", { count: left }) : t("sync.add.expired")}
          </p>
        </div>
      )}
      <div className={styles.acts}>
        <Button
          icon={<IconDevicesPlus size={16} aria-hidden />}
          busy={issue.isPending}
          onClick={() => {
            setCopied(false);
            issue.mutate([]);
          }}
        >
          {code ? t("sync.add.again") : t("sync.add.go")}
        </Button>
        {code && left > 0 && (
          <Button
            icon={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
            onClick={() => void copy()}
          >
            {copied ? t("sync.add.copied") : t("sync.add.copy")}
          </Button>
        )}
      </div>
      <ErrorBanner error={issue.error} />
    </div>
  );
}
