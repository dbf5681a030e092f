import { api, keys, queries } from "../api";
import { tellAction } from "./keys";
import { forget } from "./memory";
import { flushAll } from "./useAutosave";

/** The next person starts with nothing of the last one: no record, no text, no screen. */
export async function signOut() {
  await flushAll();
  await api.signOut();
  queries.setQueryData(keys.session, null);
  const kept: string[] = [keys.startup[0], keys.session[0], keys.demoLogins[0]];
  queries.getMutationCache().clear();
  queries.removeQueries({ predicate: (query) => !kept.includes(String(query.queryKey[0])) });
  forget();
  tellAction(null);
  window.location.hash = "#/";
}
