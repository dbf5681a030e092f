//! The life of an appointment: one vocabulary, one table of transitions (domain.md, ruling 1).

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::AppointmentId;
use crate::scheduling::book::{Asked, Channel, refuse_if_taken};
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
    /// Gives a requested visit its time without the patient's word.
    Accept,
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

/// Where a move leads; `None` for one that stays where it is (a call) or depends on what came before
/// (taking back). The table [`allowed`] says from where.
pub fn target(by: Move) -> Option<AppointmentStatus> {
    match by {
        Move::Accept => Some(AppointmentStatus::Scheduled),
        Move::Confirm => Some(AppointmentStatus::Confirmed),
        Move::CheckIn => Some(AppointmentStatus::Arrived),
        Move::NoShow => Some(AppointmentStatus::NoShow),
        Move::Cancel => Some(AppointmentStatus::Cancelled),
        Move::Call | Move::Undo => None,
    }
}

/// Moves an appointment by the desk's keys, with its ticket and a line of its timeline.
pub fn move_appointment(tx: &Tx, id: AppointmentId, by: Move, note: &str) -> Result<Moved> {
    let mut form = Form::default();
    let note = form.optional("note", note, LINE);
    form.finish()?;
    let from = status_of(tx, id)?;
    if let Some(to) = target(by) {
        set_status(tx, id, to, note.as_deref())?;
    }
    match by {
        Move::Accept | Move::Confirm => {}
        Move::CheckIn => {
            queue::issue_for(tx, id)?;
        }
        Move::Call => {
            if from != AppointmentStatus::Arrived {
                return Err(Error::with(Code::IllegalTransition, from.name()));
            }
            queue::set_status(tx, id, TicketStatus::Called)?;
            log_event(tx, id, Some(from), from, Some(note.as_deref().unwrap_or("called")))?;
        }
        Move::NoShow | Move::Cancel => queue::set_status(tx, id, TicketStatus::Left)?,
        Move::Undo => undo(tx, id, from)?,
    }
    Ok(Moved { appointment_id: id, status: status_of(tx, id)?, number: queue::number_of(tx, id)? })
}

/// The visit begins: the patient is with the doctor.
pub fn start(tx: &Tx, id: AppointmentId) -> Result<()> {
    set_status(tx, id, AppointmentStatus::InProgress, None)?;
    queue::set_status(tx, id, TicketStatus::Served)
}

/// The visit is over.
pub fn complete(tx: &Tx, id: AppointmentId) -> Result<()> {
    set_status(tx, id, AppointmentStatus::Completed, None)
}

/// Whether an appointment with this status holds its time.
fn holds_time(status: AppointmentStatus) -> bool {
    !matches!(status, AppointmentStatus::Cancelled | AppointmentStatus::NoShow)
}

fn undo(tx: &Tx, id: AppointmentId, now_at: AppointmentStatus) -> Result<()> {
    if now_at == AppointmentStatus::Arrived && queue::status_of(tx, id)? == Some(TicketStatus::Called) {
        queue::set_status(tx, id, TicketStatus::Waiting)?;
        return log_event(tx, id, Some(now_at), now_at, Some("call taken back"));
    }
    let back_to = match (now_at, before(&steps(tx, id)?, now_at)) {
        // What happens in the consulting room is not undone from the desk.
        (AppointmentStatus::InProgress | AppointmentStatus::Completed, _) => None,
        (_, Some(before)) => Some(before),
        // Booking itself is taken back by cancelling: the number on the slip stays used.
        (_, None) => Some(AppointmentStatus::Cancelled).filter(|to| allowed(now_at, *to)),
    };
    let back_to = back_to.ok_or_else(|| Error::with(Code::IllegalTransition, now_at.name()))?;
    if holds_time(back_to) && !holds_time(now_at) {
        claim_again(tx, id)?;
    }
    write_status(tx, id, back_to)?;
    let waits = back_to == AppointmentStatus::Arrived;
    queue::set_status(tx, id, if waits { TicketStatus::Waiting } else { TicketStatus::Left })?;
    log_event(tx, id, Some(now_at), back_to, Some("undone"))
}

/// Somebody else may have been given the time of a cancelled visit: then it does not come back.
fn claim_again(tx: &Tx, id: AppointmentId) -> Result<()> {
    let (channel, capacity, asked) = tx.query_row(
        "SELECT channel, coalesce(capacity, 1) AS capacity, clinic_id, provider_id, scheduled_start, scheduled_end
         FROM appointments WHERE id = ?1",
        [id],
        |row| {
            let asked = Asked {
                clinic: row.get("clinic_id")?,
                provider: row.get("provider_id")?,
                service: None,
                start: row.get("scheduled_start")?,
                end: row.get("scheduled_end")?,
                except: Some(id),
            };
            Ok((row.get::<_, Channel>("channel")?, row.get::<_, u32>("capacity")?, asked))
        },
    )?;
    if channel == Channel::WalkIn { Ok(()) } else { refuse_if_taken(tx, asked, capacity) }
}

type Step = (Option<AppointmentStatus>, AppointmentStatus);

/// The changes of status of an appointment, in the order in which they came here.
fn steps(conn: &Connection, id: AppointmentId) -> Result<Vec<Step>> {
    // Two within one millisecond have ids in any order; a row's number tells them apart.
    let mut statement = conn.prepare_cached(
        "SELECT from_status, to_status FROM appointment_events
         WHERE appointment_id = ?1 AND from_status IS NOT to_status ORDER BY rowid",
    )?;
    let rows = statement.query_map([id], |row| Ok((row.get("from_status")?, row.get("to_status")?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The status before the last change that still stands. A change against the table can only be one
/// that was taken back: it removes what it took back.
fn before(steps: &[Step], now_at: AppointmentStatus) -> Option<AppointmentStatus> {
    let mut standing: Vec<AppointmentStatus> = Vec::new();
    for (from, to) in steps {
        let taken_back = from.is_some_and(|from| !allowed(from, *to));
        match standing.iter().rposition(|status| status == to) {
            Some(at) if taken_back => standing.truncate(at + 1),
            _ => standing.push(*to),
        }
    }
    let last = standing.iter().rposition(|status| *status == now_at)?;
    last.checked_sub(1).and_then(|at| standing.get(at).copied())
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

    #[test]
    fn what_was_taken_back_is_not_taken_back_again() {
        let booked = (None, Scheduled);
        let confirmed = (Some(Scheduled), Confirmed);
        let cancelled = (Some(Confirmed), Cancelled);
        for (steps, now_at, expected) in [
            (vec![booked], Scheduled, None),
            (vec![booked, confirmed], Confirmed, Some(Scheduled)),
            (vec![booked, confirmed, (Some(Confirmed), Scheduled)], Scheduled, None),
            (vec![booked, confirmed, cancelled], Cancelled, Some(Confirmed)),
            (vec![booked, confirmed, cancelled, (Some(Cancelled), Confirmed)], Confirmed, Some(Scheduled)),
            // A status that came by merging, without its event here.
            (vec![booked], Arrived, None),
        ] {
            assert_eq!(before(&steps, now_at), expected, "{steps:?}");
        }
    }

    #[test]
    fn every_move_leads_where_its_name_says() {
        for (by, from, fits) in [
            (Move::Accept, Requested, true),
            (Move::Accept, Confirmed, false),
            (Move::Confirm, Requested, true),
            (Move::Confirm, Scheduled, true),
            (Move::Confirm, Arrived, false),
            (Move::CheckIn, Requested, true),
            (Move::CheckIn, Confirmed, true),
            (Move::CheckIn, Cancelled, false),
            (Move::NoShow, Arrived, true),
            (Move::NoShow, Requested, false),
            (Move::Cancel, Requested, true),
            (Move::Cancel, InProgress, false),
        ] {
            assert_eq!(target(by).is_some_and(|to| allowed(from, to)), fits, "{by:?} from {from:?}");
        }
    }
}
