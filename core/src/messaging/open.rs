//! A conversation begins.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE};
use crate::ids::{ConsultationId, ConversationId, PatientId, ProviderId};

/// The form "New conversation"; without a provider it is with the whole staff.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewConversation {
    pub patient_id: PatientId,
    pub provider_id: Option<ProviderId>,
    /// The visit that it is about.
    pub consultation_id: Option<ConsultationId>,
    pub subject: String,
}

/// Opens a conversation with a patient. Problems: `subject`, and `patientId`, `providerId` or
/// `consultationId` of somebody or something that is not there.
pub fn open(tx: &Tx, new: &NewConversation) -> Result<ConversationId> {
    let mut form = Form::default();
    let subject = form.required("subject", &new.subject, LINE);
    let exists =
        |sql: &str, id: uuid::Uuid| -> Result<bool> { Ok(tx.prepare_cached(sql)?.query_row([id], |row| row.get(0))?) };
    if !exists("SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)", new.patient_id.0)? {
        form.problem("patientId", Code::NotFound, None);
    }
    if let Some(provider) = new.provider_id
        && !exists("SELECT EXISTS (SELECT 1 FROM providers WHERE id = ?1 AND deleted_at IS NULL)", provider.0)?
    {
        form.problem("providerId", Code::NotFound, None);
    }
    if let Some(consultation) = new.consultation_id {
        let theirs: bool = tx.query_row(
            concat!(
                "SELECT EXISTS (SELECT 1 FROM consultations WHERE id = ?2 AND patient_id IN ",
                crate::patients::same_person!(),
                ")"
            ),
            params![new.patient_id, consultation],
            |row| row.get(0),
        )?;
        if !theirs {
            form.problem("consultationId", Code::NotFound, None);
        }
    }
    form.finish()?;
    let id = ConversationId(tx.new_id());
    tx.execute(
        "INSERT INTO conversations (id, tenant_id, provider_id, patient_id, consultation_id, subject, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        params![
            id,
            tx.device.tenant,
            new.provider_id,
            new.patient_id,
            new.consultation_id,
            subject,
            tx.actor.user(),
            tx.now
        ],
    )?;
    Ok(id)
}
