//! Doctors and where they work.

use rusqlite::{Connection, params};

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, ProviderId, UserId};

/// A doctor to be added, with the fields checked.
#[derive(Debug, Clone)]
pub struct NewProvider {
    pub display_name: String,
    pub specialization: String,
    pub qualification: String,
    pub registration_number: String,
    pub room: Option<String>,
    pub clinic: ClinicId,
}

/// Adds a doctor who works at a site. The manager who adds one approves them by doing so.
pub fn add(tx: &Tx, provider: &NewProvider, user: UserId) -> Result<ProviderId> {
    let id = ProviderId(tx.new_id());
    tx.execute(
        "INSERT INTO providers (id, tenant_id, user_id, display_name, registration_number, qualification, specialization,
                                approval, approved_by, approved_at, created_at, updated_at)
         VALUES (:id, :tenant, :user, :name, :registration, :qualification, :specialization, 'approved', :by, :now, :now, :now)",
        rusqlite::named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":user": user,
            ":name": provider.display_name,
            ":registration": provider.registration_number,
            ":qualification": provider.qualification,
            ":specialization": provider.specialization,
            ":by": tx.actor.user(),
            ":now": tx.now,
        },
    )?;
    tx.execute(
        "INSERT INTO provider_clinics (id, tenant_id, provider_id, clinic_id, room, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
        params![tx.new_id(), tx.device.tenant, id, provider.clinic, provider.room, tx.now],
    )?;
    Ok(id)
}

/// Whether a registration number is in use (unique by domain.md; checked here, because two PCs
/// apart must both be able to write).
pub fn is_registered(conn: &Connection, registration_number: &str) -> Result<bool> {
    Ok(conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM providers WHERE registration_number = ?1 AND deleted_at IS NULL)",
        [registration_number],
        |row| row.get(0),
    )?)
}
