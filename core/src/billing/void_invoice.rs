//! Taking an invoice back: it stays, with its number and the reason.

use rusqlite::params;

use crate::billing::invoice::{Invoice, InvoiceStatus, head, invoice};
use crate::billing::money::Money;
use crate::billing::standing::{Movement, standing};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::InvoiceId;

/// Voids an invoice. Money that was paid on it must be given back first
/// ([`Code::AlreadySettled`] with the amount); a deposit stays with the appointment and counts to its
/// next invoice.
pub fn void_invoice(tx: &Tx, id: InvoiceId, reason: &str) -> Result<Invoice> {
    let mut form = Form::default();
    let reason = form.required("reason", reason, LINE);
    form.finish()?;
    let head = head(tx, id)?;
    if head.status == InvoiceStatus::Void {
        return Err(Code::InvoiceVoid.into());
    }
    let movements: Vec<Movement> = tx
        .prepare_cached(
            "SELECT kind, status, amount_minor FROM payments WHERE invoice_id = ?1 ORDER BY received_at, id",
        )?
        .query_map([id], Movement::from_row)?
        .collect::<rusqlite::Result<_>>()?;
    let kept = standing(&[], &movements)?.credit();
    if kept > 0 {
        return Err(Error::with(Code::AlreadySettled, Money::new(kept, &head.currency).spoken()));
    }
    tx.execute(
        "UPDATE invoices SET status = 'void', void_reason = ?1, updated_at = ?2 WHERE id = ?3",
        params![reason, tx.now, id],
    )?;
    invoice(tx, id)
}
