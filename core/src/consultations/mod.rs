//! What happens in the consulting room, and what is remembered of it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, TEXT};
use crate::ids::{AppointmentId, ConsultationId, Instant, LocalDate, PatientId, ProviderId};
use crate::patients::{self, Allergy, Patient};
use crate::prescriptions::{self, PrescriptionSummary};
use crate::scheduling::{self, AppointmentStatus, TicketStatus};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Consultation {
    pub id: ConsultationId,
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    pub complaint: String,
    pub findings: String,
    pub diagnosis: String,
    pub diagnosis_code: String,
    pub started_at: Instant,
    pub ended_at: Option<Instant>,
}

impl Consultation {
    fn from_row(row: &Row) -> rusqlite::Result<Consultation> {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        Ok(Consultation {
            id: row.get("id")?,
            appointment_id: row.get("appointment_id")?,
            patient_id: row.get("patient_id")?,
            provider_id: row.get("provider_id")?,
            complaint: text("complaint")?,
            findings: text("findings")?,
            diagnosis: text("diagnosis")?,
            diagnosis_code: text("diagnosis_code")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
        })
    }
}

/// What the doctor writes while the patient is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notes {
    pub complaint: String,
    pub findings: String,
    pub diagnosis: String,
    pub diagnosis_code: String,
}

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

pub fn consultation(conn: &Connection, id: ConsultationId) -> Result<Consultation> {
    conn.prepare_cached("SELECT * FROM consultations WHERE id = ?1")?
        .query_row([id], Consultation::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// Calls a patient in: the visit is under way from now on. One that is under way is opened again.
pub fn open(tx: &Tx, appointment: AppointmentId, provider: ProviderId) -> Result<Consultation> {
    let existing = tx
        .query_row(
            "SELECT * FROM consultations WHERE appointment_id = ?1 ORDER BY started_at LIMIT 1",
            [appointment],
            Consultation::from_row,
        )
        .optional()?;
    if let Some(consultation) = existing {
        return Ok(consultation);
    }
    scheduling::set_status(tx, appointment, AppointmentStatus::InProgress, None)?;
    scheduling::set_ticket_status(tx, appointment, TicketStatus::Served)?;
    let id = ConsultationId(tx.new_id());
    tx.execute(
        "INSERT INTO consultations (id, tenant_id, clinic_id, appointment_id, patient_id, provider_id, mode, complaint, started_at, created_at, updated_at)
         SELECT ?1, tenant_id, clinic_id, id, patient_id, ?2, 'in_person', reason, ?3, ?3, ?3 FROM appointments WHERE id = ?4",
        params![id, provider, tx.now, appointment],
    )?;
    consultation(tx, id)
}

/// Saves the notes as they stand; a visit that has ended is closed to changes.
pub fn save_notes(tx: &Tx, id: ConsultationId, notes: &Notes) -> Result<Consultation> {
    let mut form = Form::default();
    let complaint = form.optional("complaint", &notes.complaint, TEXT);
    let findings = form.optional("findings", &notes.findings, TEXT);
    let diagnosis = form.optional("diagnosis", &notes.diagnosis, LINE);
    let diagnosis_code = form.optional("diagnosisCode", &notes.diagnosis_code, 20);
    form.finish()?;
    let current = open_one(tx, id)?;
    let stored = Notes {
        complaint: complaint.unwrap_or_default(),
        findings: findings.unwrap_or_default(),
        diagnosis: diagnosis.unwrap_or_default(),
        diagnosis_code: diagnosis_code.unwrap_or_default(),
    };
    let same = stored.complaint == current.complaint
        && stored.findings == current.findings
        && stored.diagnosis == current.diagnosis
        && stored.diagnosis_code == current.diagnosis_code;
    if !same {
        tx.execute(
            "UPDATE consultations SET complaint = nullif(?1, ''), findings = nullif(?2, ''), diagnosis = nullif(?3, ''),
                    diagnosis_code = nullif(?4, ''), updated_at = ?5 WHERE id = ?6",
            params![stored.complaint, stored.findings, stored.diagnosis, stored.diagnosis_code, tx.now, id],
        )?;
    }
    consultation(tx, id)
}

/// Ends a visit.
pub fn finish(tx: &Tx, id: ConsultationId) -> Result<Consultation> {
    let current = open_one(tx, id)?;
    scheduling::set_status(tx, current.appointment_id, AppointmentStatus::Completed, None)?;
    tx.execute("UPDATE consultations SET ended_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    consultation(tx, id)
}

/// The consultation, if it has not ended.
pub fn open_one(conn: &Connection, id: ConsultationId) -> Result<Consultation> {
    let current = consultation(conn, id)?;
    if current.ended_at.is_some() { Err(Code::ConsultationClosed.into()) } else { Ok(current) }
}

/// A patient's chart, the visit under way among the others.
pub fn chart(conn: &Connection, patient: PatientId, today: LocalDate) -> Result<Chart> {
    let mut statement = conn.prepare_cached(
        "SELECT consultations.*, display_name FROM consultations
         JOIN providers ON providers.id = consultations.provider_id
         WHERE patient_id = ?1 ORDER BY started_at DESC LIMIT 10",
    )?;
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
