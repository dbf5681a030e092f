//! Who sees to a ticket, and how soon.

use rusqlite::{OptionalExtension, params};

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{SupportTicketId, UserId};
use crate::tickets::timeline::{self, TicketEventKind};
use crate::tickets::{TicketLine, TicketPriority, ticket};

/// Gives a ticket to a user, or takes it from whoever has it.
pub fn assign(tx: &Tx, id: SupportTicketId, to: Option<UserId>) -> Result<TicketLine> {
    let current = ticket(tx, id)?;
    if current.assigned_to == to {
        return Ok(current);
    }
    let name = to.map(|user| name_of(tx, user)).transpose()?;
    tx.execute("UPDATE tickets SET assigned_to = ?1, updated_at = ?2 WHERE id = ?3", params![to, tx.now, id])?;
    timeline::log(tx, id, TicketEventKind::Assigned, name.as_deref())?;
    ticket(tx, id)
}

/// Sets how soon a ticket has to be seen to.
pub fn set_priority(tx: &Tx, id: SupportTicketId, to: TicketPriority) -> Result<TicketLine> {
    let current = ticket(tx, id)?;
    if current.priority == to {
        return Ok(current);
    }
    tx.execute("UPDATE tickets SET priority = ?1, updated_at = ?2 WHERE id = ?3", params![to, tx.now, id])?;
    let text = format!("{} → {}", current.priority.name(), to.name());
    timeline::log(tx, id, TicketEventKind::Priority, Some(&text))?;
    ticket(tx, id)
}

/// The name of an active user; [`Code::NotFound`] for any other.
pub(super) fn name_of(tx: &Tx, user: UserId) -> Result<String> {
    tx.prepare_cached(
        "SELECT full_name FROM users JOIN profiles ON profiles.user_id = users.id
         WHERE users.id = ?1 AND status = 'active' AND deleted_at IS NULL LIMIT 1",
    )?
    .query_row([user], |row| row.get("full_name"))
    .optional()?
    .ok_or_else(|| Code::NotFound.into())
}
