//! A correction: a new prescription that takes the place of an old one, which stays as it was issued
//! (domain.md, ruling 8).

use rusqlite::OptionalExtension;

use crate::consultations::{self, one_person};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::{ConsultationId, PatientId, PrescriptionId, ProviderId};
use crate::prescriptions::issue::{Superseded, issue_in_place_of};
use crate::prescriptions::{PrescriptionDraft, PrescriptionSummary};

/// Issues a draft in place of `old`. Only the newest of a chain of corrections can be corrected
/// ([`Code::AlreadySuperseded`] with the number of the newer one), and only for the same patient, under
/// whichever record ([`Code::NotFound`]).
pub fn supersede(
    tx: &Tx,
    old: PrescriptionId,
    consultation: ConsultationId,
    draft: &PrescriptionDraft,
    provider: ProviderId,
) -> Result<PrescriptionSummary> {
    let found: Option<(PatientId, String)> = tx
        .query_row("SELECT patient_id, number FROM prescriptions WHERE id = ?1", [old], |row| {
            Ok((row.get("patient_id")?, row.get("number")?))
        })
        .optional()?;
    let (patient, number) = found.ok_or(Code::NotFound)?;
    if !one_person(tx, patient, consultations::consultation(tx, consultation)?.patient_id)? {
        return Err(Code::NotFound.into());
    }
    let later: Option<String> = tx
        .query_row("SELECT number FROM prescriptions WHERE supersedes_id = ?1 ORDER BY id LIMIT 1", [old], |row| {
            row.get("number")
        })
        .optional()?;
    if let Some(later) = later {
        return Err(Error::with(Code::AlreadySuperseded, later));
    }
    issue_in_place_of(tx, consultation, draft, provider, Some(Superseded { id: old, number }))
}
