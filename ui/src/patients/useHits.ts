import { useState } from "react";
import { api, keys, queries, usePatientSearch, type PatientHit } from "../api";
import { recall, useMemory } from "../kit/memory";

/** What a box that finds patients knows: what is typed, who was found for it, and which of them is marked. */
export function useHits(memory: string, { today, mayRegister }: { today: boolean; mayRegister: boolean }) {
  const [typed, setTyped] = useMemory(memory, "");
  const [at, setAt] = useState(0);
  // Each letter is asked for at once: the answer takes a millisecond, and waiting for a pause would be what one sees.
  const query = typed.trim();
  const search = usePatientSearch(query, query !== "" || today);
  const settled = search.isSuccess && !search.isPlaceholderData;
  const hits = query === "" && !today ? [] : (search.data ?? []);
  const offersRegister = settled && query !== "" && hits.length === 0 && mayRegister;
  const count = hits.length + (offersRegister ? 1 : 0);
  const active = Math.min(at, Math.max(0, count - 1));

  /** Enter pressed before the answer for these very letters arrived waits for that answer. */
  const chosen = async (index = active): Promise<{ hit?: PatientHit; text: string } | null> => {
    const text = typed.trim();
    if (settled) return hits[index] || offersRegister ? { hit: hits[index], text } : null;
    const found = await queries
      .fetchQuery({ queryKey: keys.search(text), queryFn: () => api.searchPatients(text), staleTime: 2_000 })
      .catch(() => null);
    return found && (recall<string>(memory) ?? "").trim() === text ? { hit: found[0], text } : null;
  };
  return {
    typed,
    query,
    hits,
    settled,
    error: search.error,
    offersRegister,
    count,
    active,
    chosen,
    type: (text: string) => {
      setTyped(text);
      setAt(0);
    },
    step: (by: number) => count > 0 && setAt((active + by + count) % count),
    first: () => setAt(0),
  };
}
