//! Closing a site, and opening it again.

use rusqlite::params;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::ClinicId;
use crate::tenancy::{Clinic, clinic};

/// Closes a site: it is offered nowhere any more, and everything done there stays. Not the last one
/// (`LastOne`), and none with appointments to come (`StillBooked`, with how many).
pub fn deactivate_clinic(tx: &Tx, id: ClinicId) -> Result<Clinic> {
    clinic(tx, id)?;
    let others: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM clinics WHERE id <> ?1 AND active = 1 AND deleted_at IS NULL)",
        [id],
        |row| row.get(0),
    )?;
    if !others {
        return Err(Code::LastOne.into());
    }
    let to_come: i64 = tx.query_row(
        "SELECT count(*) FROM appointments WHERE clinic_id = ?1 AND scheduled_start >= ?2
         AND status IN ('requested', 'scheduled', 'confirmed') AND deleted_at IS NULL",
        params![id, tx.now],
        |row| row.get(0),
    )?;
    if to_come > 0 {
        return Err(Error::with(Code::StillBooked, to_come.to_string()));
    }
    set_active(tx, id, false)
}

pub fn reactivate_clinic(tx: &Tx, id: ClinicId) -> Result<Clinic> {
    clinic(tx, id)?;
    set_active(tx, id, true)
}

fn set_active(tx: &Tx, id: ClinicId, active: bool) -> Result<Clinic> {
    tx.execute("UPDATE clinics SET active = ?1, updated_at = ?2 WHERE id = ?3", params![active, tx.now, id])?;
    clinic(tx, id)
}
