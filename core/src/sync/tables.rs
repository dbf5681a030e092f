//! Every replicated table and how it merges: THE place. The matches have no wildcard arm, so a
//! table without a conflict class does not compile.

use crate::sync::merge::{Progress, Rule};

/// How concurrent writes to a table's rows come together (see ARCHITECTURE.md, sync).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Insert only; the same id with other content is quarantined.
    Immutable,
    /// Insert only; rows come together by id, totals are derived.
    Append,
    /// The latest write of each field group holds; a concurrent other one is kept as a conflict.
    Fields,
    /// Both claims survive; an overlap becomes a conflict with the same id on every replica.
    Claim,
    /// As `Fields`, with a status that merging never moves back.
    Forward,
    /// As `Fields`, but until a clinician decides the more cautious of two values shows.
    Review,
    /// Rows that link: one is taken out by its `removed_at`, and adding again is a new row, so that
    /// an adding holds against a removing that did not know of it.
    Set,
}

/// When rows come to a PC that takes the records over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    /// At once, the whole table.
    First,
    /// At once if this column says that it is about yesterday, today or tomorrow.
    OnItsDay { column: &'static str },
    /// At once with the row that this column names and that comes on its day.
    WithTheVisit { column: &'static str },
    /// At once if the patient has a visit that comes on its day.
    Patients,
    /// At once with such a patient, whom this column names.
    WithThePatient { column: &'static str },
    /// In chunks, after all that.
    Later,
}

/// Columns that merge together, because half of one write and half of another is nobody's.
pub struct Group {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub rule: Rule,
}

const fn latest(name: &'static str, columns: &'static [&'static str]) -> Group {
    Group { name, columns, rule: Rule::Latest }
}

const fn silent_group(name: &'static str, columns: &'static [&'static str]) -> Group {
    Group { name, columns, rule: Rule::Silent }
}

const fn forward(name: &'static str, columns: &'static [&'static str], progress: &'static Progress) -> Group {
    Group { name, columns, rule: Rule::Forward(progress) }
}

macro_rules! silent {
    ($column:literal) => {
        silent_group($column, &[$column])
    };
}

macro_rules! cautious {
    ($column:literal, $order:expr) => {
        Group { name: $column, columns: &[$column], rule: Rule::Cautious($order) }
    };
}

const UPDATED: Group = silent!("updated_at");
/// A purge says the same wherever it is made.
const PURGED: Group = silent!("deleted_at");

const VISIT: &Progress = &Progress {
    order: &["requested", "scheduled", "confirmed", "arrived", "in_progress", "completed"],
    ends: &["cancelled", "no_show"],
    present: "arrived",
};

const WAITLIST: &Progress =
    &Progress { order: &["waiting", "offered", "booked"], ends: &["expired", "cancelled"], present: "booked" };

const PAYMENT: &Progress = &Progress { order: &["initiated", "success"], ends: &["failed"], present: "success" };

const INVOICE: &Progress = &Progress { order: &["issued"], ends: &["void"], present: "void" };

const NOTIFICATION: &Progress =
    &Progress { order: &["queued", "sent", "delivered"], ends: &["failed"], present: "sent" };

const QUEUE: &Progress = &Progress { order: &["waiting", "called", "served"], ends: &["left"], present: "called" };

macro_rules! tables {
    ($($variant:ident $name:literal),+ $(,)?) => {
        /// A replicated table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Table { $($variant),+ }

        impl Table {
            /// Every replicated table, parents before children.
            pub const ALL: &[Table] = &[$(Table::$variant),+];

            /// The name in the database and on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Table::$variant => $name),+ }
            }

            pub fn by_name(name: &str) -> Option<Table> {
                match name { $($name => Some(Table::$variant),)+ _ => None }
            }
        }
    };
}

tables! {
    Tenants "tenants",
    Clinics "clinics",
    Users "users",
    Profiles "profiles",
    RoleGrants "role_grants",
    OneTimeTokens "one_time_tokens",
    Providers "providers",
    ProviderClinics "provider_clinics",
    ProviderTags "provider_tags",
    Credentials "credentials",
    StaffMembers "staff_members",
    Services "services",
    ServiceProviders "service_providers",
    Patients "patients",
    Dependants "dependants",
    Preferences "preferences",
    Consents "consents",
    Allergies "allergies",
    Conditions "conditions",
    Medications "medications",
    Vitals "vitals",
    PatientMerges "patient_merges",
    DuplicateDecisions "duplicate_decisions",
    AvailabilityTemplates "availability_templates",
    TemplateSlots "template_slots",
    TimeOff "time_off",
    Appointments "appointments",
    AppointmentEvents "appointment_events",
    Waitlist "waitlist",
    QueueTickets "queue_tickets",
    PaperSlips "paper_slips",
    Consultations "consultations",
    Prescriptions "prescriptions",
    PrescriptionItems "prescription_items",
    Formulary "formulary",
    Reviews "reviews",
    Invoices "invoices",
    InvoiceLines "invoice_lines",
    Payments "payments",
    CashSessions "cash_sessions",
    Files "files",
    Conversations "conversations",
    Messages "messages",
    MessageReceipts "message_receipts",
    NotificationTemplates "notification_templates",
    Notifications "notifications",
    Tickets "tickets",
    TicketParticipants "ticket_participants",
    TicketEvents "ticket_events",
    AuditLog "audit_log",
    ConflictDecisions "conflict_decisions",
    Devices "devices",
    KeyRenewals "key_renewals",
}

/// Tables that never leave the PC, and the derived ones that every replica makes for itself.
pub const LOCAL: &[&str] = &[
    "captures",
    "this_device",
    "hub_link",
    "commits",
    "touches",
    "unknown_values",
    "unknown_commits",
    "heads",
    "digests",
    "conflicts",
    "quarantine",
    "repairs",
    "sync_runs",
    "snapshot",
    "snapshot_tables",
    "snapshot_chunks",
    "snapshot_origins",
    "newer_rows",
    "sign_in_throttle",
    "sessions",
    "idempotency_keys",
    "prescription_drafts",
    "prints",
    "slip_printing",
    "patient_search",
    "provider_search",
    "clinic_places",
    "possible_duplicates",
    "duplicate_suspects",
    "slots",
    "archived_visits",
    "archived_visit_search",
];

impl Table {
    pub fn class(self) -> Class {
        match self {
            Table::Prescriptions | Table::PrescriptionItems | Table::InvoiceLines => Class::Immutable,
            Table::AppointmentEvents
            | Table::Consents
            | Table::Vitals
            | Table::DuplicateDecisions
            | Table::Messages
            | Table::MessageReceipts
            | Table::TicketEvents
            | Table::AuditLog
            | Table::ConflictDecisions
            | Table::KeyRenewals => Class::Append,
            Table::Appointments => Class::Claim,
            Table::QueueTickets | Table::Waitlist | Table::Invoices | Table::Payments | Table::Notifications => {
                Class::Forward
            }
            Table::Allergies | Table::Conditions => Class::Review,
            Table::ProviderTags | Table::ServiceProviders | Table::TicketParticipants => Class::Set,
            Table::Tenants
            | Table::Clinics
            | Table::Users
            | Table::Profiles
            | Table::RoleGrants
            | Table::OneTimeTokens
            | Table::Providers
            | Table::ProviderClinics
            | Table::Credentials
            | Table::StaffMembers
            | Table::Services
            | Table::Patients
            | Table::Dependants
            | Table::Preferences
            | Table::Medications
            | Table::PatientMerges
            | Table::AvailabilityTemplates
            | Table::TemplateSlots
            | Table::TimeOff
            | Table::PaperSlips
            | Table::Consultations
            | Table::Formulary
            | Table::Reviews
            | Table::CashSessions
            | Table::Files
            | Table::Conversations
            | Table::NotificationTemplates
            | Table::Tickets
            | Table::Devices => Class::Fields,
        }
    }

    /// The groups of more than one column or of another rule than `Latest`. A column that is not
    /// named here is a group of its own.
    pub fn groups(self) -> &'static [Group] {
        match self {
            Table::Clinics => const { &[UPDATED, latest("geo", &["latitude", "longitude"])] },
            Table::Users => const { &[UPDATED, latest("mfa", &["mfa_secret", "mfa_enabled_at"])] },
            Table::OneTimeTokens => const { &[UPDATED, silent!("used_at"), PURGED] },
            Table::Providers => {
                const { &[UPDATED, latest("approval", &["approval", "approved_by", "approved_at", "approval_note"])] }
            }
            Table::Credentials => {
                const {
                    &[
                        UPDATED,
                        latest("verification", &["status", "verified_by", "verified_at"]),
                        latest("validity", &["issued_on", "expires_on"]),
                    ]
                }
            }
            Table::Services => const { &[UPDATED, latest("price", &["price_minor", "currency"])] },
            Table::Patients => {
                const {
                    &[
                        UPDATED,
                        latest("name", &["full_name", "alternate_name"]),
                        latest("birth", &["birth_date", "birth_date_precision"]),
                        latest("address", &["address", "city", "postal_code"]),
                        silent_group("erasure", &["erased_at", "erased_by"]),
                    ]
                }
            }
            Table::Allergies => {
                const {
                    &[
                        UPDATED,
                        cautious!("status", &["refuted", "resolved", "active"]),
                        cautious!("severity", &["mild", "moderate", "severe"]),
                        silent_group("review", &["reviewed_by", "reviewed_at"]),
                    ]
                }
            }
            Table::Conditions => const { &[UPDATED, cautious!("status", &["resolved", "remission", "active"])] },
            Table::Medications => const { &[UPDATED, latest("status", &["status", "stopped_on"])] },
            Table::PatientMerges => const { &[UPDATED, silent_group("undoing", &["undone_by", "undone_at"])] },
            Table::AvailabilityTemplates => {
                const {
                    &[
                        UPDATED,
                        latest("pattern", &["slot_duration_minutes", "buffer_minutes", "capacity", "recurrence"]),
                        latest("validity", &["valid_from", "valid_to"]),
                    ]
                }
            }
            Table::TemplateSlots => {
                const { &[UPDATED, latest("time", &["weekday", "start_time", "end_time", "mode"])] }
            }
            Table::TimeOff => {
                const {
                    &[
                        UPDATED,
                        latest("time", &["starts_at", "ends_at"]),
                        latest("whose", &["provider_id", "clinic_id"]),
                        latest("recurrence", &["recurrence", "timezone"]),
                    ]
                }
            }
            Table::Dependants => const { &[UPDATED, latest("people", &["patient_id", "responsible_patient_id"])] },
            Table::Appointments => {
                const {
                    &[
                        UPDATED,
                        latest(
                            "time",
                            &[
                                "clinic_id",
                                "provider_id",
                                "scheduled_start",
                                "scheduled_end",
                                "timezone",
                                "slot_id",
                                "capacity",
                            ],
                        ),
                        forward("status", &["status"], VISIT),
                        latest("series", &["series_id", "recurrence"]),
                        silent!("kept_at"),
                    ]
                }
            }
            Table::Waitlist => {
                const {
                    &[
                        UPDATED,
                        forward("status", &["status", "offered_start", "offered_at", "appointment_id"], WAITLIST),
                        latest("wish", &["desired_from", "desired_to"]),
                        latest("hours", &["after_time", "before_time"]),
                        // What one of two forgets is offered once more.
                        silent_group("declined", &["declined", "declined_at"]),
                    ]
                }
            }
            Table::QueueTickets => {
                const {
                    &[
                        UPDATED,
                        forward("status", &["status", "called_at", "served_at"], QUEUE),
                        latest("priority", &["priority", "priority_reason"]),
                    ]
                }
            }
            Table::Consultations => {
                const { &[UPDATED, latest("diagnosis", &["diagnosis", "diagnosis_code", "diagnosis_codes"])] }
            }
            Table::Reviews => const { &[UPDATED, latest("moderation", &["visible", "moderated_by", "moderated_at"])] },
            Table::Invoices => const { &[UPDATED, forward("status", &["status", "void_reason"], INVOICE)] },
            Table::Payments => {
                const {
                    &[
                        UPDATED,
                        forward("status", &["status", "settled_at", "failure"], PAYMENT),
                        latest("kind", &["kind", "refund_of_id"]),
                    ]
                }
            }
            Table::PaperSlips => const { &[UPDATED, latest("end", &["ticket_id", "voided_at"])] },
            Table::CashSessions => {
                const { &[UPDATED, latest("closing", &["closed_by", "closed_at", "counted_minor", "note"])] }
            }
            Table::NotificationTemplates => const { &[UPDATED, latest("text", &["subject", "body"])] },
            Table::Notifications => {
                const {
                    &[
                        UPDATED,
                        forward("status", &["status", "sent_at", "failure"], NOTIFICATION),
                        silent!("read_at"),
                        latest("addressee", &["user_id", "patient_id"]),
                        PURGED,
                    ]
                }
            }
            Table::ProviderTags | Table::ServiceProviders | Table::TicketParticipants => {
                const { &[UPDATED, silent!("removed_at")] }
            }
            Table::Tenants
            | Table::Profiles
            | Table::RoleGrants
            | Table::ProviderClinics
            | Table::StaffMembers
            | Table::Preferences
            | Table::Formulary
            | Table::Files
            | Table::Conversations
            | Table::Tickets
            | Table::Devices => const { &[UPDATED] },
            Table::Prescriptions
            | Table::PrescriptionItems
            | Table::InvoiceLines
            | Table::AppointmentEvents
            | Table::Consents
            | Table::Vitals
            | Table::DuplicateDecisions
            | Table::Messages
            | Table::MessageReceipts
            | Table::TicketEvents
            | Table::AuditLog
            | Table::ConflictDecisions
            | Table::KeyRenewals => &[],
        }
    }

    /// Whether the rows say what a clinician knows of a patient: nobody else may read them.
    pub fn clinical(self) -> bool {
        matches!(
            self,
            Table::Allergies
                | Table::Conditions
                | Table::Medications
                | Table::Vitals
                | Table::Consultations
                | Table::Prescriptions
                | Table::PrescriptionItems
        )
    }

    /// Whether the commit that made a row is looked up: for its history, and for which of two claims
    /// of one time came first. The busiest tables name their maker in a column; remembering each of
    /// their rows would slow every sync.
    pub fn remembers_making(self) -> bool {
        match self.class() {
            Class::Fields | Class::Review | Class::Set | Class::Claim => true,
            Class::Immutable | Class::Append | Class::Forward => false,
        }
    }

    /// When the rows of the table come to a PC that takes the records over (see [`crate::sync::snapshot`]):
    /// what the day's work needs comes first, allergies and medicines included, for nobody may treat a
    /// patient without them.
    pub fn comes(self) -> Comes {
        match self {
            Table::Tenants
            | Table::Clinics
            | Table::Users
            | Table::Profiles
            | Table::RoleGrants
            | Table::Providers
            | Table::ProviderClinics
            | Table::ProviderTags
            | Table::StaffMembers
            | Table::Services
            | Table::ServiceProviders
            | Table::AvailabilityTemplates
            | Table::TemplateSlots
            | Table::TimeOff
            | Table::Formulary
            | Table::NotificationTemplates
            | Table::Devices
            | Table::KeyRenewals => Comes::First,
            Table::Appointments => Comes::OnItsDay { column: "scheduled_start" },
            Table::QueueTickets => Comes::WithTheVisit { column: "appointment_id" },
            Table::Patients => Comes::Patients,
            Table::Allergies | Table::Conditions | Table::Medications => Comes::WithThePatient { column: "patient_id" },
            Table::OneTimeTokens
            | Table::Credentials
            | Table::Dependants
            | Table::Preferences
            | Table::Consents
            | Table::Vitals
            | Table::PatientMerges
            | Table::DuplicateDecisions
            | Table::AppointmentEvents
            | Table::Waitlist
            | Table::PaperSlips
            | Table::Consultations
            | Table::Prescriptions
            | Table::PrescriptionItems
            | Table::Reviews
            | Table::Invoices
            | Table::InvoiceLines
            | Table::Payments
            | Table::CashSessions
            | Table::Files
            | Table::Conversations
            | Table::Messages
            | Table::MessageReceipts
            | Table::Notifications
            | Table::Tickets
            | Table::TicketParticipants
            | Table::TicketEvents
            | Table::AuditLog
            | Table::ConflictDecisions => Comes::Later,
        }
    }

    /// Whether rows never change after they were inserted.
    pub fn insert_only(self) -> bool {
        match self.class() {
            Class::Immutable | Class::Append => true,
            Class::Fields | Class::Claim | Class::Forward | Class::Review | Class::Set => false,
        }
    }
}

/// The merge rule of a group that came by name, also of one that a newer version has.
pub fn rule_of(table: &str, group: &str) -> Rule {
    Table::by_name(table)
        .and_then(|table| table.groups().iter().find(|g| g.name == group))
        .map_or(Rule::Latest, |g| g.rule)
}
