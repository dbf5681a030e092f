//! What happened to a ticket, in order.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{Instant, SupportTicketId, UserId};
use crate::page::{Page, PageRequest};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TicketEventKind {
    Opened,
    Comment,
    Status,
    Priority,
    Assigned,
    Participant,
}

crate::ids::named_values!(TicketEventKind {
    Opened = "opened",
    Comment = "comment",
    Status = "status",
    Priority = "priority",
    Assigned = "assigned",
    Participant = "participant",
});

/// A line of a ticket's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TicketEvent {
    pub kind: TicketEventKind,
    pub text: Option<String>,
    pub user_id: Option<UserId>,
    pub user_name: Option<String>,
    pub at: Instant,
}

pub(super) fn log(tx: &Tx, ticket: SupportTicketId, kind: TicketEventKind, text: Option<&str>) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO ticket_events (id, tenant_id, ticket_id, kind, text, user_id, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )?
    .execute(params![tx.new_id(), tx.device.tenant, ticket, kind, text, tx.actor.user(), tx.now])?;
    Ok(())
}

/// A ticket's events, the earliest first; those of one write in the order of the write.
pub fn timeline(conn: &Connection, ticket: SupportTicketId, page: PageRequest) -> Result<Page<TicketEvent>> {
    let mut statement = conn.prepare_cached(
        "SELECT kind, text, user_id, created_at, (SELECT full_name FROM profiles WHERE profiles.user_id = ticket_events.user_id LIMIT 1) AS user_name
         FROM ticket_events WHERE ticket_id = ?1 ORDER BY created_at, rowid LIMIT ?2 OFFSET ?3",
    )?;
    let rows = statement.query_map(params![ticket, page.sql_limit(), page.sql_offset()], |row| {
        Ok(TicketEvent {
            kind: row.get("kind")?,
            text: row.get("text")?,
            user_id: row.get("user_id")?,
            user_name: row.get("user_name")?,
            at: row.get("created_at")?,
        })
    })?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}
