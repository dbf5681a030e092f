//! Who is signed in on this PC since when. The rows stay here; of a refresh token only its hash is
//! kept.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::clock;
use crate::db::Db;
use crate::error::{Code, Result};
use crate::ids::{Instant, SessionId, UserId};
use crate::page::{Page, PageRequest};

/// A session that nobody refreshes ends after this long.
const MINUTES: i64 = 12 * 60;
/// Being here is written down this often at most.
const TOUCH_EVERY_MS: i64 = 60_000;

/// A session as whoever opened it holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenSession {
    pub id: SessionId,
    pub user: UserId,
    /// Works once: refreshing gives the next one.
    pub refresh_token: String,
    pub expires_at: Instant,
}

/// A line of "Where I was signed in".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SessionSummary {
    pub id: SessionId,
    pub device_info: String,
    pub created_at: Instant,
    pub last_seen_at: Instant,
    pub expires_at: Instant,
    pub ended_at: Option<Instant>,
}

/// Opens a session for a person who has just signed in.
pub fn open_session(db: &Db, user: UserId) -> Result<OpenSession> {
    let now = db.now();
    let id = SessionId(clock::new_id(now, &*db.entropy));
    let secret = new_secret(db);
    let expires_at = now.plus_minutes(MINUTES);
    let device = db.device()?.name;
    db.write_local(|conn| {
        conn.execute(
            "INSERT INTO sessions (id, user_id, refresh_token_hash, device_info, created_at, last_seen_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
            params![id, user, hash(&secret), device, now, expires_at],
        )?;
        Ok(())
    })?;
    Ok(OpenSession { id, user, refresh_token: token(id, &secret), expires_at })
}

/// Prolongs a session. The token changes every time: one that was used before has been copied, and
/// the session ends (RFC 9700, section 4.14.2). Fails with `NotSignedIn` when there is nothing to prolong.
pub fn refresh_session(db: &Db, refresh_token: &str) -> Result<OpenSession> {
    let now = db.now();
    let (id, secret) = parse(refresh_token).ok_or(Code::NotSignedIn)?;
    let next = new_secret(db);
    let expires_at = now.plus_minutes(MINUTES);
    let user = db.write_local(|conn| {
        let Some((user, kept)) = live(conn, id, now)? else { return Ok(None) };
        if blake3::hash(&secret) != blake3::Hash::from_bytes(kept) {
            end_session(conn, id, now)?;
            return Ok(None);
        }
        conn.execute(
            "UPDATE sessions SET refresh_token_hash = ?1, last_seen_at = ?2, expires_at = ?3 WHERE id = ?4",
            params![hash(&next), now, expires_at, id],
        )?;
        Ok(Some(user))
    })?;
    let user = user.ok_or(Code::NotSignedIn)?;
    Ok(OpenSession { id, user, refresh_token: token(id, &next), expires_at })
}

/// Notes that somebody is here; `NotSignedIn` when the session has ended or the person was suspended.
pub fn touch_session(db: &Db, id: SessionId) -> Result<()> {
    let now = db.now();
    let seen: Option<Instant> = db.read(|conn| {
        if live(conn, id, now)?.is_none() {
            return Ok(None);
        }
        Ok(Some(
            conn.query_row("SELECT last_seen_at FROM sessions WHERE id = ?1", [id], |row| row.get("last_seen_at"))?,
        ))
    })?;
    let seen = seen.ok_or(Code::NotSignedIn)?;
    // A commit every few seconds would only wear the disk.
    if (now.0 - seen.0).abs() < TOUCH_EVERY_MS {
        return Ok(());
    }
    db.write_local(|conn| {
        conn.execute("UPDATE sessions SET last_seen_at = ?1 WHERE id = ?2", params![now, id])?;
        Ok(())
    })
}

pub fn end_session(conn: &Connection, id: SessionId, now: Instant) -> Result<()> {
    conn.execute("UPDATE sessions SET ended_at = ?1 WHERE id = ?2 AND ended_at IS NULL", params![now, id])?;
    Ok(())
}

/// Ends one of a person's own sessions; `NotFound` when it is somebody else's.
pub fn end_session_of(conn: &Connection, user: UserId, id: SessionId, now: Instant) -> Result<()> {
    conn.query_row("SELECT 1 FROM sessions WHERE id = ?1 AND user_id = ?2", params![id, user], |_| Ok(()))
        .optional()?
        .ok_or(Code::NotFound)?;
    end_session(conn, id, now)
}

/// Ends every session of a person on this PC.
pub fn end_all_of(conn: &Connection, user: UserId, now: Instant) -> Result<()> {
    end_all_but(conn, user, None, now)
}

pub(super) fn end_all_but(conn: &Connection, user: UserId, keep: Option<SessionId>, now: Instant) -> Result<()> {
    conn.execute(
        "UPDATE sessions SET ended_at = ?1 WHERE user_id = ?2 AND ended_at IS NULL AND id IS NOT ?3",
        params![now, user, keep],
    )?;
    Ok(())
}

/// The sessions of a person on this PC, the newest first.
pub fn list_sessions(conn: &Connection, user: UserId, page: PageRequest) -> Result<Page<SessionSummary>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, device_info, created_at, last_seen_at, expires_at, ended_at FROM sessions
         WHERE user_id = ?1 ORDER BY created_at DESC LIMIT ?2 OFFSET ?3",
    )?;
    let sessions = statement.query_map(params![user, page.sql_limit(), page.sql_offset()], |row| {
        Ok(SessionSummary {
            id: row.get("id")?,
            device_info: row.get("device_info")?,
            created_at: row.get("created_at")?,
            last_seen_at: row.get("last_seen_at")?,
            expires_at: row.get("expires_at")?,
            ended_at: row.get("ended_at")?,
        })
    })?;
    Ok(page.page(sessions.collect::<rusqlite::Result<_>>()?))
}

/// The person of a session that has neither ended nor run out, and the hash of its token. Somebody
/// suspended at another PC has no session here either.
fn live(conn: &Connection, id: SessionId, now: Instant) -> Result<Option<(UserId, [u8; 32])>> {
    Ok(conn
        .prepare_cached(
            "SELECT user_id, refresh_token_hash FROM sessions JOIN users ON users.id = user_id
             WHERE sessions.id = ?1 AND ended_at IS NULL AND expires_at > ?2 AND status = 'active' AND deleted_at IS NULL",
        )?
        .query_row(params![id, now], |row| Ok((row.get("user_id")?, row.get("refresh_token_hash")?)))
        .optional()?)
}

fn new_secret(db: &Db) -> [u8; 32] {
    let mut secret = [0; 32];
    db.entropy.fill(&mut secret);
    secret
}

fn hash(secret: &[u8; 32]) -> [u8; 32] {
    *blake3::hash(secret).as_bytes()
}

fn token(id: SessionId, secret: &[u8; 32]) -> String {
    format!("{}.{}", id.0.simple(), blake3::Hash::from_bytes(*secret).to_hex())
}

fn parse(token: &str) -> Option<(SessionId, [u8; 32])> {
    let (id, secret) = token.split_once('.')?;
    Some((SessionId(Uuid::try_parse(id).ok()?), *blake3::Hash::from_hex(secret).ok()?.as_bytes()))
}
