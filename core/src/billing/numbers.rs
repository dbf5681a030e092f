//! Numbers of invoices and receipts: a running number of this PC's lane and the year, so that two PCs
//! apart never give out the same one.

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ClinicId, LocalDate};
use crate::{running_number, tenancy};

/// The day at a site, whose year is in the numbers.
pub(super) fn day(tx: &Tx, clinic: ClinicId) -> Result<LocalDate> {
    Ok(tx.now.day(tenancy::clinic(tx, clinic)?.zone()))
}

/// `A-2026-0001`.
pub(super) fn next_invoice(tx: &Tx, day: LocalDate) -> Result<String> {
    let prefix = format!("{}-{}-", tx.device.lane, day.0.format("%Y"));
    let last = running_number::highest(tx, "invoices", "number", &prefix)?;
    Ok(format!("{prefix}{:04}", last.unwrap_or(0) + 1))
}

/// `A-2026-R0001`, for payments, deposits and refunds alike.
pub(super) fn next_receipt(tx: &Tx, day: LocalDate) -> Result<String> {
    let prefix = format!("{}-{}-R", tx.device.lane, day.0.format("%Y"));
    let last = running_number::highest(tx, "payments", "receipt_number", &prefix)?;
    Ok(format!("{prefix}{:04}", last.unwrap_or(0) + 1))
}
