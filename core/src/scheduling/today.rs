//! The list that the desk looks at all day.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::age_in_years;
use crate::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, TicketId};
use crate::patients::Gender;
use crate::scheduling::{AppointmentStatus, number_text};
use crate::tenancy::{self, Clinic};

/// A longer wait is shown as a warning.
pub const WAIT_LIMIT_MINUTES: u32 = 20;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Today {
    pub clinic: Clinic,
    /// The clinic's local day.
    pub day: LocalDate,
    pub now: Instant,
    pub wait_limit_minutes: u32,
    pub rows: Vec<TodayRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TodayRow {
    pub appointment_id: AppointmentId,
    pub ticket_id: Option<TicketId>,
    pub number: Option<String>,
    /// None for a walk-in.
    pub scheduled_start: Option<Instant>,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub gender: Gender,
    pub age_years: Option<u32>,
    pub reason: Option<String>,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub status: AppointmentStatus,
    pub waiting_since: Option<Instant>,
    pub with_doctor_since: Option<Instant>,
    pub called_at: Option<Instant>,
    pub booked_twice: bool,
    pub updated_at: Instant,
}

/// Everything of a site's local day, in the order of the work.
pub fn today(conn: &Connection, clinic: ClinicId, now: Instant) -> Result<Today> {
    let clinic = tenancy::clinic(conn, clinic)?;
    let day = now.day(clinic.zone());
    let (start, end) = day.bounds(clinic.zone());
    let mut statement = conn.prepare_cached(include_str!("today.sql"))?;
    let rows = statement.query_map(params![clinic.id, start, end, day], |row| {
        let birth: Option<LocalDate> = row.get("birth_date")?;
        let lane: Option<String> = row.get("lane")?;
        let number: Option<u32> = row.get("number")?;
        Ok(TodayRow {
            appointment_id: row.get("id")?,
            ticket_id: row.get("ticket_id")?,
            number: lane.zip(number).map(|(lane, number)| number_text(&lane, number)),
            scheduled_start: row.get("scheduled_start")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            gender: row.get("gender")?,
            age_years: birth.and_then(|date| age_in_years(date.0, day.0)),
            reason: row.get("reason")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("display_name")?,
            status: row.get("status")?,
            waiting_since: row.get("issued_at")?,
            with_doctor_since: row.get("started_at")?,
            called_at: row.get("called_at")?,
            booked_twice: row.get("booked_twice")?,
            updated_at: row.get("updated_at")?,
        })
    })?;
    let rows = rows.collect::<rusqlite::Result<_>>()?;
    Ok(Today { clinic, day, now, wait_limit_minutes: WAIT_LIMIT_MINUTES, rows })
}
