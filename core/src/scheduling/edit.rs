//! What a visit is for is corrected after it was booked: its service, its length, its reason, the note.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE, TEXT};
use crate::ids::{AppointmentId, ServiceId};
use crate::scheduling::book::{Asked, can_perform, check_length, place, service_minutes};
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::{AppointmentStatus, Channel, log_event};

/// What a visit is for, as it is typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentDetails {
    pub service_id: Option<ServiceId>,
    /// Left out: as long as another service takes, or as long as before.
    pub minutes: Option<u32>,
    pub reason: String,
    pub notes: String,
}

impl AppointmentDetails {
    fn of(booking: &Booking) -> AppointmentDetails {
        AppointmentDetails {
            service_id: booking.service_id,
            minutes: Some(((booking.end.0 - booking.start.0) / 60_000) as u32),
            reason: booking.reason.clone().unwrap_or_default(),
            notes: booking.notes.clone().unwrap_or_default(),
        }
    }
}

/// The form of a visit that is booked already.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentEdit {
    pub appointment_id: AppointmentId,
    /// What stood there when the form was opened.
    pub seen: AppointmentDetails,
    pub form: AppointmentDetails,
}

/// A visit after its correction, and what takes the correction back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentEdited {
    pub booking: Booking,
    pub before: AppointmentDetails,
    pub after: AppointmentDetails,
}

/// Whether what a visit is for can still be changed from the desk.
fn may_edit(status: AppointmentStatus) -> bool {
    use AppointmentStatus::{Arrived, Confirmed, Requested, Scheduled};
    matches!(status, Requested | Scheduled | Confirmed | Arrived)
}

/// Changes what differs from before, with one line of the timeline. Another service or length is asked
/// for like a new time, itself not in the way; a walk-in claims no time and keeps its own.
///
/// # Errors
/// `IllegalTransition` once the visit has begun or is over; `ChangedMeanwhile` when somebody else
/// changed it since the form was opened; problems of the fields; for another service or length what
/// [`book`](crate::scheduling::book) refuses, such as `CannotPerform` and `SlotTaken`.
pub fn edit_appointment(tx: &Tx, change: &AppointmentEdit) -> Result<AppointmentEdited> {
    let id = change.appointment_id;
    let current = bookings::appointment(tx, id)?;
    if !may_edit(current.status) {
        return Err(Error::with(Code::IllegalTransition, current.status.name()));
    }
    let before = AppointmentDetails::of(&current);
    let mut form = Form::default();
    let reason = form.optional("reason", &change.form.reason, LINE);
    let notes = form.optional("notes", &change.form.notes, TEXT);
    let service = change.form.service_id;
    let waits = current.channel == Channel::WalkIn;
    let other_service = service != current.service_id;
    let minutes = match (change.form.minutes, service) {
        _ if waits => before.minutes,
        (Some(minutes), _) => Some(minutes),
        (None, Some(service)) if other_service => Some(service_minutes(tx, service)?),
        (None, _) => before.minutes,
    };
    let end = current.start.plus_minutes(i64::from(minutes.unwrap_or_default()));
    let other_length = minutes != before.minutes;
    if other_length && !minutes.is_some_and(|minutes| (5..=480).contains(&minutes)) {
        form.problem("minutes", Code::OutOfRange, Some(480));
    } else if other_length {
        check_length(&mut form, current.start, end);
    }
    form.finish()?;
    let after = AppointmentDetails {
        service_id: service,
        minutes,
        reason: reason.clone().unwrap_or_default(),
        notes: notes.clone().unwrap_or_default(),
    };
    if after == before {
        return Ok(AppointmentEdited { booking: current, before, after });
    }
    if change.seen != before {
        return Err(Code::ChangedMeanwhile.into());
    }
    if waits {
        if let Some(service) = service.filter(|_| other_service) {
            service_minutes(tx, service)?;
            if !can_perform(tx, current.provider_id, service)? {
                return Err(Code::CannotPerform.into());
            }
        }
    } else if other_service || other_length {
        let (clinic, provider) = (current.clinic_id, current.provider_id);
        let asked = Asked { clinic, provider, service, start: current.start, end, except: Some(id) };
        let place = place(tx, asked)?;
        tx.execute(
            "UPDATE appointments SET scheduled_end = ?1, slot_id = ?2, capacity = ?3 WHERE id = ?4",
            params![end, place.slot, place.capacity, id],
        )?;
    }
    tx.execute(
        "UPDATE appointments SET service_id = ?1, reason = ?2, notes = ?3, updated_at = ?4 WHERE id = ?5",
        params![service, reason, notes, tx.now, id],
    )?;
    let booking = bookings::appointment(tx, id)?;
    log_event(tx, id, Some(current.status), current.status, Some(&what_changed(&current, &booking)))?;
    Ok(AppointmentEdited { booking, before, after })
}

/// From what to what. Of the texts only that they changed: the timeline is never written over, and what
/// a patient came for has to go when the patient's data are erased.
fn what_changed(before: &Booking, after: &Booking) -> String {
    let minutes = |booking: &Booking| (booking.end.0 - booking.start.0) / 60_000;
    let mut lines = Vec::new();
    if before.service_id != after.service_id {
        let name = |booking: &Booking| booking.service_name.clone().unwrap_or_else(|| "–".to_owned());
        lines.push(format!("{} → {}", name(before), name(after)));
    }
    if minutes(before) != minutes(after) {
        lines.push(format!("{} → {} min", minutes(before), minutes(after)));
    }
    if before.reason != after.reason {
        lines.push("reason changed".to_owned());
    }
    if before.notes != after.notes {
        lines.push("note changed".to_owned());
    }
    lines.join("; ")
}
