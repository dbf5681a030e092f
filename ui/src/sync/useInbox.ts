import { useEffect } from "react";
import {
  api,
  keys,
  refresh,
  useDecided,
  useDecidedDuplicates,
  useDoubleBookings,
  useFieldConflicts,
  usePossibleDuplicates,
  useQuarantined,
} from "../api";
import { useHere } from "../kit/clinic";
import { useMemory } from "../kit/memory";
import { startOfDay, useNow } from "../kit/time";
import { inbox } from "./items";

/** Everything that waits for a decision here, and what was decided today. */
export function useInbox() {
  const { tz, may } = useHere();
  const merges = may("merge_patients");
  const [later, setLater] = useMemory<string[]>("conflicts:later", []);
  const twice = useDoubleBookings();
  const fields = useFieldConflicts();
  const pairs = usePossibleDuplicates(merges);
  const commits = useQuarantined();
  const today = startOfDay(new Date(useNow(60_000)), tz);
  const decided = useDecided(today);
  const decidedPairs = useDecidedDuplicates(today, merges);
  const sources = [twice, fields, commits, ...(merges ? [pairs] : [])];
  const loaded = sources.every(({ data }) => data !== undefined);

  useEffect(() => {
    // A sync may have brought the second record of somebody a moment ago: nobody waits for the next round.
    if (merges)
      void api.findPossibleDuplicates().then(
        (looked) => {
          if (looked > 0) void refresh(keys.possibleDuplicates, keys.syncStatus);
        },
        () => undefined,
      );
  }, [merges]);

  return {
    found: inbox(
      {
        twice: twice.data ?? [],
        pairs: pairs.data?.items ?? [],
        fields: fields.data ?? [],
        commits: commits.data ?? [],
        decided: decided.data ?? [],
        decidedPairs: decidedPairs.data ?? [],
      },
      may("view_clinical"),
      later,
    ),
    loaded,
    failure: sources.find(({ error }) => error)?.error ?? null,
    decidedFailure: decided.error ?? decidedPairs.error,
    retry: () => sources.forEach((source) => void source.refetch()),
    askLater: (id: string) => setLater((all) => [...all.filter((one) => one !== id), id]),
  };
}
