import type { TFunction } from "i18next";
import type { SyncStatus } from "../api";
import { moment } from "../kit/time";

export type Cloud = "tick" | "up" | "off" | "alert";

/** Where the work stands, as a sentence: the first half never changes while this PC is well. */
export function sentence(
  t: TFunction,
  status: SyncStatus,
  tz: string,
): { cloud: Cloud; first: string; second: string } {
  const first = t("sync.savedHere");
  const last = status.lastSyncAt ? moment(status.lastSyncAt, tz) : null;
  const waiting = status.waiting > 0 ? t("sync.waiting", { count: status.waiting }) : null;
  const since = last ? t("sync.last", { time: last }) : t("sync.never");
  const join = (...parts: (string | null)[]) => parts.filter(Boolean).join(", ");
  switch (status.state) {
    case "not_connected":
      return { cloud: "off", first, second: t("sync.alone") };
    case "running":
      return { cloud: "up", first, second: join(t("sync.runningNow"), waiting) };
    case "unreachable":
      return { cloud: "off", first, second: join(t("sync.unreachable"), waiting, since) };
    case "refused":
      return { cloud: "alert", first, second: join(t("sync.refused"), waiting) };
    case "idle":
      if (status.waiting > 0) return { cloud: "up", first, second: join(waiting, since) };
      return { cloud: "tick", first, second: last ? t("sync.atHub", { time: last }) : since };
  }
}

export function bytes(t: TFunction, count: number) {
  if (count < 1_000) return t("sync.bytes", { count });
  const [unit, size] =
    count < 1_000_000 ? (["kB", count / 1_000] as const) : (["MB", count / 1_000_000] as const);
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export const grouped = (digest: string) => (digest.slice(0, 16).match(/.{1,4}/g) ?? []).join(" ");
