//! What a patient must not be given. An entry is never taken back silently: it is resolved or
//! refuted by somebody, and stays readable.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{AllergyId, Instant, PatientId};
use crate::patients::known_patient;
use crate::patients::same::same_person;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Mild,
    Moderate,
    Severe,
}

crate::ids::named_values!(Severity { Mild = "mild", Moderate = "moderate", Severe = "severe" });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum AllergyStatus {
    Active,
    /// The patient had it once.
    Resolved,
    /// It was never one.
    Refuted,
}

crate::ids::named_values!(AllergyStatus { Active = "active", Resolved = "resolved", Refuted = "refuted" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Allergy {
    pub id: AllergyId,
    pub substance: String,
    pub severity: Severity,
    pub reaction: Option<String>,
    pub recorded_at: Instant,
    pub recorded_by: String,
}

/// An allergy with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AllergyEntry {
    pub allergy: Allergy,
    pub substance_code: Option<String>,
    pub status: AllergyStatus,
    pub note: Option<String>,
    pub reviewed_by: Option<String>,
    pub reviewed_at: Option<Instant>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewAllergy {
    pub patient_id: PatientId,
    pub substance: String,
    pub severity: Severity,
    pub reaction: String,
}

/// What a clinician says of an allergy that was recorded.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AllergyReview {
    pub allergy_id: AllergyId,
    pub status: AllergyStatus,
    pub severity: Severity,
    /// Why; without a reason no allergy is resolved or refuted.
    pub note: String,
}

impl Allergy {
    fn from_row(row: &Row) -> rusqlite::Result<Allergy> {
        Ok(Allergy {
            id: row.get("id")?,
            substance: row.get("substance")?,
            severity: row.get("severity")?,
            reaction: row.get("reaction")?,
            recorded_at: row.get("created_at")?,
            recorded_by: row.get("recorded_by_name")?,
        })
    }
}

macro_rules! allergies_of {
    ($condition:literal, $first:literal) => {
        concat!(
            "SELECT allergies.*, coalesce((SELECT full_name FROM profiles WHERE profiles.user_id = allergies.recorded_by LIMIT 1), '') AS recorded_by_name,
                    (SELECT full_name FROM profiles WHERE profiles.user_id = allergies.reviewed_by LIMIT 1) AS reviewed_by_name
             FROM allergies WHERE deleted_at IS NULL ", $condition, " AND patient_id IN ",
            same_person!(),
            " ORDER BY ", $first, " CASE severity WHEN 'severe' THEN 0 WHEN 'moderate' THEN 1 ELSE 2 END, allergies.created_at, allergies.id"
        )
    };
}

/// The active allergies of a patient, the worst first: what a prescription is checked against.
/// An entry without a status is one of a version that had none, and active.
pub fn allergies(conn: &Connection, patient: PatientId) -> Result<Vec<Allergy>> {
    let mut statement = conn.prepare_cached(allergies_of!("AND (status IS NULL OR status = 'active')", ""))?;
    let rows = statement.query_map([patient], Allergy::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// Every allergy ever recorded: the active ones first, then those resolved and refuted.
pub fn allergy_list(conn: &Connection, patient: PatientId) -> Result<Vec<AllergyEntry>> {
    let mut statement =
        conn.prepare_cached(allergies_of!("", "CASE status WHEN 'resolved' THEN 1 WHEN 'refuted' THEN 2 ELSE 0 END,"))?;
    let rows = statement.query_map([patient], |row| {
        Ok(AllergyEntry {
            allergy: Allergy::from_row(row)?,
            substance_code: row.get("substance_code")?,
            status: row.get::<_, Option<AllergyStatus>>("status")?.unwrap_or(AllergyStatus::Active),
            note: row.get("note")?,
            reviewed_by: row.get("reviewed_by_name")?,
            reviewed_at: row.get("reviewed_at")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn record_allergy(tx: &Tx, allergy: &NewAllergy) -> Result<()> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "patientId", allergy.patient_id)?;
    let substance = form.name("substance", &allergy.substance);
    let reaction = form.optional("reaction", &allergy.reaction, LINE.min(NAME * 2));
    form.finish()?;
    tx.execute(
        "INSERT INTO allergies (id, tenant_id, patient_id, substance, severity, reaction, status, recorded_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'active', ?7, ?8, ?8)",
        params![
            AllergyId(tx.new_id()),
            tx.device.tenant,
            allergy.patient_id,
            substance,
            allergy.severity,
            reaction,
            tx.user()?,
            tx.now
        ],
    )?;
    Ok(())
}

/// A clinician confirms, resolves or refutes an allergy, and how severe it is.
pub fn review_allergy(tx: &Tx, review: &AllergyReview) -> Result<()> {
    let mut form = Form::default();
    let note = match review.status {
        AllergyStatus::Active => form.optional("note", &review.note, LINE),
        AllergyStatus::Resolved | AllergyStatus::Refuted => Some(form.required("note", &review.note, LINE)),
    };
    form.finish()?;
    let changed = tx.execute(
        "UPDATE allergies SET status = ?1, severity = ?2, note = coalesce(?3, note), reviewed_by = ?4, reviewed_at = ?5, updated_at = ?5
         WHERE id = ?6 AND deleted_at IS NULL",
        params![review.status, review.severity, note, tx.user()?, tx.now, review.allergy_id],
    )?;
    if changed == 0 { Err(Code::NotFound.into()) } else { Ok(()) }
}
