//! A PC that was taken out, or let in again, as the clinic's records say it. The hub sees to it, and has
//! done so when this is written: a PC whose entry has not come here yet is passed over.

use rusqlite::params;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{DeviceId, Instant};

/// Notes that a PC was taken out: whoever looks at the log finds there who did it, and when.
pub fn mark_device_out(tx: &Tx, device: DeviceId) -> Result<()> {
    mark(tx, device, Some(tx.now))
}

/// Notes that a PC was let in again.
pub fn mark_device_in(tx: &Tx, device: DeviceId) -> Result<()> {
    mark(tx, device, None)
}

fn mark(tx: &Tx, device: DeviceId, out: Option<Instant>) -> Result<()> {
    let sql = "UPDATE devices SET revoked_at = ?1, updated_at = ?2 WHERE id = ?3";
    tx.execute(sql, params![out, tx.now, device])?;
    Ok(())
}
