//! The roles and what each may do: one table, asked before every read and write.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A role of a person (domain.md, ruling 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Receptionist,
    Provider,
    /// The clinic manager.
    Admin,
    /// Whoever runs the hub for several clinics.
    PlatformAdmin,
    /// Answers support tickets.
    Support,
    /// Works at the clinic without any of the other roles: sees the queue and their own account.
    User,
    /// Has no business at a clinic's PC: may nothing here.
    Patient,
}

crate::ids::named_values!(Role {
    Receptionist = "receptionist",
    Provider = "provider",
    Admin = "admin",
    PlatformAdmin = "platform_admin",
    Support = "support",
    User = "user",
    Patient = "patient",
});

impl Role {
    pub const ALL: &[Role] = &[
        Role::Receptionist,
        Role::Provider,
        Role::Admin,
        Role::PlatformAdmin,
        Role::Support,
        Role::User,
        Role::Patient,
    ];

    pub fn by_name(name: &str) -> Option<Role> {
        Role::ALL.iter().copied().find(|role| role.name() == name)
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What a command needs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission { $($(#[$doc])* $name),+ }

        impl Permission {
            pub const ALL: &[Permission] = &[$(Permission::$name),+];
        }
    };
}

permissions! {
    /// One's own password, second factor, notifications.
    OwnAccount,
    ViewQueue,
    FindPatient,
    RegisterPatient,
    /// Demographics, dependants, preferences, consents.
    EditPatient,
    MergePatients,
    ErasePatient,
    ImportPatients,
    ExportClinic,
    BookAppointment,
    CallPatient,
    ViewSchedule,
    /// Everybody's hours, and when a site is closed.
    ManageAvailability,
    /// A doctor's own hours and time off.
    OwnAvailability,
    RecordVitals,
    /// Notes, allergies, conditions, prescriptions.
    ViewClinical,
    WriteConsultation,
    IssuePrescription,
    ManageFormulary,
    ViewBilling,
    TakePayment,
    /// Refunds, void invoices.
    ManageBilling,
    /// Papers of a patient's desk file; those of a consultation need `ViewClinical`.
    UseFiles,
    UseConversations,
    WorkTickets,
    WriteReview,
    ModerateReviews,
    ManageClinic,
    ManageServices,
    ManageProviders,
    ManageStaff,
    ManageDevices,
    ManageTemplates,
    ViewAudit,
    Maintain,
    DecideConflicts,
    Sync,
}

impl Permission {
    /// Reading and writing what is known of a patient's health. It comes with a clinician's role
    /// and in no other way.
    pub fn is_clinical(self) -> bool {
        matches!(self, Permission::ViewClinical | Permission::WriteConsultation | Permission::IssuePrescription)
    }
}

/// Whether a role includes a permission. A receptionist sees no clinical notes, a manager neither.
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission::*;
    use Role::{Admin, PlatformAdmin, Provider, Receptionist, Support, User};
    let allowed: &[Role] = match permission {
        OwnAccount | ViewQueue => &[Receptionist, Provider, Admin, PlatformAdmin, Support, User],
        FindPatient | Sync | ViewSchedule => &[Receptionist, Provider, Admin, Support],
        CallPatient | RecordVitals | UseFiles | UseConversations => &[Receptionist, Provider, Admin],
        RegisterPatient | EditPatient | BookAppointment | TakePayment | WriteReview => &[Receptionist, Admin],
        ViewBilling => &[Receptionist, Admin, Support],
        MergePatients => &[Receptionist, Admin],
        OwnAvailability => &[Provider],
        ViewClinical | WriteConsultation | IssuePrescription => &[Provider],
        ManageFormulary => &[Provider, Admin],
        DecideConflicts => &[Receptionist, Provider, Admin],
        WorkTickets => &[Receptionist, Provider, Admin, Support],
        ErasePatient | ImportPatients | ExportClinic | ManageBilling | ModerateReviews | ManageServices
        | ManageAvailability | ManageProviders | ManageStaff | ManageDevices | ManageTemplates | ViewAudit => &[Admin],
        ManageClinic | Maintain => &[Admin, PlatformAdmin],
    };
    allowed.contains(&role)
}
