//! Whom a ticket concerns: a set. Adding again after a removal is a new row, so that an adding on one
//! PC holds against a removing on another that did not know of it.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{SupportTicketId, UserId};
use crate::tickets::assign::name_of;
use crate::tickets::ticket;
use crate::tickets::timeline::{self, TicketEventKind};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TicketParticipant {
    pub user_id: UserId,
    pub name: String,
}

/// Adds somebody to a ticket; who takes part already stays once.
pub fn add_participant(tx: &Tx, id: SupportTicketId, user: UserId) -> Result<()> {
    ticket(tx, id)?;
    let name = name_of(tx, user)?;
    let there: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM ticket_participants WHERE ticket_id = ?1 AND user_id = ?2 AND removed_at IS NULL)",
        )?
        .query_row(params![id, user], |row| row.get(0))?;
    if there {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO ticket_participants (id, tenant_id, ticket_id, user_id, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![tx.new_id(), tx.device.tenant, id, user, tx.now],
    )?;
    timeline::log(tx, id, TicketEventKind::Participant, Some(&format!("+ {name}")))
}

/// Takes somebody out; [`Code::NotFound`] for who does not take part.
pub fn remove_participant(tx: &Tx, id: SupportTicketId, user: UserId) -> Result<()> {
    let removed = tx.execute(
        "UPDATE ticket_participants SET removed_at = ?1, updated_at = ?1
         WHERE ticket_id = ?2 AND user_id = ?3 AND removed_at IS NULL",
        params![tx.now, id, user],
    )?;
    if removed == 0 {
        return Err(Code::NotFound.into());
    }
    let name: String = tx.query_row(
        "SELECT coalesce((SELECT full_name FROM profiles WHERE user_id = ?1 LIMIT 1), '')",
        [user],
        |row| row.get(0),
    )?;
    timeline::log(tx, id, TicketEventKind::Participant, Some(&format!("- {name}")))
}

/// Who takes part, by name. Two PCs apart may each have added the same person: listed once.
pub fn participants(conn: &Connection, id: SupportTicketId) -> Result<Vec<TicketParticipant>> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT ticket_participants.user_id, full_name FROM ticket_participants
         JOIN profiles ON profiles.user_id = ticket_participants.user_id
         WHERE ticket_id = ?1 AND removed_at IS NULL ORDER BY full_name",
    )?;
    let rows = statement
        .query_map([id], |row| Ok(TicketParticipant { user_id: row.get("user_id")?, name: row.get("full_name")? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
