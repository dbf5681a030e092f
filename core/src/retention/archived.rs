//! The archive is read. It holds diagnoses: whoever asks needs `ViewClinical`.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{AppointmentId, ConsultationId, Instant, PatientId};
use crate::page::{Page, PageRequest};
use crate::patients::search::fold;
use crate::prescriptions::{self, PrescriptionSummary};
use crate::scheduling::AppointmentStatus;

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;

/// A visit of long ago, in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchivedVisit {
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub record_number: String,
    pub doctor_name: String,
    pub scheduled_start: Instant,
    pub ended_at: Instant,
    pub status: AppointmentStatus,
    pub reason: Option<String>,
    /// None: the patient was never in the consulting room.
    pub consultation_id: Option<ConsultationId>,
    pub complaint: Option<String>,
    pub findings: Option<String>,
    pub diagnosis: Option<String>,
    pub diagnosis_code: Option<String>,
    pub prescriptions: Vec<PrescriptionSummary>,
}

impl ArchivedVisit {
    fn from_row(row: &Row) -> rusqlite::Result<ArchivedVisit> {
        Ok(ArchivedVisit {
            appointment_id: row.get("appointment")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            record_number: row.get("record_number")?,
            doctor_name: row.get("display_name")?,
            scheduled_start: row.get("scheduled_start")?,
            ended_at: row.get("ended_at")?,
            status: row.get("status")?,
            reason: row.get("reason")?,
            consultation_id: row.get("consultation_id")?,
            complaint: row.get("complaint")?,
            findings: row.get("findings")?,
            diagnosis: row.get("diagnosis")?,
            diagnosis_code: row.get("diagnosis_code")?,
            prescriptions: Vec::new(),
        })
    }
}

/// The archived visits in which every word begins some word of the patient's name, the reason, the
/// complaint, the findings or the diagnosis; the latest first.
pub fn search_archive(conn: &Connection, text: &str, page: PageRequest) -> Result<Page<ArchivedVisit>> {
    let text: String = text.chars().take(LONGEST).collect();
    let folded = fold(&text);
    let words: Vec<String> = folded.split(' ').filter(|w| !w.is_empty()).map(|w| format!("\"{w}\"*")).collect();
    if words.is_empty() {
        return Ok(page.page(Vec::new()));
    }
    let mut statement = conn.prepare_cached(include_str!("search.sql"))?;
    let rows = statement
        .query_map(params![words.join(" AND "), page.sql_limit(), page.sql_offset()], ArchivedVisit::from_row)?;
    with_prescriptions(conn, page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// A patient's archived visits, those of records merged into theirs included; the latest first.
pub fn archived_visits_of(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<ArchivedVisit>> {
    let mut statement = conn.prepare_cached(include_str!("of_patient.sql"))?;
    let rows = statement.query_map(params![patient, page.sql_limit(), page.sql_offset()], ArchivedVisit::from_row)?;
    with_prescriptions(conn, page.page(rows.collect::<rusqlite::Result<_>>()?))
}

fn with_prescriptions(conn: &Connection, mut page: Page<ArchivedVisit>) -> Result<Page<ArchivedVisit>> {
    for visit in &mut page.items {
        if let Some(consultation) = visit.consultation_id {
            visit.prescriptions = prescriptions::of_consultation(conn, consultation)?;
        }
    }
    Ok(page)
}
