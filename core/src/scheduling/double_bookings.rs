//! Two bookings of one doctor's time that PCs apart have made: both patients with what is needed to
//! call them, and the next free times for whoever moves.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::age_in_years;
use crate::ids::{AppointmentId, ConflictId, Instant, LocalDate, PatientId, ProviderId};
use crate::patients::Gender;
use crate::scheduling::{AppointmentStatus, FreeSlotQuery, free_slots};

/// How many free times are offered.
const OFFERED: u32 = 4;
/// How far ahead they are looked for, in minutes.
const AHEAD_MINUTES: i64 = 14 * 24 * 60;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoubleBooking {
    pub id: ConflictId,
    pub provider_id: ProviderId,
    pub provider_name: String,
    /// The two in the order in which they were booked.
    pub bookings: Vec<BookedHere>,
    /// When the doctor is free next, from the earlier of the two on.
    pub free: Vec<Instant>,
    pub detected_at: Instant,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookedHere {
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub gender: Gender,
    pub age_years: Option<u32>,
    /// The patient's own, or that of whoever is responsible for them.
    pub phone: Option<String>,
    pub start: Instant,
    pub end: Instant,
    pub status: AppointmentStatus,
    pub reason: Option<String>,
    pub booked_by: Option<String>,
    pub booked_at: Instant,
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
            let bookings = vec![booked(conn, first, today)?, booked(conn, second, today)?];
            let from = bookings.iter().map(|booking| booking.start).min().unwrap_or(now).max(now);
            let query = FreeSlotQuery {
                provider_ids: vec![provider_id],
                limit: OFFERED,
                ..FreeSlotQuery::between(from, from.plus_minutes(AHEAD_MINUTES))
            };
            let free = free_slots(conn, &query)?.into_iter().map(|slot| slot.start).collect();
            Ok(DoubleBooking { id, provider_id, provider_name, bookings, free, detected_at })
        })
        .collect()
}

fn booked(conn: &Connection, id: AppointmentId, today: LocalDate) -> Result<BookedHere> {
    let mut statement = conn.prepare_cached(include_str!("double_booked.sql"))?;
    Ok(statement.query_row(params![id], |row| {
        let birth: Option<LocalDate> = row.get("birth_date")?;
        Ok(BookedHere {
            appointment_id: id,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            gender: row.get("gender")?,
            age_years: birth.and_then(|birth| age_in_years(birth.0, today.0)),
            phone: row.get("phone")?,
            start: row.get("scheduled_start")?,
            end: row.get("scheduled_end")?,
            status: row.get("status")?,
            reason: row.get("reason")?,
            booked_by: row.get("booked_by")?,
            booked_at: row.get("created_at")?,
        })
    })?)
}
