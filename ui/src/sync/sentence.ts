import type { TFunction } from "i18next";
import type { SyncReport, SyncStatus } from "../api";
import i18n from "../i18n";
import { commas, number } from "../kit/locale";
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
  const rest =
    status.arriving && !status.arriving.onlyHistory ? t("sync.arriving.badge", status.arriving) : null;
  const since = last ? t("sync.last", { time: last }) : t("sync.never");
  const join = (...parts: (string | null)[]) => commas(parts);
  switch (status.state) {
    case "not_connected":
      return { cloud: "off", first, second: t("sync.alone") };
    case "running":
      return { cloud: "up", first, second: join(t("sync.runningNow"), waiting, rest) };
    case "unreachable":
      return { cloud: "off", first, second: join(t("sync.unreachable"), waiting, rest, since) };
    case "failed":
      return { cloud: "alert", first, second: join(t("sync.failed"), waiting, rest, since) };
    case "stopped":
      return { cloud: "up", first, second: join(t("sync.stopped"), waiting, rest, since) };
    case "refused":
      return { cloud: "alert", first, second: join(t("sync.refused"), waiting) };
    case "idle":
      if (rest) return { cloud: "up", first, second: join(waiting, rest) };
      if (status.waiting > 0) return { cloud: "up", first, second: join(waiting, since) };
      return { cloud: "tick", first, second: last ? t("sync.atHub", { time: last }) : since };
  }
}

export function bytes(t: TFunction, count: number) {
  if (count < 1_000) return t("sync.bytes", { count });
  const [unit, size] =
    count < 1_000_000 ? (["kB", count / 1_000] as const) : (["MB", count / 1_000_000] as const);
  return `${number(size, size < 10 ? 1 : 0)} ${unit}`;
}

export const grouped = (digest: string) => (digest.slice(0, 16).match(/.{1,4}/g) ?? []).join(" ");

/** What a person did, in their words; one that has none here keeps its own name. */
export function actionWord(action: string) {
  const path = `did.${action}`;
  const plain = action.replaceAll("_", " ");
  return i18n.exists(path) ? String(i18n.t(path as never)) : plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** Records that were put right by a sync; a core that repairs none does not count them. */
export const repairedIn = (report: SyncReport & { repaired?: number }) => report.repaired ?? 0;
