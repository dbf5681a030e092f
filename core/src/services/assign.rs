//! Who performs a service: a set, and whom of it one can see at a site.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, ProviderId, ServiceId};
use crate::providers;
use crate::seeded::{Bug, seeded};
use crate::services::service::service;

/// A doctor who can be booked for a service at a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceProvider {
    pub provider_id: ProviderId,
    pub name: String,
    pub specialization: Option<String>,
    pub room: Option<String>,
}

/// Lets a doctor perform a service; one who does already is left as they are.
pub fn assign_provider(tx: &Tx, id: ServiceId, provider: ProviderId) -> Result<()> {
    service(tx, id)?;
    providers::exists(tx, provider)?;
    if performs(tx, id, provider)? {
        return Ok(());
    }
    if seeded(Bug::SetByUpdate) {
        let sql = "UPDATE service_providers SET removed_at = NULL WHERE service_id = ?1 AND provider_id = ?2";
        if tx.execute(sql, params![id, provider])? > 0 {
            return Ok(());
        }
    }
    tx.execute(
        "INSERT INTO service_providers (id, tenant_id, service_id, provider_id, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![tx.new_id(), tx.device.tenant, id, provider, tx.now],
    )?;
    Ok(())
}

/// Takes a doctor out of those who perform a service.
pub fn unassign_provider(tx: &Tx, id: ServiceId, provider: ProviderId) -> Result<()> {
    service(tx, id)?;
    tx.execute(
        "UPDATE service_providers SET removed_at = ?1, updated_at = ?1
         WHERE service_id = ?2 AND provider_id = ?3 AND removed_at IS NULL",
        params![tx.now, id, provider],
    )?;
    Ok(())
}

/// Makes those who perform a service the ones given.
pub fn set_providers(tx: &Tx, id: ServiceId, wanted: &[ProviderId]) -> Result<()> {
    for gone in assigned(tx, id)?.iter().filter(|provider| !wanted.contains(provider)) {
        unassign_provider(tx, id, *gone)?;
    }
    wanted.iter().try_for_each(|provider| assign_provider(tx, id, *provider))
}

/// Everybody assigned to a service, whether they can be seen or not.
pub fn assigned(conn: &Connection, id: ServiceId) -> Result<Vec<ProviderId>> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT provider_id FROM service_providers WHERE service_id = ?1 AND removed_at IS NULL ORDER BY provider_id",
    )?;
    let ids = statement.query_map([id], |row| row.get("provider_id"))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Whether a doctor performs a service.
pub fn performs(conn: &Connection, id: ServiceId, provider: ProviderId) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM service_providers WHERE service_id = ?1 AND provider_id = ?2 AND removed_at IS NULL)",
        )?
        .query_row(params![id, provider], |row| row.get(0))?)
}

/// Whom one can see for a service at a site: active, approved, working there, and assigned to it where
/// anybody is (B: find available staff for a treatment). Nobody for a service that is not offered.
pub fn providers_for(conn: &Connection, id: ServiceId, clinic: ClinicId) -> Result<Vec<ServiceProvider>> {
    let mut statement = conn.prepare_cached(include_str!("providers_for.sql"))?;
    let doctors = statement.query_map(params![id, clinic], |row| {
        Ok(ServiceProvider {
            provider_id: row.get("id")?,
            name: row.get("display_name")?,
            specialization: row.get("specialization")?,
            room: row.get("room")?,
        })
    })?;
    Ok(doctors.collect::<rusqlite::Result<_>>()?)
}
