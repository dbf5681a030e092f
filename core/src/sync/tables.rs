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
}

/// Columns that merge together, because half of one write and half of another is nobody's.
pub struct Group {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub rule: Rule,
}

const UPDATED: Group = Group { name: "updated_at", columns: &["updated_at"], rule: Rule::Silent };

const VISIT: &Progress = &Progress {
    order: &["requested", "scheduled", "confirmed", "arrived", "in_progress", "completed"],
    ends: &["cancelled", "no_show"],
    present: "arrived",
};

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
    Providers "providers",
    ProviderClinics "provider_clinics",
    Services "services",
    Patients "patients",
    Allergies "allergies",
    Appointments "appointments",
    AppointmentEvents "appointment_events",
    QueueTickets "queue_tickets",
    Consultations "consultations",
    Prescriptions "prescriptions",
    PrescriptionItems "prescription_items",
    Devices "devices",
}

/// Tables that never leave the PC, and the derived ones that every replica makes for itself.
pub const LOCAL: &[&str] = &[
    "captures",
    "this_device",
    "hub_link",
    "commits",
    "heads",
    "digests",
    "conflicts",
    "quarantine",
    "sign_in_throttle",
    "prescription_drafts",
    "prints",
    "patient_search",
];

impl Table {
    pub fn class(self) -> Class {
        match self {
            Table::Prescriptions | Table::PrescriptionItems => Class::Immutable,
            Table::Allergies | Table::AppointmentEvents => Class::Append,
            Table::Appointments => Class::Claim,
            Table::QueueTickets => Class::Forward,
            Table::Tenants
            | Table::Clinics
            | Table::Users
            | Table::Profiles
            | Table::RoleGrants
            | Table::Providers
            | Table::ProviderClinics
            | Table::Services
            | Table::Patients
            | Table::Consultations
            | Table::Devices => Class::Fields,
        }
    }

    /// The groups of more than one column or of another rule than `Latest`. A column that is not
    /// named here is a group of its own.
    pub fn groups(self) -> &'static [Group] {
        match self {
            Table::Clinics => {
                const { &[UPDATED, Group { name: "geo", columns: &["latitude", "longitude"], rule: Rule::Latest }] }
            }
            Table::Providers => {
                const {
                    &[
                        UPDATED,
                        Group {
                            name: "approval",
                            columns: &["approval", "approved_by", "approved_at"],
                            rule: Rule::Latest,
                        },
                    ]
                }
            }
            Table::Patients => {
                const {
                    &[
                        UPDATED,
                        Group { name: "name", columns: &["full_name", "alternate_name"], rule: Rule::Latest },
                        Group { name: "birth", columns: &["birth_date", "birth_date_precision"], rule: Rule::Latest },
                        Group { name: "address", columns: &["address", "city", "postal_code"], rule: Rule::Latest },
                    ]
                }
            }
            Table::Appointments => {
                const {
                    &[
                        UPDATED,
                        Group {
                            name: "time",
                            columns: &["clinic_id", "provider_id", "scheduled_start", "scheduled_end"],
                            rule: Rule::Latest,
                        },
                        Group { name: "status", columns: &["status"], rule: Rule::Forward(VISIT) },
                    ]
                }
            }
            Table::QueueTickets => {
                const {
                    &[
                        UPDATED,
                        Group {
                            name: "status",
                            columns: &["status", "called_at", "served_at"],
                            rule: Rule::Forward(QUEUE),
                        },
                    ]
                }
            }
            Table::Consultations => {
                const {
                    &[
                        UPDATED,
                        Group { name: "diagnosis", columns: &["diagnosis", "diagnosis_code"], rule: Rule::Latest },
                    ]
                }
            }
            Table::Tenants
            | Table::Users
            | Table::Profiles
            | Table::RoleGrants
            | Table::ProviderClinics
            | Table::Services
            | Table::Devices => const { &[UPDATED] },
            Table::Allergies | Table::AppointmentEvents | Table::Prescriptions | Table::PrescriptionItems => &[],
        }
    }

    /// Whether rows may change after they were inserted.
    pub fn insert_only(self) -> bool {
        match self.class() {
            Class::Immutable | Class::Append => true,
            Class::Fields | Class::Claim | Class::Forward => false,
        }
    }
}

/// The merge rule of a group that came by name, also of one that a newer version has.
pub fn rule_of(table: &str, group: &str) -> Rule {
    Table::by_name(table)
        .and_then(|table| table.groups().iter().find(|g| g.name == group))
        .map_or(Rule::Latest, |g| g.rule)
}
