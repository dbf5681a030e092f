import { keepPreviousData, QueryClient, useMutation, useQuery } from "@tanstack/react-query";
import * as bindings from "./bindings";
import type * as B from "./bindings";

export type * from "./bindings";
export const { events } = bindings;

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: B.CommandError;
  }
}

export const queries = new QueryClient({
  defaultOptions: {
    // The core is on this PC: going offline must never pause a call, and asking again cannot help.
    queries: { networkMode: "always", retry: false, staleTime: 30_000, refetchOnWindowFocus: false },
    mutations: { networkMode: "always", retry: false },
  },
});

export const keys = {
  startup: ["startup"],
  demoLogins: ["demoLogins"],
  session: ["session"],
  staff: ["staff"],
  search: (query: string) => ["search", query],
  duplicates: (patient: B.NewPatient) => ["duplicates", patient],
  chart: (id: B.PatientId) => ["chart", id],
  today: (clinic: B.ClinicId) => ["today", clinic],
  walkInDesk: (clinic: B.ClinicId) => ["walkInDesk", clinic],
  calendar: (clinic: B.ClinicId, first: B.LocalDate | null, days: number, doctor: B.ProviderId | null) => [
    "calendar",
    clinic,
    first,
    days,
    doctor,
  ],
  appointment: (id: B.AppointmentId) => ["appointment", id],
  timeline: (id: B.AppointmentId) => ["appointment", id, "timeline"],
  series: (id: B.AppointmentId) => ["appointment", id, "series"],
  plan: (form: B.AppointmentForm) => ["plan", form],
  freeTimes: (form: B.FreeTimeForm) => ["freeTimes", form],
  services: ["services"],
  providersFor: (service: B.ServiceId, clinic: B.ClinicId) => ["services", service, clinic],
  workplace: (id: B.AppointmentId) => ["workplace", id],
  medicines: (text: string) => ["medicines", text],
  parsed: (line: string) => ["parsed", line],
  checks: (id: B.ConsultationId, draft: B.PrescriptionDraft) => ["checks", id, draft.items],
  preview: (document: B.DocumentRef, language: B.PaperLanguage) => ["preview", document, language],
  printOutcome: (job: B.PrintJob | null) => ["printOutcome", job],
  slipPrinter: ["slipPrinter"],
  openSlips: (clinic: B.ClinicId) => ["openSlips", clinic],
  boardNames: (clinic: B.ClinicId) => ["boardNames", clinic],
  board: ["board"],
  /** Everything on the page of a patient; whatever a screen reads of one begins so. */
  patients: ["patient"],
  patient: (id: B.PatientId, part: string) => ["patient", id, part],
  /** Everything about money begins so. */
  money: ["money"],
  moneyOf: (what: string, id: string) => ["money", what, id],
  syncStatus: ["syncStatus"],
  syncReport: ["syncReport"],
  syncHistory: (page: B.PageRequest) => ["syncHistory", page],
  waitingChanges: ["waitingChanges"],
  whereabouts: (rows: string[]) => ["whereabouts", rows],
  hubDevices: ["hubDevices"],
  conflicts: ["conflicts"],
  doubleBookings: ["conflicts", "twice"],
  possibleDuplicates: ["conflicts", "pairs"],
  decidedDuplicates: (since: B.Instant) => ["conflicts", "decidedPairs", since],
  fieldConflicts: ["conflicts", "fields"],
  quarantined: ["conflicts", "quarantined"],
  decided: (since: B.Instant) => ["conflicts", "decided", since],
  availability: (id: B.ProviderId) => ["hours", "templates", id],
  hoursOutlook: (id: B.ProviderId, clinic: B.ClinicId) => ["hours", "outlook", id, clinic],
  rehearsal: (change: B.HoursChange, clinic: B.ClinicId) => ["hours", "rehearsal", change, clinic],
  plannedTimeOff: (id: B.ProviderId | null, clinic: B.ClinicId | null) => ["hours", "off", id, clinic],
  stranded: (clinic: B.ClinicId) => ["hours", "stranded", clinic],
  timesFor: (id: B.AppointmentId) => ["hours", "times", id],
  waitlist: (clinic: B.ClinicId, open: boolean) => ["waitlist", clinic, open],
  waitlistOffers: (clinic: B.ClinicId) => ["waitlist", "offers", clinic],
  allServices: ["services", "all"],
  performers: (id: B.ServiceId) => ["services", "who", id],
  tenant: ["tenant"],
  ownAccount: ["ownAccount"],
  mfaSetup: ["mfaSetup"],
} as const;

function asCommandError(error: unknown): B.CommandError {
  if (typeof error === "object" && error !== null && "code" in error) {
    const known = error as Partial<B.CommandError> & { code: B.Code };
    return { code: known.code, problems: known.problems ?? [], detail: known.detail ?? null };
  }
  return { code: "internal", problems: [], detail: null };
}

/** Locked: what was read from the records leaves memory, only the name for the lock screen stays. */
export function forgetRecords() {
  queries.setQueryData<B.Session | null>(keys.session, (session) => session && { ...session, locked: true });
  const kept = [keys.startup[0], keys.session[0], keys.demoLogins[0]] as string[];
  queries.getMutationCache().clear();
  queries.removeQueries({ predicate: (query) => !kept.includes(String(query.queryKey[0])) });
}

async function run<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    const error = asCommandError(thrown);
    if (error.code === "locked") forgetRecords();
    if (error.code === "not_signed_in") queries.setQueryData(keys.session, null);
    throw error;
  }
}

type Commands = typeof bindings.commands;
/** Every command, with each failure turned into a CommandError and "locked" acted upon. */
export const api = Object.fromEntries(
  Object.entries(bindings.commands).map(([name, command]) => [
    name,
    (...args: unknown[]) => run((command as (...all: unknown[]) => Promise<unknown>)(...args)),
  ]),
) as Commands;

export const refresh = (...which: readonly (readonly unknown[])[]) =>
  Promise.all(which.map((queryKey) => queries.invalidateQueries({ queryKey })));

export const useStartup = () =>
  useQuery({ queryKey: keys.startup, queryFn: api.startup, staleTime: Infinity, gcTime: Infinity });
export const useSession = () =>
  useQuery({ queryKey: keys.session, queryFn: api.session, staleTime: Infinity, gcTime: Infinity });
export const useDemoLogins = (demo: boolean) =>
  useQuery({ queryKey: keys.demoLogins, queryFn: api.demoLogins, enabled: demo, staleTime: Infinity });
export const useStaff = () => useQuery({ queryKey: keys.staff, queryFn: api.listStaff });

/** Nothing typed asks for today's patients, where they are wanted. */
export const usePatientSearch = (query: string, enabled = query !== "") =>
  useQuery({
    queryKey: keys.search(query),
    queryFn: () => api.searchPatients(query),
    enabled,
    staleTime: 2_000,
    gcTime: 20_000,
    placeholderData: keepPreviousData,
  });
export const useLikelyDuplicates = (patient: B.NewPatient, enabled: boolean) =>
  useQuery({
    queryKey: keys.duplicates(patient),
    queryFn: () => api.likelyDuplicates(patient),
    enabled,
    gcTime: 20_000,
    placeholderData: keepPreviousData,
  });
export const useChart = (id: B.PatientId, known?: B.Chart) =>
  useQuery({ queryKey: keys.chart(id), queryFn: () => api.chart(id), initialData: known });

const first: B.PageRequest = { offset: 0, limit: 50 };
export const usePatient = (id: B.PatientId) =>
  useQuery({ queryKey: keys.patient(id, "record"), queryFn: () => api.patient(id) });
export const usePatientForm = (id: B.PatientId) =>
  useQuery({
    queryKey: keys.patient(id, "form"),
    queryFn: () => api.patientForm(id),
    staleTime: 0,
    gcTime: 0,
  });
/** The photo as the address of a picture; none asked for where nobody may see it. */
export const usePatientPhoto = (id: B.PatientId, enabled: boolean) =>
  useQuery({
    queryKey: keys.patient(id, "photo"),
    queryFn: async () => {
      const photo = await api.patientPhoto(id);
      if (!photo) return null;
      const letters = photo.bytes.map((byte) => String.fromCharCode(byte)).join("");
      return `data:${photo.mediaType};base64,${btoa(letters)}`;
    },
    enabled,
    gcTime: 20_000,
  });
export const useFamily = (id: B.PatientId) =>
  useQuery({ queryKey: keys.patient(id, "family"), queryFn: () => api.listDependants(id) });
export const usePreferences = (id: B.PatientId) =>
  useQuery({ queryKey: keys.patient(id, "preferences"), queryFn: () => api.patientPreferences(id) });
export const useConsents = (id: B.PatientId) =>
  useQuery({ queryKey: keys.patient(id, "consents"), queryFn: () => api.listConsents(id) });
export const useConsentHistory = (id: B.PatientId) =>
  useQuery({ queryKey: keys.patient(id, "consentHistory"), queryFn: () => api.consentHistory(id, first) });
export const usePatientHistory = (id: B.PatientId, enabled: boolean) =>
  useQuery({ queryKey: keys.patient(id, "history"), queryFn: () => api.patientHistory(id), enabled });
export const useBookingsOf = (id: B.PatientId, enabled = true) =>
  useQuery({
    queryKey: keys.patient(id, "bookings"),
    queryFn: () => api.listBookingsOfPatient(id, first),
    enabled,
  });
export const useFilesOf = (id: B.PatientId, enabled: boolean) =>
  useQuery({
    queryKey: keys.patient(id, "files"),
    queryFn: () => api.listFiles({ table: "patients", id }, { offset: 0, limit: 200 }),
    enabled,
  });
export const useDuplicatesOf = (id: B.PatientId, enabled: boolean) =>
  useQuery({
    queryKey: keys.patient(id, "duplicates"),
    queryFn: () => api.listPossibleDuplicatesOf(id),
    enabled,
  });
export const useMerges = (id: B.PatientId, enabled: boolean) =>
  useQuery({ queryKey: keys.patient(id, "merges"), queryFn: () => api.listMerges(id), enabled });

export const usePatientBalance = (id: B.PatientId) =>
  useQuery({ queryKey: keys.moneyOf("balance", id), queryFn: () => api.getPatientBalance(id) });
export const useInvoicesOf = (id: B.PatientId) =>
  useQuery({ queryKey: keys.moneyOf("invoices", id), queryFn: () => api.listInvoicesOfPatient(id, first) });
export const usePaymentsOf = (id: B.PatientId) =>
  useQuery({ queryKey: keys.moneyOf("payments", id), queryFn: () => api.listPaymentsOfPatient(id, first) });
export const useAppointmentBalance = (id: B.AppointmentId | null) =>
  useQuery({
    queryKey: keys.moneyOf("appointment", id ?? ""),
    queryFn: () => api.getAppointmentBalance(id!),
    enabled: id !== null,
  });
export const useInvoice = (id: B.InvoiceId) =>
  useQuery({ queryKey: keys.moneyOf("invoice", id), queryFn: () => api.getInvoice(id) });
export const useInvoicePreview = (lines: B.NewLine[], enabled: boolean) =>
  useQuery({
    queryKey: ["money", "preview", lines],
    queryFn: () => api.previewInvoice(lines),
    enabled,
    staleTime: Infinity,
    gcTime: 20_000,
    placeholderData: keepPreviousData,
  });
export const useCashChange = (amount: string, given: string, currency: string) =>
  useQuery({
    queryKey: ["money", "change", amount, given, currency],
    queryFn: () => api.cashChange(amount, given, currency),
    enabled: given.trim() !== "" && amount.trim() !== "",
    staleTime: Infinity,
    gcTime: 20_000,
  });
export const useOpenBalances = (clinic: B.ClinicId) =>
  useQuery({
    queryKey: keys.moneyOf("open", clinic),
    queryFn: () => api.listOpenBalances(clinic, { offset: 0, limit: 200 }),
  });
export const useTill = () => useQuery({ queryKey: keys.moneyOf("till", "here"), queryFn: api.getTill });
export const useTills = (clinic: B.ClinicId) =>
  useQuery({
    queryKey: keys.moneyOf("tills", clinic),
    queryFn: () => api.listTills(clinic, { offset: 0, limit: 10 }),
  });
export const useTakings = (clinic: B.ClinicId, day: B.LocalDate | undefined) =>
  useQuery({
    queryKey: keys.moneyOf("takings", `${clinic} ${day}`),
    queryFn: () => api.listTakings(clinic, day!),
    enabled: day !== undefined,
  });
/** The core's "now" against this window's, so that minutes waiting do not depend on two clocks. */
export type TodayWithSkew = B.Today & { skew: number; readAt: number };
export const useToday = (clinic: B.ClinicId) =>
  useQuery({
    queryKey: keys.today(clinic),
    queryFn: async (): Promise<TodayWithSkew> => {
      const today = await api.today(clinic);
      const readAt = Date.now();
      return { ...today, skew: Date.parse(today.now) - readAt, readAt };
    },
  });
export const useWalkInDesk = (clinic: B.ClinicId) =>
  useQuery({ queryKey: keys.walkInDesk(clinic), queryFn: () => api.walkInDesk(clinic) });

export const useCalendar = (
  clinic: B.ClinicId,
  first: B.LocalDate | null,
  days: number,
  doctor: B.ProviderId | null,
) =>
  useQuery({
    queryKey: keys.calendar(clinic, first, days, doctor),
    queryFn: () => api.showCalendar(clinic, first, days, doctor),
    placeholderData: keepPreviousData,
  });
export const useAppointment = (id: B.AppointmentId) =>
  useQuery({ queryKey: keys.appointment(id), queryFn: () => api.showAppointment(id) });
export const useTimeline = (id: B.AppointmentId) =>
  useQuery({ queryKey: keys.timeline(id), queryFn: () => api.showTimeline(id) });
export const useSeries = (id: B.AppointmentId, repeats: boolean) =>
  useQuery({ queryKey: keys.series(id), queryFn: () => api.listSeries(id), enabled: repeats });
/** What would come of a form; asked while it is typed, so a form that cannot be read yet is no failure. */
export const usePlan = (form: B.AppointmentForm, ready: boolean) =>
  useQuery({
    queryKey: keys.plan(form),
    queryFn: () => api.planAppointments(form),
    enabled: ready,
    staleTime: 0,
    gcTime: 30_000,
  });
export const useFreeTimes = (form: B.FreeTimeForm, clinic: B.ClinicId) =>
  useQuery({
    queryKey: keys.freeTimes(form),
    queryFn: () => api.findFreeTimes(form, clinic),
    staleTime: 0,
    gcTime: 30_000,
    placeholderData: keepPreviousData,
  });
/** Who can do a service at a site; nothing is asked without one. */
export const useProvidersFor = (service: B.ServiceId, clinic: B.ClinicId) =>
  useQuery({
    queryKey: keys.providersFor(service, clinic),
    queryFn: () => api.providersForService(service, clinic),
    enabled: service !== "",
  });
export const useServices = () =>
  useQuery({
    queryKey: keys.services,
    queryFn: () =>
      api.listServices(
        { category: "", providerId: null, mostMinor: null, order: "name", includeInactive: false },
        { offset: 0, limit: 200 },
      ),
  });

export const useWorkplace = (id: B.AppointmentId) =>
  useQuery({ queryKey: keys.workplace(id), queryFn: () => api.openConsultation(id), staleTime: Infinity });
export const useMedicines = (text: string) =>
  useQuery({
    queryKey: keys.medicines(text),
    queryFn: () => api.suggestMedicines(text),
    enabled: text.trim().length > 1,
    staleTime: Infinity,
    gcTime: 60_000,
  });
export const useParsedLine = (line: string) =>
  useQuery({
    queryKey: keys.parsed(line),
    queryFn: () => api.parseLine(line),
    enabled: line.trim() !== "",
    staleTime: Infinity,
    gcTime: 30_000,
    placeholderData: keepPreviousData,
  });
export const useChecks = (id: B.ConsultationId, draft: B.PrescriptionDraft) =>
  useQuery({
    queryKey: keys.checks(id, draft),
    queryFn: () => api.checkDraft(id, draft),
    enabled: draft.items.length > 0,
    gcTime: 30_000,
  });
export const usePreview = (document: B.DocumentRef, language: B.PaperLanguage) =>
  useQuery({
    queryKey: keys.preview(document, language),
    queryFn: () => api.previewDocument(document, language),
    staleTime: 0,
    // The same paper in another language takes the place of the one that is looked at.
    placeholderData: (before, query) =>
      JSON.stringify(query?.queryKey[1]) === JSON.stringify(document) ? before : undefined,
  });

/** Asked for again and again while the printer has not said what became of it. */
export const usePrintOutcome = (document: B.DocumentRef, job: B.PrintJob | null) =>
  useQuery({
    queryKey: keys.printOutcome(job),
    queryFn: () => api.printOutcome(document, job!),
    enabled: job !== null,
    refetchInterval: (query) => (query.state.data === "waiting" ? 1_000 : false),
    gcTime: 0,
  });
/** A printer that stops or comes back is seen within seconds while somebody looks. */
export const useSlipPrinter = () =>
  useQuery({
    queryKey: keys.slipPrinter,
    queryFn: api.slipPrinter,
    staleTime: 5_000,
    refetchInterval: 10_000,
  });
export const useOpenSlips = (clinic: B.ClinicId) =>
  useQuery({ queryKey: keys.openSlips(clinic), queryFn: () => api.listOpenSlips(clinic) });
export const useBoardNames = (clinic: B.ClinicId) =>
  useQuery({ queryKey: keys.boardNames(clinic), queryFn: () => api.boardShowsNames(clinic) });
/** Asked again by itself too: the waiting room must not stand still because one message was lost. */
export const useBoard = () =>
  useQuery({ queryKey: keys.board, queryFn: api.showBoard, staleTime: 0, refetchInterval: 20_000 });

export const useSyncStatus = () => useQuery({ queryKey: keys.syncStatus, queryFn: api.syncStatus });
export const useSyncReport = () => useQuery({ queryKey: keys.syncReport, queryFn: api.lastSyncReport });
export const useSyncHistory = (page: B.PageRequest) =>
  useQuery({
    queryKey: keys.syncHistory(page),
    queryFn: () => api.syncHistory(page),
    placeholderData: keepPreviousData,
  });
export const useWaitingChanges = () =>
  useQuery({ queryKey: keys.waitingChanges, queryFn: api.waitingChanges });
/** Where each of these records stands, by its id. */
export const useWhereabouts = (rows: string[], enabled: boolean) =>
  useQuery({
    queryKey: keys.whereabouts(rows),
    queryFn: async (): Promise<Record<string, B.Whereabouts>> => {
      const found = await api.whereabouts(rows);
      return Object.fromEntries(rows.map((id, index) => [id, found[index]!]));
    },
    enabled: enabled && rows.length > 0,
    placeholderData: keepPreviousData,
  });
export const useHubDevices = (connected: boolean) =>
  useQuery({ queryKey: keys.hubDevices, queryFn: api.hubDevices, enabled: connected });
export const useConflicts = () => useQuery({ queryKey: keys.conflicts, queryFn: api.listConflicts });
export const useFieldConflicts = () =>
  useQuery({ queryKey: keys.fieldConflicts, queryFn: api.fieldConflicts });
export const useDoubleBookings = () =>
  useQuery({ queryKey: keys.doubleBookings, queryFn: api.doubleBookings });
export const usePossibleDuplicates = (enabled: boolean) =>
  useQuery({
    queryKey: keys.possibleDuplicates,
    queryFn: () => api.listPossibleDuplicates({ offset: 0, limit: 100 }),
    enabled,
  });
export const useDecidedDuplicates = (since: B.Instant, enabled: boolean) =>
  useQuery({
    queryKey: keys.decidedDuplicates(since),
    queryFn: () => api.listDecidedDuplicates(since),
    enabled,
  });
export const useQuarantined = () => useQuery({ queryKey: keys.quarantined, queryFn: api.quarantinedCommits });
export const useDecided = (since: B.Instant) =>
  useQuery({ queryKey: keys.decided(since), queryFn: () => api.decidedConflicts(since) });

export const useAvailability = (id: B.ProviderId) =>
  useQuery({ queryKey: keys.availability(id), queryFn: () => api.listAvailability(id) });
export const useHoursOutlook = (id: B.ProviderId, clinic: B.ClinicId) =>
  useQuery({ queryKey: keys.hoursOutlook(id, clinic), queryFn: () => api.hoursOutlook(id, clinic) });
/** What a change that is not saved would lead to. */
export const useRehearsal = (change: B.HoursChange, clinic: B.ClinicId) =>
  useQuery({
    queryKey: keys.rehearsal(change, clinic),
    queryFn: () => api.rehearseHours(change, clinic),
    gcTime: 0,
    placeholderData: keepPreviousData,
  });
export const usePlannedTimeOff = (id: B.ProviderId | null, clinic: B.ClinicId | null) =>
  useQuery({ queryKey: keys.plannedTimeOff(id, clinic), queryFn: () => api.listPlannedTimeOff(id, clinic) });
export const useStranded = (clinic: B.ClinicId, enabled = true) =>
  useQuery({ queryKey: keys.stranded(clinic), queryFn: () => api.listStranded(clinic), enabled });
export const useTimesFor = (id: B.AppointmentId) =>
  useQuery({ queryKey: keys.timesFor(id), queryFn: () => api.listTimesFor(id) });
export const useWaitlist = (clinic: B.ClinicId, open: boolean) =>
  useQuery({
    queryKey: keys.waitlist(clinic, open),
    queryFn: () => api.listWaitlist(clinic, open, { offset: 0, limit: 200 }),
    placeholderData: keepPreviousData,
  });
export const useWaitlistOffers = (clinic: B.ClinicId, enabled = true) =>
  useQuery({ queryKey: keys.waitlistOffers(clinic), queryFn: () => api.listWaitlistOffers(clinic), enabled });
export const useAllServices = () =>
  useQuery({
    queryKey: keys.allServices,
    queryFn: () =>
      api.listServices(
        { category: "", providerId: null, mostMinor: null, order: "name", includeInactive: true },
        { offset: 0, limit: 200 },
      ),
  });
export const usePerformers = (id: B.ServiceId | null) =>
  useQuery({
    queryKey: keys.performers(id ?? ""),
    queryFn: () => api.assignedProviders(id!),
    enabled: id !== null,
  });

export const useTenant = () => useQuery({ queryKey: keys.tenant, queryFn: api.tenantSettings });

export const useOwnAccount = () => useQuery({ queryKey: keys.ownAccount, queryFn: api.ownAccount });
/** Asked for once and forgotten with the dialog: another secret under the hands would make the code wrong. */
export const useMfaSetup = (wanted: boolean) =>
  useQuery({
    queryKey: keys.mfaSetup,
    queryFn: api.beginMfa,
    enabled: wanted,
    staleTime: Infinity,
    gcTime: 0,
  });

/** A press on a button: busy while it runs, its failure kept to be shown beside it. */
export function useCommand<Args extends unknown[], T>(
  command: (...args: Args) => Promise<T>,
  then?: (result: T, ...args: Args) => unknown,
) {
  return useMutation<T, B.CommandError, Args>({
    mutationFn: (args) => command(...args),
    onSuccess: (result, args) => then?.(result, ...args),
  });
}
