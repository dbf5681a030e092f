//! A bill as a receipt shows it: where it stood when that money moved.

use rusqlite::{Connection, OptionalExtension};

use crate::billing::invoice::{InvoiceLine, invoice};
use crate::billing::money::{Money, MoneyText};
use crate::billing::standing::{Movement, standing};
use crate::billing::{balance, payment};
use crate::error::Result;
use crate::ids::{InvoiceId, PaymentId};

/// An invoice around one of its payments.
#[derive(Debug, Clone, PartialEq)]
pub struct BillAsOf {
    pub number: String,
    pub lines: Vec<InvoiceLine>,
    pub total: MoneyText,
    /// What had been paid, less what had been given back, before this payment.
    pub paid_before: MoneyText,
    /// What was still to be paid after it. A receipt that is printed again says the same.
    pub owed: MoneyText,
}

/// The bill as it stood when a payment of it was taken.
pub fn as_of(conn: &Connection, id: InvoiceId, at: PaymentId) -> Result<BillAsOf> {
    let whole = invoice(conn, id)?;
    let currency = whole.summary.balance.total.currency.clone();
    let lines = balance::line_amounts(conn, id)?;
    let mut movements: Vec<Movement> = Vec::new();
    let mut before = standing(&lines, &movements)?;
    for one in &whole.payments {
        let moved = conn
            .prepare_cached("SELECT kind, status, amount_minor FROM payments WHERE id = ?1")?
            .query_row([one.id], Movement::from_row)?;
        movements.push(moved);
        if one.id == at {
            break;
        }
        before = standing(&lines, &movements)?;
    }
    let after = standing(&lines, &movements)?;
    let text = |minor| Money::new(minor, &currency).text();
    Ok(BillAsOf {
        number: whole.summary.number,
        lines: whole.lines,
        total: text(after.total),
        paid_before: text(before.paid - before.refunded),
        owed: text(after.owed()),
    })
}

/// Who took or gave back the money.
pub fn received_by(conn: &Connection, id: PaymentId) -> Result<Option<String>> {
    payment(conn, id)?;
    Ok(conn
        .prepare_cached(
            "SELECT full_name FROM payments JOIN profiles ON profiles.user_id = received_by WHERE payments.id = ?1 LIMIT 1",
        )?
        .query_row([id], |row| row.get("full_name"))
        .optional()?)
}
