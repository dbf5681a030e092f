//! What a channel has to send.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{Instant, NotificationId, PatientId, UserId};
use crate::messaging::notifications::words;
use crate::messaging::{NotificationChannel, NotificationWords};
use crate::page::{Page, PageRequest};

/// A notification that waits for sending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Outgoing {
    pub id: NotificationId,
    pub user_id: Option<UserId>,
    pub patient_id: Option<PatientId>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub words: NotificationWords,
    pub created_at: Instant,
}

/// What waits on a channel, the oldest first; what has expired is not sent any more.
pub fn outbox(
    conn: &Connection,
    channel: NotificationChannel,
    now: Instant,
    page: PageRequest,
) -> Result<Page<Outgoing>> {
    let mut statement = conn.prepare_cached(include_str!("outbox.sql"))?;
    let mut rows = statement.query(params![channel, now, page.sql_limit(), page.sql_offset()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Outgoing {
            id: row.get("id")?,
            user_id: row.get("user_id")?,
            patient_id: row.get("patient_id")?,
            phone: row.get("phone")?,
            email: row.get("email")?,
            words: words(conn, row)?,
            created_at: row.get("created_at")?,
        });
    }
    Ok(page.page(found))
}
