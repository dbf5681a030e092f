//! What a doctor must see before writing anything.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::consultations::Consultation;
use crate::error::Result;
use crate::ids::{ConsultationId, Instant, LocalDate, PatientId};
use crate::patients::{self, Allergy, Patient};
use crate::prescriptions::{self, PrescriptionSummary};

/// An earlier visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    pub consultation_id: ConsultationId,
    pub on: Instant,
    pub provider_name: String,
    pub complaint: String,
    pub diagnosis: String,
    pub findings: String,
    pub prescriptions: Vec<PrescriptionSummary>,
}

/// What a doctor must see before writing anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Chart {
    pub patient: Patient,
    pub allergies: Vec<Allergy>,
    /// The latest first, ten at most.
    pub visits: Vec<Visit>,
}

/// A patient's chart, the visit under way among the others.
pub fn chart(conn: &Connection, patient: PatientId, today: LocalDate) -> Result<Chart> {
    // The ten are found in the index first: of two hundred visits ten are read.
    let mut statement = conn.prepare_cached(concat!(
        "SELECT consultations.*, display_name FROM consultations
         JOIN providers ON providers.id = consultations.provider_id
         WHERE consultations.rowid IN (SELECT rowid FROM consultations WHERE patient_id IN ",
        patients::same_person!(),
        " ORDER BY started_at DESC LIMIT 10) ORDER BY started_at DESC",
    ))?;
    let found: Vec<(Consultation, String)> = statement
        .query_map([patient], |row| Ok((Consultation::from_row(row)?, row.get("display_name")?)))?
        .collect::<rusqlite::Result<_>>()?;
    let visits = found
        .into_iter()
        .map(|(consultation, provider_name)| {
            Ok(Visit {
                prescriptions: prescriptions::of_consultation(conn, consultation.id)?,
                consultation_id: consultation.id,
                on: consultation.started_at,
                provider_name,
                complaint: consultation.complaint,
                diagnosis: consultation.diagnosis,
                findings: consultation.findings,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Chart {
        patient: patients::patient(conn, patient, today)?,
        allergies: patients::allergies(conn, patient)?,
        visits,
    })
}
