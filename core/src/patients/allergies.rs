//! What a patient must not be given. An entry is never taken back silently: rows are only added.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::form::{Form, LINE, NAME};
use crate::ids::{AllergyId, Instant, PatientId};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Mild,
    Moderate,
    Severe,
}

crate::ids::named_values!(Severity { Mild = "mild", Moderate = "moderate", Severe = "severe" });

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

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewAllergy {
    pub patient_id: PatientId,
    pub substance: String,
    pub severity: Severity,
    pub reaction: String,
}

/// The allergies of a patient, the worst first.
pub fn allergies(conn: &Connection, patient: PatientId) -> Result<Vec<Allergy>> {
    let mut statement = conn.prepare_cached(
        "SELECT allergies.id, substance, severity, reaction, allergies.created_at, full_name AS recorded_by
         FROM allergies JOIN profiles ON profiles.user_id = allergies.recorded_by
         WHERE patient_id = ?1 AND deleted_at IS NULL
         ORDER BY CASE severity WHEN 'severe' THEN 0 WHEN 'moderate' THEN 1 ELSE 2 END, allergies.created_at",
    )?;
    let rows = statement.query_map([patient], |row| {
        Ok(Allergy {
            id: row.get("id")?,
            substance: row.get("substance")?,
            severity: row.get("severity")?,
            reaction: row.get("reaction")?,
            recorded_at: row.get("created_at")?,
            recorded_by: row.get("recorded_by")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub fn record_allergy(tx: &Tx, allergy: &NewAllergy) -> Result<()> {
    let mut form = Form::default();
    let substance = form.name("substance", &allergy.substance);
    let reaction = form.optional("reaction", &allergy.reaction, LINE.min(NAME * 2));
    form.finish()?;
    tx.execute(
        "INSERT INTO allergies (id, tenant_id, patient_id, substance, severity, reaction, recorded_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
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
