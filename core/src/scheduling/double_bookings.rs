//! Two bookings of one doctor's time that PCs apart have made: both patients with what is needed to
//! call them, who holds the time for now, and the next free times for whoever moves.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::age_in_years;
use crate::ids::{AppointmentId, ClinicId, ConflictId, Instant, LocalDate, PatientId, ProviderId, ServiceId};
use crate::patients::Gender;
use crate::scheduling::AppointmentStatus;
use crate::scheduling::other_times::{FreeTime, other_times};
use crate::sync::Table;
use crate::sync::making::{Making, claimed, making};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoubleBooking {
    pub id: ConflictId,
    pub provider_id: ProviderId,
    pub provider_name: String,
    /// The two. The one whose claim came to the hub first stands first and holds the time until
    /// somebody decides: the same one on every PC that has synced.
    pub bookings: Vec<BookedHere>,
    pub detected_at: Instant,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookedHere {
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub record_number: String,
    pub gender: Gender,
    pub age_years: Option<u32>,
    /// The patient's own, or that of whoever is responsible for them.
    pub phone: Option<String>,
    /// Whose phone it is, where it is not the patient's own.
    pub phone_of: Option<String>,
    pub service_id: Option<ServiceId>,
    pub service_name: Option<String>,
    pub clinic_id: ClinicId,
    pub clinic_name: String,
    pub start: Instant,
    pub end: Instant,
    pub status: AppointmentStatus,
    pub reason: Option<String>,
    /// Who booked it, on which PC and when.
    pub made: Making,
    /// Where it could go instead, the nearest first; nothing once the patient is at the desk.
    pub free: Vec<FreeTime>,
}

/// The double bookings that nobody has decided, the next one first; fifty at most.
pub fn double_bookings(conn: &Connection, today: LocalDate, now: Instant) -> Result<Vec<DoubleBooking>> {
    let mut statement = conn.prepare_cached(include_str!("double_bookings.sql"))?;
    let open: Vec<(ConflictId, AppointmentId, AppointmentId, ProviderId, String, Instant)> = statement
        .query_map([], |row| {
            Ok((
                row.get("id")?,
                row.get("row")?,
                row.get("other")?,
                row.get("provider_id")?,
                row.get("display_name")?,
                row.get("detected_at")?,
            ))
        })?
        .collect::<rusqlite::Result<_>>()?;
    open.into_iter()
        .map(|(id, first, second, provider_id, provider_name, detected_at)| {
            let mut two = Vec::new();
            for appointment in [first, second] {
                let booking = booked(conn, appointment, provider_id, today, now)?;
                two.push(((claimed(conn, appointment.0)?, booking.made.at, appointment), booking));
            }
            two.sort_by_key(|(place, _)| *place);
            let bookings = two.into_iter().map(|(_, booking)| booking).collect();
            Ok(DoubleBooking { id, provider_id, provider_name, bookings, detected_at })
        })
        .collect()
}

fn booked(
    conn: &Connection,
    id: AppointmentId,
    provider: ProviderId,
    today: LocalDate,
    now: Instant,
) -> Result<BookedHere> {
    let made = making(conn, Table::Appointments, id.0)?;
    let mut statement = conn.prepare_cached(include_str!("double_booked.sql"))?;
    let mut booking = statement.query_row(params![id], |row| {
        let birth: Option<LocalDate> = row.get("birth_date")?;
        let (user, at) = (row.get("booked_by")?, row.get("created_at")?);
        Ok(BookedHere {
            appointment_id: id,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            record_number: row.get("record_number")?,
            gender: row.get("gender")?,
            age_years: birth.and_then(|birth| age_in_years(birth.0, today.0)),
            phone: row.get("phone")?,
            phone_of: row.get("phone_of")?,
            service_id: row.get("service_id")?,
            service_name: row.get("service_name")?,
            clinic_id: row.get("clinic_id")?,
            clinic_name: row.get("clinic_name")?,
            start: row.get("scheduled_start")?,
            end: row.get("scheduled_end")?,
            status: row.get("status")?,
            reason: row.get("reason")?,
            made: made.unwrap_or(Making { device: None, user, at }),
            free: Vec::new(),
        })
    })?;
    booking.free = other_times(conn, &booking, provider, now)?;
    Ok(booking)
}
