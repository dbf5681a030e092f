//! An action pressed twice is done once: the first answer is kept for a day and given again.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, NAME};
use crate::ids::{Instant, UserId};

/// How long an answer is kept, in minutes: a day, as payment providers repeat for.
const KEPT_MINUTES: i64 = 24 * 60;

struct Answered {
    user: Option<UserId>,
    path: String,
    request_hash: Vec<u8>,
    response: String,
    expires_at: Instant,
}

/// Does `action` once for a key. The same request under the same key is answered as the first time,
/// without doing anything again; another request, another action or another person under the key is
/// [`Code::KeyReused`]. What fails is not remembered: it has changed nothing and can be tried again.
pub fn once<T: Serialize + DeserializeOwned>(
    tx: &Tx,
    key: &str,
    path: &str,
    request: &impl Serialize,
    action: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let mut form = Form::default();
    let key = form.required("requestKey", key, NAME);
    form.finish()?;
    let hash = blake3::hash(&serde_json::to_vec(request)?);
    let known = tx
        .prepare_cached(
            "SELECT user_id, path, request_hash, response, expires_at FROM idempotency_keys WHERE key = ?1",
        )?
        .query_row([&key], |row| {
            Ok(Answered {
                user: row.get("user_id")?,
                path: row.get("path")?,
                request_hash: row.get("request_hash")?,
                response: row.get("response")?,
                expires_at: row.get("expires_at")?,
            })
        })
        .optional()?;
    if let Some(known) = known.filter(|known| known.expires_at > tx.now) {
        let same = known.path == path && known.user == tx.actor.user() && known.request_hash == hash.as_bytes();
        return if same { Ok(serde_json::from_str(&known.response)?) } else { Err(Code::KeyReused.into()) };
    }
    let answer = action()?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO idempotency_keys (key, user_id, method, path, request_hash, response, status_code, created_at, expires_at)
         VALUES (?1, ?2, 'command', ?3, ?4, ?5, 200, ?6, ?7)",
    )?
    .execute(params![
        key,
        tx.actor.user(),
        path,
        hash.as_bytes().as_slice(),
        serde_json::to_string(&answer)?,
        tx.now,
        tx.now.plus_minutes(KEPT_MINUTES)
    ])?;
    Ok(answer)
}

/// Forgets the answers whose day is over; returns how many they were.
pub fn purge(conn: &Connection, now: Instant) -> Result<u32> {
    let gone = conn.execute("DELETE FROM idempotency_keys WHERE expires_at <= ?1", [now])?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}
