//! The life of an appointment: one vocabulary, one table of transitions (domain.md, ruling 1).

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::AppointmentId;
use crate::scheduling::queue::{self, TicketStatus};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AppointmentStatus {
    Requested,
    Scheduled,
    Confirmed,
    Arrived,
    InProgress,
    Completed,
    Cancelled,
    NoShow,
}

crate::ids::named_values!(AppointmentStatus {
    Requested = "requested",
    Scheduled = "scheduled",
    Confirmed = "confirmed",
    Arrived = "arrived",
    InProgress = "in_progress",
    Completed = "completed",
    Cancelled = "cancelled",
    NoShow = "no_show",
});

/// What the desk can do to an appointment with one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Move {
    Confirm,
    CheckIn,
    Call,
    NoShow,
    Cancel,
    /// Takes the last of these back; it is written down like any other.
    Undo,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    pub appointment_id: AppointmentId,
    pub status: AppointmentStatus,
    pub number: Option<String>,
}

/// Whether a visit may go from one status to another without being undone.
pub fn allowed(from: AppointmentStatus, to: AppointmentStatus) -> bool {
    use AppointmentStatus::*;
    match from {
        Requested => matches!(to, Scheduled | Confirmed | Arrived | Cancelled),
        Scheduled => matches!(to, Confirmed | Arrived | Cancelled | NoShow),
        Confirmed => matches!(to, Arrived | Cancelled | NoShow),
        Arrived => matches!(to, InProgress | Cancelled | NoShow),
        InProgress => matches!(to, Completed),
        Completed | Cancelled | NoShow => false,
    }
}

pub fn status_of(conn: &Connection, id: AppointmentId) -> Result<AppointmentStatus> {
    conn.prepare_cached("SELECT status FROM appointments WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| row.get("status"))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// Moves an appointment by the desk's keys, with its ticket and a line of its timeline.
pub fn move_appointment(tx: &Tx, id: AppointmentId, by: Move, note: &str) -> Result<Moved> {
    let mut form = Form::default();
    let note = form.optional("note", note, LINE);
    form.finish()?;
    let from = status_of(tx, id)?;
    match by {
        Move::Confirm => set_status(tx, id, AppointmentStatus::Confirmed, note.as_deref())?,
        Move::CheckIn => {
            set_status(tx, id, AppointmentStatus::Arrived, note.as_deref())?;
            queue::issue_for(tx, id)?;
        }
        Move::Call => {
            if from != AppointmentStatus::Arrived {
                return Err(Error::with(Code::IllegalTransition, from.name()));
            }
            queue::set_status(tx, id, TicketStatus::Called)?;
            log_event(tx, id, Some(from), from, Some(note.as_deref().unwrap_or("called")))?;
        }
        Move::NoShow | Move::Cancel => {
            let to = if by == Move::Cancel { AppointmentStatus::Cancelled } else { AppointmentStatus::NoShow };
            set_status(tx, id, to, note.as_deref())?;
            queue::set_status(tx, id, TicketStatus::Left)?;
        }
        Move::Undo => undo(tx, id, from)?,
    }
    Ok(Moved { appointment_id: id, status: status_of(tx, id)?, number: queue::number_of(tx, id)? })
}

fn undo(tx: &Tx, id: AppointmentId, now_at: AppointmentStatus) -> Result<()> {
    if now_at == AppointmentStatus::Arrived && queue::status_of(tx, id)? == Some(TicketStatus::Called) {
        queue::set_status(tx, id, TicketStatus::Waiting)?;
        return log_event(tx, id, Some(now_at), now_at, Some("call taken back"));
    }
    let last: Option<Option<AppointmentStatus>> = tx
        .query_row(
            "SELECT from_status FROM appointment_events WHERE appointment_id = ?1 AND to_status = ?2
             AND from_status IS NOT to_status ORDER BY created_at DESC, id DESC LIMIT 1",
            params![id, now_at],
            |row| row.get(0),
        )
        .optional()?;
    let back_to = match (now_at, last) {
        // What happens in the consulting room is not undone from the desk.
        (AppointmentStatus::InProgress | AppointmentStatus::Completed, _) | (_, None) => {
            return Err(Error::with(Code::IllegalTransition, now_at.name()));
        }
        (_, Some(Some(before))) => before,
        // Booking itself is taken back by cancelling: the number on the slip stays used.
        (_, Some(None)) => AppointmentStatus::Cancelled,
    };
    write_status(tx, id, back_to)?;
    let waits = back_to == AppointmentStatus::Arrived;
    queue::set_status(tx, id, if waits { TicketStatus::Waiting } else { TicketStatus::Left })?;
    log_event(tx, id, Some(now_at), back_to, Some("undone"))
}

/// Takes an appointment to a status that the table allows, and writes its timeline.
pub(crate) fn set_status(tx: &Tx, id: AppointmentId, to: AppointmentStatus, note: Option<&str>) -> Result<()> {
    let from = status_of(tx, id)?;
    if !allowed(from, to) {
        return Err(Error::with(Code::IllegalTransition, from.name()));
    }
    write_status(tx, id, to)?;
    log_event(tx, id, Some(from), to, note)
}

fn write_status(tx: &Tx, id: AppointmentId, to: AppointmentStatus) -> Result<()> {
    tx.prepare_cached("UPDATE appointments SET status = ?1, updated_at = ?2 WHERE id = ?3")?
        .execute(params![to, tx.now, id])?;
    Ok(())
}

pub(crate) fn log_event(
    tx: &Tx,
    id: AppointmentId,
    from: Option<AppointmentStatus>,
    to: AppointmentStatus,
    note: Option<&str>,
) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO appointment_events (id, tenant_id, appointment_id, from_status, to_status, note, user_id, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    )?
    .execute(params![tx.new_id(), tx.device.tenant, id, from, to, note, tx.user()?, tx.now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::AppointmentStatus::*;
    use super::*;

    #[test]
    fn no_status_goes_back_and_ends_are_ends() {
        let order = [Requested, Scheduled, Confirmed, Arrived, InProgress, Completed];
        for (i, from) in order.into_iter().enumerate() {
            for (j, to) in order.into_iter().enumerate() {
                assert!(j > i || !allowed(from, to), "{from:?} to {to:?}");
            }
        }
        for end in [Completed, Cancelled, NoShow] {
            assert!(order.into_iter().chain([Cancelled, NoShow]).all(|to| !allowed(end, to)));
        }
        assert!(!allowed(InProgress, Cancelled));
    }
}
