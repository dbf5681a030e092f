import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { combo, isTextField } from "./keys";
import styles from "./RowGrid.module.css";

type GridProps = {
  label: string;
  columns: { label: string; hidden?: boolean }[];
  template: string;
  children: ReactNode;
};

/** A list that the arrows walk through; each row answers keys of its own. */
export function RowGrid({ label, columns, template, children }: GridProps) {
  const grid = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const rows = [...(grid.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined || !rows[to]) return;
    event.preventDefault();
    rows[to].focus();
  };
  return (
    <div
      className={styles.grid}
      role="grid"
      aria-label={label}
      ref={grid}
      onKeyDown={onKeyDown}
      style={{ "--columns": template } as React.CSSProperties}
    >
      <div role="rowgroup">
        <div className={`${styles.row} ${styles.cols}`} role="row">
          {columns.map((column) => (
            <span role="columnheader" key={column.label}>
              {column.hidden ? <span className="sr">{column.label}</span> : column.label}
            </span>
          ))}
        </div>
      </div>
      <div className={styles.rows}>{children}</div>
    </div>
  );
}

/**
 * When a list opens it has the keys: an empty search box, left from the screen before, gives them up. Keys that
 * nobody has go to it again whenever `order` changes: its first row came, or a row went to another band, and what
 * is drawn anew there has lost them.
 */
export function useRowFocus(ready: boolean, order: string | number = 0) {
  useEffect(() => {
    const held = document.activeElement;
    const free =
      held === document.body ||
      (held instanceof HTMLInputElement && held.dataset["testid"] === "search" && held.value === "");
    if (!ready || !free) return;
    const row = document.querySelector<HTMLElement>('[data-row][tabindex="0"]');
    if (row) row.focus();
    else if (held instanceof HTMLElement) held.blur();
  }, [ready, order]);
}

/** Rows that belong together, under a band that names them; an empty band says why. */
export function RowBand({
  title,
  count,
  note,
  empty,
  span,
  children,
}: {
  title: string;
  count: number;
  note?: string;
  empty?: string;
  span: number;
  children: ReactNode;
}) {
  if (count === 0 && !empty) return null;
  return (
    <div role="rowgroup">
      <div role="row" className={styles.band}>
        <span role="gridcell" aria-colspan={span}>
          <b>{title}</b> <span className="num">{count}</span>{" "}
          {note && <span className={styles.note}>{note}</span>}
        </span>
      </div>
      {count === 0 && (
        <div role="row" className={styles.emptyRow}>
          <span role="gridcell" aria-colspan={span}>
            {empty}
          </span>
        </div>
      )}
      {children}
    </div>
  );
}

type RowProps = {
  id: string;
  first?: boolean;
  selected?: boolean;
  onSelect?: () => void;
  keys?: Record<string, () => void>;
  cells: ReactNode[];
};
export function Row({ id, first = false, selected, onSelect, keys = {}, cells }: RowProps) {
  const [focused, setFocused] = useState(false);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (isTextField(event.target) || (event.target !== event.currentTarget && event.key === "Enter")) return;
    const act = keys[combo(event.nativeEvent)];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <div
      className={styles.row}
      role="row"
      data-row=""
      data-testid={`row-${id}`}
      aria-selected={selected}
      tabIndex={focused || selected || first ? 0 : -1}
      onFocus={() => {
        setFocused(true);
        onSelect?.();
      }}
      onBlur={() => setFocused(false)}
      onKeyDown={onKeyDown}
    >
      {cells.map((cell, index) => (
        <span role="gridcell" key={index}>
          {cell}
        </span>
      ))}
    </div>
  );
}
