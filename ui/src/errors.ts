import type { Code, CommandError, Problem } from "./api";
import type en from "./i18n/en";
import i18n from "./i18n";

type FieldWords = keyof typeof en.errors.field;
type CaseWords = keyof typeof en.errors.case;
type Words = { field: FieldWords } | { case: CaseWords };

const field = (name: FieldWords): Words => ({ field: name });
const situation = (name: CaseWords): Words => ({ case: name });

/** Total: a code without words does not compile. */
const words: Record<Code, Words> = {
  required: field("required"),
  too_long: field("too_long"),
  not_a_name: field("not_a_name"),
  not_a_phone: field("not_a_phone"),
  not_a_date: field("not_a_date"),
  birth_date_in_future: field("birth_date_in_future"),
  birth_date_too_old: field("birth_date_too_old"),
  not_an_email: field("not_an_email"),
  password_too_short: field("password_too_short"),
  password_common: field("password_common"),
  passwords_differ: field("passwords_differ"),
  not_an_address: field("not_an_address"),
  out_of_range: field("out_of_range"),
  already_used: field("already_used"),
  not_a_time_zone: field("not_a_time_zone"),
  not_an_amount: field("not_an_amount"),
  not_a_currency: field("not_a_currency"),
  not_a_time: field("not_a_time"),
  not_a_recurrence: field("not_a_recurrence"),
  not_a_color: field("not_a_color"),
  ends_before_start: field("ends_before_start"),
  overlaps: field("overlaps"),
  not_a_diagnosis_code: field("not_a_diagnosis_code"),
  not_a_potency: field("not_a_potency"),
  unknown_placeholder: field("unknown_placeholder"),
  circular_responsibility: field("circular_responsibility"),
  phone_in_use: field("phone_in_use"),
  not_signed_in: situation("not_signed_in"),
  locked: situation("locked"),
  not_allowed: situation("not_allowed"),
  wrong_sign_in: situation("wrong_sign_in"),
  too_many_attempts: situation("too_many_attempts"),
  mfa_needed: situation("mfa_needed"),
  wrong_mfa_code: situation("wrong_mfa_code"),
  token_invalid: situation("token_invalid"),
  token_expired: situation("token_expired"),
  limit_reached: situation("limit_reached"),
  not_approved: situation("not_approved"),
  does_not_work_here: situation("does_not_work_here"),
  cannot_perform: situation("cannot_perform"),
  not_available: situation("not_available"),
  already_decided: situation("already_decided"),
  purpose_not_consented: situation("purpose_not_consented"),
  invoice_void: situation("invoice_void"),
  more_than_owed: situation("more_than_owed"),
  more_than_paid: situation("more_than_paid"),
  currency_differs: situation("currency_differs"),
  already_settled: situation("already_settled"),
  unknown_reference: situation("unknown_reference"),
  key_reused: situation("key_reused"),
  till_open: situation("till_open"),
  till_closed: situation("till_closed"),
  no_visit: situation("no_visit"),
  already_reviewed: situation("already_reviewed"),
  already_superseded: situation("already_superseded"),
  merge_impossible: situation("merge_impossible"),
  already_undone: situation("already_undone"),
  changed_since_merge: situation("changed_since_merge"),
  erased: situation("erased"),
  file_too_large: situation("file_too_large"),
  file_type_refused: situation("file_type_refused"),
  file_not_here: situation("file_not_here"),
  file_damaged: situation("file_damaged"),
  import_unreadable: situation("import_unreadable"),
  import_column_missing: situation("import_column_missing"),
  export_damaged: situation("export_damaged"),
  export_of_other_version: situation("export_of_other_version"),
  last_one: situation("last_one"),
  still_booked: situation("still_booked"),
  not_empty: situation("not_empty"),
  not_found: situation("not_found"),
  changed_meanwhile: situation("changed_meanwhile"),
  already_waiting: situation("already_waiting"),
  illegal_transition: situation("illegal_transition"),
  slot_taken: situation("slot_taken"),
  nothing_to_issue: situation("nothing_to_issue"),
  consultation_closed: situation("consultation_closed"),
  allergy_unanswered: situation("allergy_unanswered"),
  immutable: situation("immutable"),
  database_newer: situation("database_newer"),
  database_damaged: situation("database_damaged"),
  wrong_key: situation("wrong_key"),
  keyring_silent: situation("keyring_silent"),
  passphrase_needed: situation("passphrase_needed"),
  wrong_passphrase: situation("wrong_passphrase"),
  disk_full: situation("disk_full"),
  already_set_up: situation("already_set_up"),
  no_printer: situation("no_printer"),
  print_failed: situation("print_failed"),
  cannot_save_file: situation("cannot_save_file"),
  hub_unreachable: situation("hub_unreachable"),
  hub_refused: situation("hub_refused"),
  hub_too_old: situation("hub_too_old"),
  hub_busy: situation("hub_busy"),
  hub_identity_changed: situation("hub_identity_changed"),
  hub_restored: situation("hub_restored"),
  hub_not_connected: situation("hub_not_connected"),
  code_invalid: situation("code_invalid"),
  code_used: situation("code_used"),
  code_expired: situation("code_expired"),
  other_clinic: situation("other_clinic"),
  hub_has_no_clinic: situation("hub_has_no_clinic"),
  device_revoked: situation("device_revoked"),
  device_drained: situation("device_drained"),
  sync_running: situation("sync_running"),
  sync_stopped: situation("sync_stopped"),
  internal: situation("internal"),
};

export type ErrorWords = { what: string; safe: string; next: string };

const say = (path: string, options: Record<string, string | number> = {}) =>
  String(i18n.t(`errors.${path}` as never, options as never));

/** What happened, what is safe, what to do next; `detail` is the name or number that belongs in the sentence. */
export function explain(error: Pick<CommandError, "code" | "detail">): ErrorWords {
  const found = words[error.code] ?? words.internal;
  if ("field" in found) {
    return { what: say(`field.${found.field}`, { limit: "" }), safe: say("kept"), next: say("correct") };
  }
  const detailed = `errors.detailed.${found.case}`;
  return {
    what:
      error.detail && i18n.exists(detailed)
        ? say(`detailed.${found.case}`, { detail: error.detail })
        : say(`case.${found.case}.what`),
    safe: say(`case.${found.case}.safe`),
    next: say(`case.${found.case}.next`),
  };
}

/** A screen broke; nothing that was saved is concerned. */
export const explainWindow = (): ErrorWords => ({
  what: say("window.what"),
  safe: say("window.safe"),
  next: say("window.next"),
});

export function explainProblem(problem: Problem): string {
  const found = words[problem.code] ?? words.internal;
  if ("case" in found) return say(`case.${found.case}.what`);
  if (problem.code === "too_long" && problem.limit === null) return say("field.too_long_bare");
  if (problem.code === "password_too_short" && problem.limit === null)
    return say("field.password_too_short_bare");
  if (problem.code === "out_of_range" && problem.limit !== null)
    return say("field.out_of_range_limit", { limit: problem.limit });
  return say(`field.${found.field}`, { limit: problem.limit ?? "" });
}

/** Problems by field name, and what is left for no field on the form. */
export function sortProblems(error: CommandError | null, fields: readonly string[]) {
  const byField: Record<string, string> = {};
  const rest: string[] = [];
  for (const problem of error?.problems ?? []) {
    if (fields.includes(problem.field)) byField[problem.field] ??= explainProblem(problem);
    else rest.push(explainProblem(problem));
  }
  return { byField, rest };
}
