//! What changes somebody's turn: a reason to go first, not being there, another doctor.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, ProviderId, TicketId};
use crate::scheduling::book::{Asked, Channel, refuse_if_taken, works_at};
use crate::scheduling::queue::TicketStatus;
use crate::scheduling::queue_order::Priority;
use crate::scheduling::walk_in::{QueueTicket, ticket};
use crate::scheduling::{AppointmentStatus, log_event};

/// What says whose turn it is, as it was before a change: with it the change is taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    pub ticket_id: TicketId,
    pub provider_id: ProviderId,
    pub status: TicketStatus,
    pub called_at: Option<Instant>,
    pub skipped_at: Option<Instant>,
    pub priority: Option<Priority>,
    pub priority_reason: Option<String>,
    /// When the change was made that this takes back; a later one stands in its way.
    pub changed_at: Instant,
}

/// A ticket after its turn was changed, and the way back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Turned {
    pub ticket: QueueTicket,
    pub before: Turn,
}

struct Waiting {
    appointment: AppointmentId,
    clinic: ClinicId,
    provider: ProviderId,
    appointment_status: AppointmentStatus,
    channel: Channel,
    start: Instant,
    end: Instant,
    turn: Turn,
    updated_at: Instant,
}

impl Waiting {
    /// The ticket as it is now, with the way back to how it was.
    fn turned(self, tx: &Tx) -> Result<Turned> {
        Ok(Turned { ticket: ticket(tx, self.turn.ticket_id)?, before: self.turn })
    }
}

/// A ticket whose turn is still to come.
fn waiting(tx: &Tx, id: TicketId) -> Result<Waiting> {
    let found = tx
        .prepare_cached(
            "SELECT appointment_id, queue_tickets.clinic_id, queue_tickets.provider_id, queue_tickets.status,
                    appointments.status AS appointment_status, channel, scheduled_start, scheduled_end,
                    called_at, skipped_at, priority, priority_reason, queue_tickets.updated_at
             FROM queue_tickets JOIN appointments ON appointments.id = appointment_id WHERE queue_tickets.id = ?1",
        )?
        .query_row([id], |row| {
            let waiting = Waiting {
                appointment: row.get("appointment_id")?,
                clinic: row.get("clinic_id")?,
                provider: row.get("provider_id")?,
                appointment_status: row.get("appointment_status")?,
                channel: row.get("channel")?,
                start: row.get("scheduled_start")?,
                end: row.get("scheduled_end")?,
                turn: Turn {
                    ticket_id: id,
                    provider_id: row.get("provider_id")?,
                    status: row.get("status")?,
                    called_at: row.get("called_at")?,
                    skipped_at: row.get("skipped_at")?,
                    priority: row.get("priority")?,
                    priority_reason: row.get("priority_reason")?,
                    changed_at: tx.now,
                },
                updated_at: row.get("updated_at")?,
            };
            let status = waiting.turn.status;
            Ok((waiting, status))
        })
        .optional()?;
    match found.ok_or(Code::NotFound)? {
        (found, TicketStatus::Waiting | TicketStatus::Called) => Ok(found),
        (_, over @ (TicketStatus::Served | TicketStatus::Left)) => {
            Err(Error::with(Code::IllegalTransition, over.name()))
        }
    }
}

/// Lets somebody go first, and says why; or, with `None`, in the order of the numbers again.
pub fn prioritise(tx: &Tx, id: TicketId, priority: Option<Priority>, reason: &str) -> Result<Turned> {
    let mut form = Form::default();
    let reason = priority.map(|_| form.required("reason", reason, LINE));
    form.finish()?;
    let found = waiting(tx, id)?;
    tx.execute(
        "UPDATE queue_tickets SET priority = ?1, priority_reason = ?2, updated_at = ?3 WHERE id = ?4",
        params![priority, reason, tx.now, id],
    )?;
    let note = priority.zip(reason.as_deref()).map(|(priority, reason)| format!("{}: {reason}", priority.name()));
    let status = found.appointment_status;
    log_event(tx, found.appointment, Some(status), status, Some(note.as_deref().unwrap_or("no priority")))?;
    found.turned(tx)
}

/// Somebody was called and is not there: they go behind everybody, with the same number.
pub fn skip(tx: &Tx, id: TicketId) -> Result<Turned> {
    let found = waiting(tx, id)?;
    tx.execute(
        "UPDATE queue_tickets SET status = 'waiting', called_at = NULL, skipped_at = ?1, updated_at = ?1 WHERE id = ?2",
        params![tx.now, id],
    )?;
    log_event(tx, found.appointment, Some(found.appointment_status), found.appointment_status, Some("skipped"))?;
    found.turned(tx)
}

/// Calls somebody once more, whether they were called already or skipped.
pub fn recall(tx: &Tx, id: TicketId) -> Result<Turned> {
    let found = waiting(tx, id)?;
    tx.execute(
        "UPDATE queue_tickets SET status = 'called', called_at = ?1, skipped_at = NULL, updated_at = ?1 WHERE id = ?2",
        params![tx.now, id],
    )?;
    log_event(tx, found.appointment, Some(found.appointment_status), found.appointment_status, Some("called again"))?;
    found.turned(tx)
}

/// Sends somebody who waits to another doctor of the site; the number on the slip stays. A booked
/// visit takes its time along, and the other doctor must have it free.
pub fn move_to_doctor(tx: &Tx, id: TicketId, provider: ProviderId) -> Result<Turned> {
    let found = waiting(tx, id)?;
    if !works_at(tx, provider, found.clinic)? {
        return Err(Code::DoesNotWorkHere.into());
    }
    if found.channel != Channel::WalkIn && provider != found.provider {
        let asked = Asked {
            clinic: found.clinic,
            provider,
            service: None,
            start: found.start,
            end: found.end,
            except: Some(found.appointment),
        };
        refuse_if_taken(tx, asked, 1)?;
    }
    tx.execute(
        "UPDATE queue_tickets SET provider_id = ?1, status = 'waiting', called_at = NULL, updated_at = ?2 WHERE id = ?3",
        params![provider, tx.now, id],
    )?;
    tx.execute(
        "UPDATE appointments SET provider_id = ?1, capacity = 1, slot_id = NULL, updated_at = ?2 WHERE id = ?3",
        params![provider, tx.now, found.appointment],
    )?;
    let note = format!("to {}", ticket(tx, id)?.provider_name);
    log_event(tx, found.appointment, Some(found.appointment_status), found.appointment_status, Some(&note))?;
    found.turned(tx)
}

/// Takes a change of somebody's turn back: a call, a skip, a priority, another doctor.
///
/// # Errors
/// `ChangedMeanwhile` when something was written over it since, `IllegalTransition` when the visit has
/// begun or is over, `SlotTaken` when somebody else has the time of a booked visit by now.
pub fn take_back_turn(tx: &Tx, before: &Turn) -> Result<QueueTicket> {
    let found = waiting(tx, before.ticket_id)?;
    if found.updated_at != before.changed_at || !matches!(before.status, TicketStatus::Waiting | TicketStatus::Called) {
        return Err(Code::ChangedMeanwhile.into());
    }
    if before.provider_id != found.provider {
        move_to_doctor(tx, before.ticket_id, before.provider_id)?;
    }
    tx.execute(
        "UPDATE queue_tickets SET status = ?1, called_at = ?2, skipped_at = ?3, priority = ?4, priority_reason = ?5,
                                  updated_at = ?6 WHERE id = ?7",
        params![
            before.status,
            before.called_at,
            before.skipped_at,
            before.priority,
            before.priority_reason,
            tx.now,
            before.ticket_id
        ],
    )?;
    log_event(tx, found.appointment, Some(found.appointment_status), found.appointment_status, Some("taken back"))?;
    ticket(tx, before.ticket_id)
}
