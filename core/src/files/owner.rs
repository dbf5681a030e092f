//! Whose a file is.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::error::{Code, Result};

/// The tables whose rows can own files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OwnerTable {
    Patients,
    Consultations,
    Providers,
    Credentials,
    StaffMembers,
    Messages,
    Consents,
    Tickets,
    Tenants,
}

crate::ids::named_values!(OwnerTable {
    Patients = "patients",
    Consultations = "consultations",
    Providers = "providers",
    Credentials = "credentials",
    StaffMembers = "staff_members",
    Messages = "messages",
    Consents = "consents",
    Tickets = "tickets",
    Tenants = "tenants",
});

/// The row that a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileOwner {
    pub table: OwnerTable,
    pub id: Uuid,
}

impl FileOwner {
    pub fn patient(id: crate::ids::PatientId) -> FileOwner {
        FileOwner { table: OwnerTable::Patients, id: id.0 }
    }

    /// [`Code::NotFound`] unless the owner's row is there.
    pub(super) fn check(self, conn: &Connection) -> Result<()> {
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE id = ?1)", self.table.name());
        let there: bool = conn.prepare_cached(&sql)?.query_row(params![self.id], |row| row.get(0))?;
        if there { Ok(()) } else { Err(Code::NotFound.into()) }
    }
}
