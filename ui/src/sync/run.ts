import { api, keys, queries, refresh, type CommandError } from "../api";
import { recall, remember, useMemory } from "../kit/memory";

type Run = { busy: boolean; error: CommandError | null };
const still: Run = { busy: false, error: null };

export const useSyncRun = () => useMemory<Run>("sync:run", still)[0];

/** One at a time, from wherever it was asked; the screen of sync shows how it went. */
export async function syncNow() {
  if (recall<Run>("sync:run")?.busy) return;
  remember("sync:run", { busy: true, error: null });
  try {
    queries.setQueryData(keys.syncReport, await api.syncNow());
    remember("sync:run", still);
  } catch (error) {
    remember("sync:run", { busy: false, error });
  } finally {
    void refresh(
      keys.syncStatus,
      keys.waitingChanges,
      ["syncHistory"],
      ["whereabouts"],
      keys.hubDevices,
      keys.conflicts,
    );
  }
}

/** Whatever sync runs ends at its next step; what was exchanged stays. */
export function stopSync() {
  void api.stopSync();
}
