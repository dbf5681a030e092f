//! What a person has not read yet.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{Instant, NotificationId, UserId};
use crate::messaging::fill::fill;
use crate::messaging::queue::Meta;
use crate::messaging::{NotificationChannel, NotificationWords, TemplateKey, template};
use crate::page::{Page, PageRequest};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NotificationStatus {
    Queued,
    Sent,
    Delivered,
    Failed,
}

crate::ids::named_values!(NotificationStatus {
    Queued = "queued",
    Sent = "sent",
    Delivered = "delivered",
    Failed = "failed",
});

/// A notification in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    pub id: NotificationId,
    pub key: TemplateKey,
    pub channel: NotificationChannel,
    pub status: NotificationStatus,
    pub words: NotificationWords,
    pub deep_link: Option<String>,
    pub created_at: Instant,
    pub expires_at: Option<Instant>,
}

/// The words of a row of `notifications`, in the language that it was queued in.
pub(super) fn words(conn: &Connection, row: &Row) -> Result<NotificationWords> {
    let meta: Option<String> = row.get("meta")?;
    let meta: Meta = meta.map(|text| serde_json::from_str(&text)).transpose()?.unwrap_or_default();
    let words = template(conn, row.get("template_key")?, row.get("channel")?, &meta.language)?;
    Ok(NotificationWords {
        subject: words.subject.map(|text| fill(&text, &meta.params)),
        body: fill(&words.body, &meta.params),
    })
}

/// A person's unread notifications, the latest first (Dhanwantari's sample query); what has expired is
/// left out.
pub fn unread(conn: &Connection, user: UserId, now: Instant, page: PageRequest) -> Result<Page<Notification>> {
    let mut statement = conn.prepare_cached(include_str!("unread.sql"))?;
    let mut rows = statement.query(params![user, now, page.sql_limit(), page.sql_offset()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Notification {
            id: row.get("id")?,
            key: row.get("template_key")?,
            channel: row.get("channel")?,
            status: row.get("status")?,
            words: words(conn, row)?,
            deep_link: row.get("deep_link")?,
            created_at: row.get("created_at")?,
            expires_at: row.get("expires_at")?,
        });
    }
    Ok(page.page(found))
}

/// The number at the bell.
pub fn unread_count(conn: &Connection, user: UserId, now: Instant) -> Result<u32> {
    Ok(conn
        .prepare_cached(
            "SELECT count(*) FROM notifications WHERE user_id = ?1 AND read_at IS NULL AND deleted_at IS NULL
             AND (expires_at IS NULL OR expires_at > ?2)",
        )?
        .query_row(params![user, now], |row| row.get(0))?)
}
