//! A doctor whom the manager adds together with an account.

use rusqlite::Connection;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, ProviderId, UserId};
use crate::providers::work_at;

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
    work_at(tx, id, provider.clinic, provider.room.as_deref().unwrap_or_default())?;
    Ok(id)
}

/// Whether a registration number is in use (unique by domain.md; checked here, because two PCs
/// apart must both be able to write).
pub fn is_registered(conn: &Connection, registration_number: &str) -> Result<bool> {
    is_registered_to_another(conn, registration_number, None)
}

pub(super) fn is_registered_to_another(conn: &Connection, number: &str, own: Option<ProviderId>) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM providers WHERE tenant_id = (SELECT tenant_id FROM this_device)
                            AND registration_number = ?1 AND deleted_at IS NULL AND id IS NOT ?2)",
        )?
        .query_row(rusqlite::params![number, own], |row| row.get(0))?)
}
