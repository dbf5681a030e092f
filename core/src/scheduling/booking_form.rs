//! The form "Book an appointment".

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, TEXT};
use crate::ids::{ClinicId, Instant, PatientId, ProviderId, SeriesId, ServiceId};
use crate::scheduling::book::{Channel, Details, NewAppointment, book_as, check_length, service_minutes};
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::roster::{Roster, Sites};
use crate::scheduling::walk_in::USUAL_MINUTES;
use crate::scheduling::{AppointmentStatus, Mode};
use crate::tenancy;

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookingForm {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    pub service_id: Option<ServiceId>,
    pub start: Instant,
    /// Left out: as long as the service takes, or else the slot.
    pub minutes: Option<u32>,
    /// Left out: as the doctor sees patients in these hours.
    pub mode: Option<Mode>,
    /// Desk, phone or online; a walk-in has a form of its own.
    pub channel: Channel,
    /// Requested, scheduled or confirmed.
    pub status: AppointmentStatus,
    pub reason: String,
    pub notes: String,
}

/// Books what the form says; see [`book`](crate::scheduling::book) for the refusals.
pub fn book_appointment(tx: &Tx, typed: &BookingForm) -> Result<Booking> {
    book_in(tx, typed, None)
}

/// The same, as one of a series with its rule.
pub(super) fn book_in(tx: &Tx, typed: &BookingForm, series: Option<(SeriesId, &str)>) -> Result<Booking> {
    let minutes = length(tx, typed)?;
    let end = typed.start.plus_minutes(minutes);
    let mut form = Form::default();
    let notes = form.optional("notes", &typed.notes, TEXT);
    check_length(&mut form, typed.start, end);
    let today = tx.now.day(tenancy::clinic(tx, typed.clinic_id)?.zone());
    let (day_start, _) = today.bounds(tenancy::clinic(tx, typed.clinic_id)?.zone());
    if typed.start < day_start {
        form.problem("start", Code::OutOfRange, None);
    }
    if typed.channel == Channel::WalkIn {
        form.problem("channel", Code::OutOfRange, None);
    }
    use AppointmentStatus::{Confirmed, Requested, Scheduled};
    if ![Requested, Scheduled, Confirmed].contains(&typed.status) {
        form.problem("status", Code::OutOfRange, None);
    }
    form.finish()?;
    let new = NewAppointment {
        clinic: typed.clinic_id,
        patient: typed.patient_id,
        provider: typed.provider_id,
        service: typed.service_id,
        start: typed.start,
        end,
        status: typed.status,
        channel: typed.channel,
        reason: typed.reason.clone(),
    };
    bookings::appointment(tx, book_as(tx, &new, &Details { mode: typed.mode, notes: notes.as_deref(), series })?)
}

/// How long the visit is, in minutes.
fn length(tx: &Tx, typed: &BookingForm) -> Result<i64> {
    match typed.minutes {
        Some(minutes) => Ok(i64::from(minutes)),
        None => usual_length(tx, typed.clinic_id, typed.provider_id, typed.service_id, typed.start),
    }
}

/// As long as the service takes, or else the slot in which it begins; in minutes.
pub(super) fn usual_length(
    conn: &Connection,
    clinic: ClinicId,
    provider: ProviderId,
    service: Option<ServiceId>,
    start: Instant,
) -> Result<i64> {
    if let Some(service) = service {
        return service_minutes(conn, service).map(i64::from);
    }
    let end = start.plus_minutes(1);
    let roster = Roster::read(conn, &mut Sites::default(), provider, start, end)?;
    let here = roster.windows(Some(clinic));
    let hours = here.iter().find(|(_, window)| window.holds(start, end));
    Ok(hours.map_or(USUAL_MINUTES, |(template, _)| i64::from(template.slot_duration_minutes)))
}
