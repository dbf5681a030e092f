//! A visit ends.

use rusqlite::params;

use crate::consultations::{Consultation, Mode, consultation, open_one};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::ConsultationId;
use crate::scheduling::{self, AppointmentStatus};

/// Ends a visit. The end of the assistant's questions is not the end of the visit that they prepare.
pub fn finish(tx: &Tx, id: ConsultationId) -> Result<Consultation> {
    let current = open_one(tx, id)?;
    if current.mode != Mode::Ai {
        scheduling::set_status(tx, current.appointment_id, AppointmentStatus::Completed, None)?;
    }
    tx.execute("UPDATE consultations SET ended_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    consultation(tx, id)
}
