//! Suspending an account, and taking that back.

use rusqlite::{Connection, params};

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::identity::account::{UserAccount, UserStatus, user};
use crate::identity::{session, user_limit};
use crate::ids::{GrantId, UserId};

/// Suspends a person: no signing in, and the sessions on this PC end. Nobody suspends themself
/// (`NotAllowed`) or the last manager (`LastOne`).
pub fn suspend_user(tx: &Tx, id: UserId) -> Result<UserAccount> {
    if tx.actor.user() == Some(id) {
        return Err(Code::NotAllowed.into());
    }
    user(tx, id)?;
    if !somebody_else_manages(tx, Some(id), None)? {
        return Err(Code::LastOne.into());
    }
    session::end_all_of(tx, id, tx.now)?;
    set_status(tx, id, UserStatus::Suspended)
}

/// Lets a suspended person in again; they count towards the limit of users.
pub fn reactivate_user(tx: &Tx, id: UserId) -> Result<UserAccount> {
    if user(tx, id)?.status == UserStatus::Suspended && user_limit::counts(tx, id)? {
        user_limit::check_user_limit(tx)?;
    }
    set_status(tx, id, UserStatus::Active)
}

fn set_status(tx: &Tx, id: UserId, status: UserStatus) -> Result<UserAccount> {
    tx.execute("UPDATE users SET status = ?1, updated_at = ?2 WHERE id = ?3", params![status, tx.now, id])?;
    user(tx, id)
}

/// Whether the whole business keeps an active manager without this user, or without this grant.
pub(super) fn somebody_else_manages(conn: &Connection, user: Option<UserId>, grant: Option<GrantId>) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM role_grants JOIN users ON users.id = user_id
                            WHERE role = 'admin' AND revoked_at IS NULL AND clinic_id IS NULL AND status = 'active'
                              AND deleted_at IS NULL AND user_id IS NOT ?1 AND role_grants.id IS NOT ?2)",
        )?
        .query_row(params![user, grant], |row| row.get(0))?)
}
