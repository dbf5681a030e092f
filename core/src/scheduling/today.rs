//! The list that the desk looks at all day.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::age_in_years;
use crate::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, TicketId};
use crate::patients::Gender;
use crate::scheduling::queue_order::{self, Priority};
use crate::scheduling::{AppointmentStatus, TicketStatus, number_text};
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
    /// Called and not come; they wait behind everybody.
    pub skipped_at: Option<Instant>,
    pub priority: Option<Priority>,
    pub priority_reason: Option<String>,
    /// When it was entered, if it stood on a paper slip first.
    pub entered_at: Option<Instant>,
    /// The place in the order of turns of all who wait or were called.
    pub turn: Option<u32>,
    /// The expected wait of who waits.
    pub about_minutes: Option<u32>,
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
            skipped_at: row.get("skipped_at")?,
            priority: row.get("priority")?,
            priority_reason: row.get("priority_reason")?,
            entered_at: row.get("entered_at")?,
            turn: None,
            about_minutes: None,
            booked_twice: row.get("booked_twice")?,
            updated_at: row.get("updated_at")?,
        })
    })?;
    let mut rows: Vec<TodayRow> = rows.collect::<rusqlite::Result<_>>()?;
    let queue = queue_order::queue(conn, clinic.id, day, None, now)?;
    let turns: HashMap<TicketId, (u32, u32, TicketStatus)> =
        (0..).zip(&queue.rows).map(|(turn, row)| (row.ticket_id, (turn, row.about_minutes, row.status))).collect();
    for row in &mut rows {
        if let Some((turn, about, status)) = row.ticket_id.and_then(|id| turns.get(&id)) {
            row.turn = Some(*turn);
            row.about_minutes = (*status == TicketStatus::Waiting).then_some(*about);
        }
    }
    Ok(Today { clinic, day, now, wait_limit_minutes: WAIT_LIMIT_MINUTES, rows })
}
