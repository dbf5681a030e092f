//! A review is of a visit that took place.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::consultations::one_person;
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, TEXT};
use crate::ids::{AppointmentId, PatientId, ProviderId, ReviewId};
use crate::reviews::{Review, review};
use crate::scheduling::AppointmentStatus;

/// The form of a review.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewReview {
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    /// From 1 to 5.
    pub rating: u32,
    pub text: String,
}

/// Writes a review. It needs a completed visit of this patient with this doctor ([`Code::NoVisit`]), is
/// the only one of that visit ([`Code::AlreadyReviewed`]) and stays hidden until it is moderated.
pub fn write(tx: &Tx, new: &NewReview) -> Result<Review> {
    let mut form = Form::default();
    let rating = form.within("rating", new.rating, 1, 5);
    let text = form.optional("text", &new.text, TEXT);
    form.finish()?;
    let visit: Option<(PatientId, ProviderId)> = tx
        .query_row(
            "SELECT patient_id, provider_id FROM appointments WHERE id = ?1 AND status = ?2 AND deleted_at IS NULL",
            (new.appointment_id, AppointmentStatus::Completed),
            |row| Ok((row.get("patient_id")?, row.get("provider_id")?)),
        )
        .optional()?;
    let (patient, provider) = visit.ok_or(Code::NoVisit)?;
    if provider != new.provider_id || !one_person(tx, patient, new.patient_id)? {
        return Err(Code::NoVisit.into());
    }
    let reviewed: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM reviews WHERE appointment_id = ?1 AND deleted_at IS NULL)",
        [new.appointment_id],
        |row| row.get(0),
    )?;
    if reviewed {
        return Err(Code::AlreadyReviewed.into());
    }
    let id = ReviewId(tx.new_id());
    tx.execute(
        "INSERT INTO reviews (id, tenant_id, provider_id, patient_id, appointment_id, rating, text, visible, created_at, updated_at)
         VALUES (:id, :tenant, :provider, :patient, :appointment, :rating, :text, 0, :now, :now)",
        named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":provider": provider,
            ":patient": patient,
            ":appointment": new.appointment_id,
            ":rating": rating,
            ":text": text,
            ":now": tx.now,
        },
    )?;
    review(tx, id)
}
