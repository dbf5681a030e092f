import { useTranslation } from "react-i18next";
import { Keys } from "./Kbd";
import { useKeyLine } from "./keys";
import styles from "./KeyLine.module.css";

export function KeyLine({ onAllKeys }: { onAllKeys: () => void }) {
  const { t } = useTranslation();
  const { hints, action } = useKeyLine();
  return (
    <footer className={styles.keyLine} aria-label={t("keys.line")}>
      {hints.map((hint) => (
        <span key={hint.label}>
          <Keys of={hint.keys.join(" ")} />
          {hint.to && (
            <>
              {t("keys.to")} <Keys of={hint.to.join(" ")} />
            </>
          )}
          {hint.label}
        </span>
      ))}
      <span className={styles.fill} />
      {action && <span role="status">{action.text}</span>}
      {action?.undo && (
        <button type="button" onClick={action.undo}>
          <Keys of="Ctrl Z" />
          {t("action.undo")}
        </button>
      )}
      <button type="button" onClick={onAllKeys}>
        <Keys of="?" />
        {t("keys.all")}
      </button>
    </footer>
  );
}
