//! A doctor goes on where the assistant stopped.

use rusqlite::{OptionalExtension, params};

use crate::consultations::open::begin;
use crate::consultations::{Consultation, Mode, consultation, open_one};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::{ConsultationId, ProviderId};

/// Makes the assistant's triage a visit with the doctor who is signed in. Only a doctor can
/// ([`Code::NotAllowed`]), once, and into a mode with a doctor in it.
pub fn take_over(tx: &Tx, id: ConsultationId, mode: Mode) -> Result<Consultation> {
    let current = open_one(tx, id)?;
    if current.mode != Mode::Ai || mode == Mode::Ai {
        return Err(Error::with(Code::IllegalTransition, current.mode.name()));
    }
    let provider: Option<ProviderId> = tx
        .query_row(
            "SELECT id FROM providers WHERE user_id = ?1 AND approval = 'approved' AND active = 1 AND deleted_at IS NULL",
            [tx.user()?],
            |row| row.get("id"),
        )
        .optional()?;
    by(tx, &current, provider.ok_or(Code::NotAllowed)?, mode)
}

pub(super) fn by(tx: &Tx, current: &Consultation, provider: ProviderId, mode: Mode) -> Result<Consultation> {
    begin(tx, current.appointment_id, current.patient_id, mode)?;
    tx.execute(
        "UPDATE consultations SET mode = ?1, provider_id = ?2, updated_at = ?3 WHERE id = ?4",
        params![mode, provider, tx.now, current.id],
    )?;
    consultation(tx, current.id)
}
