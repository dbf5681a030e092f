//! Roles given to people, for the whole business or for one site, and by whom.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::identity::{Role, account, suspend, user_limit};
use crate::ids::{ClinicId, GrantId, Instant, UserId};
use crate::tenancy;

/// A role of a person, with its scope and who gave it (domain.md, ruling 9).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    pub id: GrantId,
    pub role: Role,
    /// The site it is for; none for the whole business.
    pub clinic_id: Option<ClinicId>,
    pub clinic_name: Option<String>,
    /// None when the clinic was founded with it.
    pub granted_by: Option<String>,
    pub granted_at: Instant,
    pub revoked_at: Option<Instant>,
}

/// Gives a role. One that the person has already with this scope is left as it is.
pub fn grant_role(tx: &Tx, user: UserId, role: Role, clinic: Option<ClinicId>) -> Result<GrantId> {
    account::user(tx, user)?;
    may_grant(tx, role)?;
    if let Some(clinic) = clinic {
        tenancy::clinic(tx, clinic)?;
    }
    let existing: Option<GrantId> = tx
        .query_row(
            "SELECT id FROM role_grants WHERE user_id = ?1 AND role = ?2 AND clinic_id IS ?3 AND revoked_at IS NULL LIMIT 1",
            params![user, role, clinic],
            |row| row.get("id"),
        )
        .optional()?;
    if let Some(grant) = existing {
        return Ok(grant);
    }
    if role != Role::Patient && !user_limit::counts(tx, user)? {
        user_limit::check_user_limit(tx)?;
    }
    insert_grant(tx, user, role, clinic)
}

pub(super) fn insert_grant(tx: &Tx, user: UserId, role: Role, clinic: Option<ClinicId>) -> Result<GrantId> {
    let id = GrantId(tx.new_id());
    tx.execute(
        "INSERT INTO role_grants (id, tenant_id, user_id, role, clinic_id, granted_by, granted_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)",
        params![id, tx.device.tenant, user, role, clinic, tx.actor.user(), tx.now],
    )?;
    Ok(id)
}

/// A clinic's manager does not make somebody the one who runs the hub: `NotAllowed`.
pub(super) fn may_grant(tx: &Tx, role: Role) -> Result<()> {
    let Some(user) = tx.actor.user().filter(|_| role == Role::PlatformAdmin) else { return Ok(()) };
    let is_one: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM role_grants WHERE user_id = ?1 AND role = 'platform_admin' AND revoked_at IS NULL)",
        [user],
        |row| row.get(0),
    )?;
    if is_one { Ok(()) } else { Err(Code::NotAllowed.into()) }
}

/// Takes a role back; the last manager of the whole business keeps theirs (`LastOne`).
pub fn revoke_role(tx: &Tx, grant: GrantId) -> Result<()> {
    let (role, revoked): (Role, Option<Instant>) = tx
        .query_row("SELECT role, revoked_at FROM role_grants WHERE id = ?1", [grant], |row| {
            Ok((row.get("role")?, row.get("revoked_at")?))
        })
        .optional()?
        .ok_or(Code::NotFound)?;
    if revoked.is_some() {
        return Ok(());
    }
    if role == Role::Admin && !suspend::somebody_else_manages(tx, None, Some(grant))? {
        return Err(Code::LastOne.into());
    }
    tx.execute("UPDATE role_grants SET revoked_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, grant])?;
    Ok(())
}

/// Every role a person has or had, the newest first.
pub fn list_grants(conn: &Connection, user: UserId) -> Result<Vec<Grant>> {
    let mut statement = conn.prepare_cached(include_str!("grants.sql"))?;
    let grants = statement.query_map([user], |row| {
        Ok(Grant {
            id: row.get("id")?,
            role: row.get("role")?,
            clinic_id: row.get("clinic_id")?,
            clinic_name: row.get("clinic_name")?,
            granted_by: row.get("granted_by_name")?,
            granted_at: row.get("granted_at")?,
            revoked_at: row.get("revoked_at")?,
        })
    })?;
    Ok(grants.collect::<rusqlite::Result<_>>()?)
}
