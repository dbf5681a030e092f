//! How many people may have an account (B: maxUsers).

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Code, Error, Result};
use crate::ids::UserId;

/// Fails with `LimitReached` and the limit when one active user more would be too many. Patients
/// with an account do not count.
pub fn check_user_limit(conn: &Connection) -> Result<()> {
    let limit: Option<i64> =
        conn.query_row("SELECT max_users FROM tenants LIMIT 1", [], |row| row.get("max_users")).optional()?;
    let Some(limit) = limit else { return Ok(()) };
    let active: i64 = conn.query_row(
        "SELECT count(*) FROM users WHERE status = 'active' AND deleted_at IS NULL AND EXISTS
         (SELECT 1 FROM role_grants WHERE user_id = users.id AND revoked_at IS NULL AND role <> 'patient')",
        [],
        |row| row.get(0),
    )?;
    if active >= limit { Err(Error::with(Code::LimitReached, limit.to_string())) } else { Ok(()) }
}

/// Whether a person has a role that counts, active or not.
pub(super) fn counts(conn: &Connection, user: UserId) -> Result<bool> {
    Ok(conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM role_grants WHERE user_id = ?1 AND revoked_at IS NULL AND role <> 'patient')",
        [user],
        |row| row.get(0),
    )?)
}
