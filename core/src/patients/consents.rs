//! What a patient agreed to. Each giving and each withdrawing is a row of its own, and the latest
//! of a purpose holds.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{ConsentId, FileId, Instant, PatientId};
use crate::page::{Page, PageRequest};
use crate::patients::known_patient;
use crate::patients::same::same_person;

/// What is agreed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    Treatment,
    Teleconsultation,
    DataSharing,
    /// Reminders and other messages.
    Messages,
    Research,
    Photography,
}

crate::ids::named_values!(ConsentPurpose {
    Treatment = "treatment",
    Teleconsultation = "teleconsultation",
    DataSharing = "data_sharing",
    Messages = "messages",
    Research = "research",
    Photography = "photography",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ConsentDecision {
    Given,
    Withdrawn,
}

crate::ids::named_values!(ConsentDecision { Given = "given", Withdrawn = "withdrawn" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    pub id: ConsentId,
    pub purpose: ConsentPurpose,
    pub decision: ConsentDecision,
    /// Who spoke for the patient, when not the patient.
    pub given_by: Option<String>,
    pub note: Option<String>,
    /// The signed paper.
    pub file_id: Option<FileId>,
    pub recorded_by: String,
    pub decided_at: Instant,
}

/// A giving or withdrawing as the desk takes it down.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewConsent {
    pub patient_id: PatientId,
    pub purpose: ConsentPurpose,
    pub decision: ConsentDecision,
    pub given_by: String,
    pub note: String,
    pub file_id: Option<FileId>,
    /// Now, when left out.
    pub decided_at: Option<Instant>,
}

impl Consent {
    fn from_row(row: &Row) -> rusqlite::Result<Consent> {
        Ok(Consent {
            id: row.get("id")?,
            purpose: row.get("purpose")?,
            decision: row.get("decision")?,
            given_by: row.get("given_by")?,
            note: row.get("note")?,
            file_id: row.get("file_id")?,
            recorded_by: row.get("recorded_by_name")?,
            decided_at: row.get("decided_at")?,
        })
    }
}

macro_rules! consents_of {
    ($rest:literal) => {
        concat!(
            "SELECT consents.*, coalesce((SELECT full_name FROM profiles WHERE profiles.user_id = consents.recorded_by LIMIT 1), '') AS recorded_by_name
             FROM consents WHERE patient_id IN ",
            same_person!(),
            $rest
        )
    };
}

/// The state of every purpose that was ever decided: its latest row.
pub fn consents(conn: &Connection, patient: PatientId) -> Result<Vec<Consent>> {
    let mut statement = conn.prepare_cached(consents_of!(" ORDER BY purpose, decided_at DESC, id DESC"))?;
    let mut all: Vec<Consent> = statement.query_map([patient], Consent::from_row)?.collect::<rusqlite::Result<_>>()?;
    all.dedup_by_key(|consent| consent.purpose);
    Ok(all)
}

/// Every giving and withdrawing, the latest first.
pub fn consent_history(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<Consent>> {
    let mut statement = conn.prepare_cached(consents_of!(" ORDER BY decided_at DESC, id DESC LIMIT ?2 OFFSET ?3"))?;
    let rows = statement.query_map(params![patient, page.sql_limit(), page.sql_offset()], Consent::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// Whether a patient has agreed and not withdrawn. Never having been asked is no consent.
pub fn has_consented(conn: &Connection, patient: PatientId, purpose: ConsentPurpose) -> Result<bool> {
    Ok(consents(conn, patient)?
        .iter()
        .any(|consent| consent.purpose == purpose && consent.decision == ConsentDecision::Given))
}

/// Takes down that consent was given or withdrawn.
pub fn record_consent(tx: &Tx, consent: &NewConsent) -> Result<ConsentId> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "patientId", consent.patient_id)?;
    let given_by = form.optional("givenBy", &consent.given_by, NAME);
    let note = form.optional("note", &consent.note, LINE);
    let decided_at = consent.decided_at.unwrap_or(tx.now);
    if decided_at > tx.now {
        form.problem("decidedAt", Code::OutOfRange, None);
    }
    if let Some(file) = consent.file_id {
        let known: bool =
            tx.query_row("SELECT EXISTS (SELECT 1 FROM files WHERE id = ?1 AND deleted_at IS NULL)", [file], |row| {
                row.get(0)
            })?;
        if !known {
            form.problem("fileId", Code::NotFound, None);
        }
    }
    form.finish()?;
    let id = ConsentId(tx.new_id());
    tx.execute(
        "INSERT INTO consents (id, tenant_id, patient_id, purpose, decision, given_by, note, file_id, recorded_by, decided_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        params![
            id,
            tx.device.tenant,
            consent.patient_id,
            consent.purpose,
            consent.decision,
            given_by,
            note,
            consent.file_id,
            tx.user()?,
            decided_at,
            tx.now
        ],
    )?;
    Ok(id)
}
