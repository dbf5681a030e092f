//! What has expired is emptied. The row stays: that there was one is no secret, what was in it is.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::Instant;
use crate::retention::RetentionPolicy;
use crate::retention::policy::DAY;

/// So many rows of a table are emptied in one write, which is one commit; a run that reaches it is
/// followed by another.
const MOST: i64 = 5_000;

/// How much a run emptied or, on this PC alone, deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PurgeReport {
    /// Tokens that were used or had expired: hash emptied.
    pub tokens: u32,
    /// Expired notifications: words, link and failure emptied.
    pub notifications: u32,
    /// Expired answers to repeated requests, deleted here.
    pub idempotency_keys: u32,
    /// Sessions that ended long ago, deleted here.
    pub sessions: u32,
    /// Whether another run has something left to do.
    pub more: bool,
}

/// Empties what has expired by `now`.
pub fn purge(tx: &Tx, policy: &RetentionPolicy, now: Instant) -> Result<PurgeReport> {
    let expired = Instant(now.0 - i64::from(policy.expired_days) * DAY);
    let tokens = tx.execute(
        "UPDATE one_time_tokens SET token_hash = NULL, deleted_at = ?1, updated_at = ?1
         WHERE id IN (SELECT id FROM one_time_tokens WHERE deleted_at IS NULL AND (expires_at <= ?2 OR used_at <= ?2) LIMIT ?3)",
        params![tx.now, expired, MOST],
    )?;
    let notifications = tx.execute(
        "UPDATE notifications SET meta = NULL, deep_link = NULL, failure = NULL, deleted_at = ?1, updated_at = ?1
         WHERE id IN (SELECT id FROM notifications WHERE deleted_at IS NULL AND expires_at <= ?2 LIMIT ?3)",
        params![tx.now, expired, MOST],
    )?;
    let idempotency_keys = tx.execute("DELETE FROM idempotency_keys WHERE expires_at <= ?1", [now])?;
    let old = Instant(now.0 - i64::from(policy.sessions_days) * DAY);
    let sessions = tx.execute("DELETE FROM sessions WHERE coalesce(ended_at, expires_at) <= ?1", [old])?;
    Ok(PurgeReport {
        tokens: tokens as u32,
        notifications: notifications as u32,
        idempotency_keys: idempotency_keys as u32,
        sessions: sessions as u32,
        more: tokens as i64 == MOST || notifications as i64 == MOST,
    })
}
