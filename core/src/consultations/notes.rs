//! The notes of a visit, saved as they are written.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::consultations::symptoms::{check_codes, check_symptoms};
use crate::consultations::{Consultation, Mode, Symptom, consultation, open_one};
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, TEXT};
use crate::ids::ConsultationId;

/// What the doctor writes while the patient is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Notes {
    pub complaint: String,
    pub findings: String,
    pub diagnosis: String,
    pub diagnosis_code: String,
    /// Left out: they stay as they are.
    #[serde(default)]
    pub symptoms: Option<Vec<Symptom>>,
    /// ICD-10; left out: they stay as they are.
    #[serde(default)]
    pub diagnosis_codes: Option<Vec<String>>,
}

/// Saves the notes as they stand; a visit that has ended is closed to changes. The assistant notes
/// what the patient says; a diagnosis is a doctor's ([`Code::NotAllowed`]).
pub fn save_notes(tx: &Tx, id: ConsultationId, notes: &Notes) -> Result<Consultation> {
    let mut form = Form::default();
    let complaint = form.optional("complaint", &notes.complaint, TEXT);
    let findings = form.optional("findings", &notes.findings, TEXT);
    let diagnosis = form.optional("diagnosis", &notes.diagnosis, LINE);
    let diagnosis_code = form.optional("diagnosisCode", &notes.diagnosis_code, 20);
    let symptoms = notes.symptoms.as_deref().map(|symptoms| check_symptoms(&mut form, symptoms));
    let codes = notes.diagnosis_codes.as_deref().map(|codes| check_codes(&mut form, codes));
    form.finish()?;
    let current = open_one(tx, id)?;
    let stored = Consultation {
        complaint: complaint.unwrap_or_default(),
        findings: findings.unwrap_or_default(),
        diagnosis: diagnosis.unwrap_or_default(),
        diagnosis_code: diagnosis_code.unwrap_or_default(),
        symptoms: symptoms.unwrap_or_else(|| current.symptoms.clone()),
        diagnosis_codes: codes.unwrap_or_else(|| current.diagnosis_codes.clone()),
        ..current.clone()
    };
    let diagnosed =
        !stored.diagnosis.is_empty() || !stored.diagnosis_code.is_empty() || !stored.diagnosis_codes.is_empty();
    if current.mode == Mode::Ai && diagnosed {
        return Err(Code::NotAllowed.into());
    }
    if stored != current {
        tx.execute(
            "UPDATE consultations SET complaint = nullif(?1, ''), findings = nullif(?2, ''), diagnosis = nullif(?3, ''),
                    diagnosis_code = nullif(?4, ''), symptoms = nullif(?5, '[]'), diagnosis_codes = nullif(?6, '[]'),
                    updated_at = ?7 WHERE id = ?8",
            params![
                stored.complaint,
                stored.findings,
                stored.diagnosis,
                stored.diagnosis_code,
                serde_json::to_string(&stored.symptoms)?,
                serde_json::to_string(&stored.diagnosis_codes)?,
                tx.now,
                id
            ],
        )?;
    }
    consultation(tx, id)
}
