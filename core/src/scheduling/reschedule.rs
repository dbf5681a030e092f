//! An appointment gets another time, another doctor or another site.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, ProviderId};
use crate::scheduling::book::{Asked, check_length, place};
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::local_time::written;
use crate::scheduling::{AppointmentStatus, Channel, log_event};
use crate::tenancy;

/// The form "Move to another time". What is left out stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RescheduleForm {
    pub start: Instant,
    pub minutes: Option<u32>,
    pub provider_id: Option<ProviderId>,
    pub clinic_id: Option<ClinicId>,
    pub note: String,
}

/// Whether a visit is still a plan, so that it can have another time.
pub(super) fn may_move(status: AppointmentStatus) -> bool {
    use AppointmentStatus::{Confirmed, Requested, Scheduled};
    matches!(status, Requested | Scheduled | Confirmed)
}

/// Moves an appointment that has not begun; the same refusals as for booking, itself not in the way.
/// Its timeline says from when to when.
pub fn reschedule(tx: &Tx, id: AppointmentId, typed: &RescheduleForm) -> Result<Booking> {
    let current = bookings::appointment(tx, id)?;
    if !may_move(current.status) || current.channel == Channel::WalkIn {
        return Err(Error::with(Code::IllegalTransition, current.status.name()));
    }
    let clinic = typed.clinic_id.unwrap_or(current.clinic_id);
    let provider = typed.provider_id.unwrap_or(current.provider_id);
    let lasts = typed.minutes.map_or(current.end.0 - current.start.0, |minutes| i64::from(minutes) * 60_000);
    let (start, end) = (typed.start, Instant(typed.start.0 + lasts));
    let zone = tenancy::clinic(tx, clinic)?.zone();
    let mut form = Form::default();
    let note = form.optional("note", &typed.note, LINE);
    check_length(&mut form, start, end);
    if start < tx.now.day(zone).bounds(zone).0 {
        form.problem("start", Code::OutOfRange, None);
    }
    form.finish()?;
    let place = place(tx, Asked { clinic, provider, service: current.service_id, start, end, except: Some(id) })?;
    tx.execute(
        "UPDATE appointments SET clinic_id = ?1, provider_id = ?2, scheduled_start = ?3, scheduled_end = ?4, timezone = ?5,
                slot_id = ?6, capacity = ?7, mode = coalesce(?8, mode), kept_at = NULL, updated_at = ?9 WHERE id = ?10",
        params![clinic, provider, start, end, place.timezone, place.slot, place.capacity, place.mode, tx.now, id],
    )?;
    let moved = format!("{} → {}", written(current.start, zone), written(start, zone));
    let note = note.map_or(moved.clone(), |note| format!("{moved}: {note}"));
    log_event(tx, id, Some(current.status), current.status, Some(&note))?;
    bookings::appointment(tx, id)
}
