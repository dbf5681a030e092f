//! The roles and what each may do: one table, asked before every read and write.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A role of the people at a clinic's PCs (domain.md, ruling 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Receptionist,
    Provider,
    /// The clinic manager.
    Admin,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Role::Receptionist => "receptionist",
            Role::Provider => "provider",
            Role::Admin => "admin",
        }
    }

    pub fn by_name(name: &str) -> Option<Role> {
        [Role::Receptionist, Role::Provider, Role::Admin].into_iter().find(|role| role.name() == name)
    }
}

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    ViewQueue,
    FindPatient,
    RegisterPatient,
    BookAppointment,
    CallPatient,
    /// Notes, allergies, prescriptions.
    ViewClinical,
    WriteConsultation,
    IssuePrescription,
    ManageStaff,
    ManageDevices,
    Sync,
}

impl Permission {
    pub const ALL: &[Permission] = &[
        Permission::ViewQueue,
        Permission::FindPatient,
        Permission::RegisterPatient,
        Permission::BookAppointment,
        Permission::CallPatient,
        Permission::ViewClinical,
        Permission::WriteConsultation,
        Permission::IssuePrescription,
        Permission::ManageStaff,
        Permission::ManageDevices,
        Permission::Sync,
    ];
}

/// Whether a role includes a permission. A receptionist sees no clinical notes, a manager neither.
pub fn allows(role: Role, permission: Permission) -> bool {
    use Permission::*;
    match permission {
        ViewQueue | FindPatient | CallPatient | Sync => true,
        RegisterPatient | BookAppointment => matches!(role, Role::Receptionist | Role::Admin),
        ViewClinical | WriteConsultation | IssuePrescription => role == Role::Provider,
        ManageStaff | ManageDevices => role == Role::Admin,
    }
}
