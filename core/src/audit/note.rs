//! Something is written down that leaves no other row: reading a chart, printing, exporting.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AuditId, Instant, UserId};

/// What was done, and to what.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// A verb in a few letters, e.g. `view_chart`.
    pub action: &'a str,
    /// The table of the row concerned.
    pub entity_type: &'a str,
    pub entity_id: Option<Uuid>,
}

/// Writes a note of the acting user, or of the system, with the role that they act in and this PC.
/// `metadata` becomes JSON; give `&()` for none.
pub fn note<M: Serialize>(tx: &Tx, note: Note, metadata: &M) -> Result<AuditId> {
    let id = AuditId(tx.new_id());
    let metadata = serde_json::to_string(metadata)?;
    let role = tx.actor.user().map(|user| main_role(tx, user)).transpose()?.flatten();
    tx.prepare_cached(
        "INSERT INTO audit_log (id, tenant_id, actor_id, actor_role, action, entity_type, entity_id, metadata, device_id,
                                created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, nullif(?8, 'null'), ?9, ?10, ?10)",
    )?
    .execute(params![
        id,
        tx.device.tenant,
        tx.actor.user(),
        role,
        note.action,
        note.entity_type,
        note.entity_id,
        metadata,
        tx.device.id,
        tx.now
    ])?;
    Ok(id)
}

/// The role of a person that reaches furthest.
fn main_role(conn: &Connection, user: UserId) -> Result<Option<String>> {
    Ok(conn
        .prepare_cached(
            "SELECT role FROM role_grants WHERE user_id = ?1 AND revoked_at IS NULL
             ORDER BY instr('platform_admin,admin,provider,receptionist,support,user,patient', role), role LIMIT 1",
        )?
        .query_row([user], |row| row.get("role"))
        .optional()?)
}

/// Whether a user was noted doing the same since a point in time: a chart that is looked at all
/// morning is one visit to it, not a hundred.
pub fn noted_since(conn: &Connection, user: UserId, note: Note, since: Instant) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM audit_log
             WHERE entity_type = ?1 AND entity_id IS ?2 AND created_at > ?3 AND actor_id = ?4 AND action = ?5)",
        )?
        .query_row(params![note.entity_type, note.entity_id, since, user, note.action], |row| row.get(0))?)
}
