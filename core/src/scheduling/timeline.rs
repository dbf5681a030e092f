//! What has happened to an appointment: who, when, from where to where, with what words.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{AppointmentId, Instant, UserId};
use crate::scheduling::AppointmentStatus;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimelineEvent {
    pub at: Instant,
    /// None for the booking itself.
    pub from: Option<AppointmentStatus>,
    /// The same as `from` when only something else changed: a call, a new time.
    pub to: AppointmentStatus,
    pub note: Option<String>,
    pub user_id: UserId,
    pub user_name: Option<String>,
}

/// The timeline of an appointment, the oldest first.
pub fn timeline(conn: &Connection, appointment: AppointmentId) -> Result<Vec<TimelineEvent>> {
    let mut statement = conn.prepare_cached(include_str!("timeline.sql"))?;
    let rows = statement.query_map([appointment], |row| {
        Ok(TimelineEvent {
            at: row.get("created_at")?,
            from: row.get("from_status")?,
            to: row.get("to_status")?,
            note: row.get("note")?,
            user_id: row.get("user_id")?,
            user_name: row.get("full_name")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
