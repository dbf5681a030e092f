//! The day on paper: who comes when, to whom, for the hours in which no screen can be asked.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::form::age_in_years;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId};
use crate::patients::Gender;
use crate::scheduling::{AppointmentStatus, number_text};
use crate::tenancy::{self, Clinic};

/// The visits of a day, doctor by doctor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DayList {
    pub clinic: Clinic,
    pub day: LocalDate,
    pub doctors: Vec<DoctorDay>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoctorDay {
    pub provider_id: ProviderId,
    pub name: String,
    pub room: Option<String>,
    /// In the order of time; what was cancelled is left out.
    pub visits: Vec<DayVisit>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DayVisit {
    /// The time that was booked, or when a walk-in came.
    pub at: Instant,
    pub walk_in: bool,
    pub number: Option<String>,
    pub patient: String,
    pub record_number: String,
    pub gender: Gender,
    pub age_years: Option<u32>,
    pub phone: Option<String>,
    pub reason: Option<String>,
    pub status: AppointmentStatus,
}

/// The day of a site on paper, of one doctor or of all who have somebody to see.
pub fn day_list(conn: &Connection, clinic: ClinicId, day: LocalDate, provider: Option<ProviderId>) -> Result<DayList> {
    let clinic = tenancy::clinic(conn, clinic)?;
    let (start, end) = day.bounds(clinic.zone());
    let mut statement = conn.prepare_cached(include_str!("day_list.sql"))?;
    let mut rows = statement.query(params![clinic.id, start, end, day, provider])?;
    let mut doctors: Vec<DoctorDay> = Vec::new();
    while let Some(row) = rows.next()? {
        let provider_id: ProviderId = row.get("provider_id")?;
        if doctors.last().is_none_or(|doctor| doctor.provider_id != provider_id) {
            let (name, room) = (row.get("display_name")?, row.get("room")?);
            doctors.push(DoctorDay { provider_id, name, room, visits: Vec::new() });
        }
        let lane: Option<String> = row.get("lane")?;
        let birth: Option<LocalDate> = row.get("birth_date")?;
        let visit = DayVisit {
            at: row.get("at")?,
            walk_in: row.get("walk_in")?,
            number: lane.zip(row.get("number")?).map(|(lane, number)| number_text(&lane, number)),
            patient: row.get("full_name")?,
            record_number: row.get("record_number")?,
            gender: row.get("gender")?,
            age_years: birth.and_then(|date| age_in_years(date.0, day.0)),
            phone: row.get("phone")?,
            reason: row.get("reason")?,
            status: row.get("status")?,
        };
        if let Some(doctor) = doctors.last_mut() {
            doctor.visits.push(visit);
        }
    }
    Ok(DayList { clinic, day, doctors })
}
