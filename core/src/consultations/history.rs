//! Visits in lists: all of one patient, and those that a doctor has open.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::consultations::Mode;
use crate::error::Result;
use crate::ids::{AppointmentId, ConsultationId, Instant, PatientId, ProviderId};
use crate::page::{Page, PageRequest};
use crate::scheduling::AppointmentStatus;

/// A row of the view `patient_consultation_history`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    pub consultation_id: ConsultationId,
    /// The record under which the visit was written down.
    pub patient_id: PatientId,
    pub patient_name: String,
    pub provider_id: ProviderId,
    pub doctor_name: String,
    pub scheduled_start: Instant,
    pub status: AppointmentStatus,
    pub mode: Mode,
    pub reason: Option<String>,
    pub diagnosis: Option<String>,
    pub started_at: Instant,
    pub ended_at: Option<Instant>,
}

/// A visit under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    pub consultation_id: ConsultationId,
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub mode: Mode,
    pub started_at: Instant,
}

/// Every visit of a patient, under whichever record, the latest first.
pub fn history_of(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<HistoryEntry>> {
    let mut statement = conn.prepare_cached(include_str!("history.sql"))?;
    let rows = statement.query_map(params![patient, page.sql_limit(), page.sql_offset()], |row| {
        Ok(HistoryEntry {
            consultation_id: row.get("consultation_id")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("patient_name")?,
            provider_id: row.get("provider_id")?,
            doctor_name: row.get("doctor_name")?,
            scheduled_start: row.get("scheduled_start")?,
            status: row.get("status")?,
            mode: row.get("mode")?,
            reason: row.get("reason")?,
            diagnosis: row.get("diagnosis")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
        })
    })?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// The visits that a doctor has open, the one that began first at the top.
pub fn running(conn: &Connection, provider: ProviderId) -> Result<Vec<Running>> {
    let mut statement = conn.prepare_cached(
        "SELECT consultations.*, full_name FROM consultations JOIN patients ON patients.id = patient_id
         WHERE provider_id = ?1 AND ended_at IS NULL ORDER BY started_at",
    )?;
    let rows = statement.query_map([provider], |row| {
        Ok(Running {
            consultation_id: row.get("id")?,
            appointment_id: row.get("appointment_id")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            mode: row.get("mode")?,
            started_at: row.get("started_at")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether two records are of one person: the same one, or merged.
pub fn one_person(conn: &Connection, first: PatientId, second: PatientId) -> Result<bool> {
    Ok(conn.prepare_cached(include_str!("one_person.sql"))?.query_row([first, second], |row| row.get("same"))?)
}
