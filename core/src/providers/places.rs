//! The sites where a doctor works, with the room at each.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, NAME};
use crate::ids::{ClinicId, ProviderId};
use crate::tenancy;

/// A site where a doctor works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderPlace {
    pub clinic_id: ClinicId,
    pub clinic_name: String,
    pub room: Option<String>,
}

/// Lets a doctor work at a site, or gives them another room there.
pub fn work_at(tx: &Tx, provider: ProviderId, clinic: ClinicId, room: &str) -> Result<()> {
    let mut form = Form::default();
    let room = form.optional("room", room, NAME);
    form.finish()?;
    super::exists(tx, provider)?;
    tenancy::clinic(tx, clinic)?;
    let known: Option<Uuid> = tx
        .query_row(
            "SELECT id FROM provider_clinics WHERE provider_id = ?1 AND clinic_id = ?2 ORDER BY active DESC, id LIMIT 1",
            params![provider, clinic],
            |row| row.get("id"),
        )
        .optional()?;
    match known {
        Some(id) => tx.execute(
            "UPDATE provider_clinics SET room = ?1, active = 1, updated_at = ?2 WHERE id = ?3",
            params![room, tx.now, id],
        )?,
        None => tx.execute(
            "INSERT INTO provider_clinics (id, tenant_id, provider_id, clinic_id, room, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![tx.new_id(), tx.device.tenant, provider, clinic, room, tx.now],
        )?,
    };
    Ok(())
}

/// The doctor works at a site no longer; `DoesNotWorkHere` when they did not.
pub fn stop_working_at(tx: &Tx, provider: ProviderId, clinic: ClinicId) -> Result<()> {
    let ended = tx.execute(
        "UPDATE provider_clinics SET active = 0, updated_at = ?1 WHERE provider_id = ?2 AND clinic_id = ?3 AND active = 1",
        params![tx.now, provider, clinic],
    )?;
    if ended == 0 { Err(Code::DoesNotWorkHere.into()) } else { Ok(()) }
}

/// The open sites where a doctor works, by name.
pub fn places_of(conn: &Connection, provider: ProviderId) -> Result<Vec<ProviderPlace>> {
    let mut statement = conn.prepare_cached(
        "SELECT clinic_id, clinics.name, max(room) AS room FROM provider_clinics JOIN clinics ON clinics.id = clinic_id
         WHERE provider_id = ?1 AND provider_clinics.active = 1 AND clinics.active = 1 AND deleted_at IS NULL
         GROUP BY clinic_id ORDER BY clinics.name",
    )?;
    let places = statement.query_map([provider], |row| {
        Ok(ProviderPlace { clinic_id: row.get("clinic_id")?, clinic_name: row.get("name")?, room: row.get("room")? })
    })?;
    Ok(places.collect::<rusqlite::Result<_>>()?)
}
