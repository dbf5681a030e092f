//! Money goes back: a row of its own that names the payment.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::money::Money;
use crate::billing::payment::{Entry, Payment, PaymentMethod, insert, payment};
use crate::billing::standing::{PaymentKind, TransactionStatus};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::PaymentId;

/// The form of a refund.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewRefund {
    pub payment_id: PaymentId,
    /// As typed, in the payment's currency.
    pub amount: String,
    /// Left out: the way it was paid.
    pub method: Option<PaymentMethod>,
    pub reason: String,
}

/// Gives back a payment or a deposit, whole or in part; never more than came and is still here.
pub fn refund(tx: &Tx, new: &NewRefund) -> Result<Payment> {
    let paid = payment(tx, new.payment_id)?;
    let mut form = Form::default();
    let money = Money::parse(&new.amount, &paid.amount.currency).filter(|money| money.minor > 0);
    if money.is_none() {
        form.problem("amount", Code::NotAnAmount, None);
    }
    let note = form.required("reason", &new.reason, LINE);
    form.finish()?;
    let money = money.ok_or(Code::NotAnAmount)?;
    let left = left(tx, &paid)?;
    if money.minor > left {
        return Err(Error::with(Code::MoreThanPaid, Money::new(left, &money.currency).spoken()));
    }
    insert(
        tx,
        &Entry {
            clinic: paid.clinic_id,
            patient: paid.patient_id,
            invoice: paid.invoice_id,
            appointment: paid.appointment_id,
            kind: PaymentKind::Refund,
            money: &money,
            method: new.method.unwrap_or(paid.method),
            status: TransactionStatus::Success,
            provider: paid.provider,
            reference: None,
            refund_of: Some(paid.id),
            note: Some(note),
        },
    )
}

/// What of a payment has not been given back, in minor units; nothing of one that never succeeded.
fn left(conn: &Connection, paid: &Payment) -> Result<i64> {
    if paid.kind == PaymentKind::Refund || paid.status != TransactionStatus::Success {
        return Ok(0);
    }
    let left: i64 = conn
        .prepare_cached(
            "SELECT amount_minor - coalesce((SELECT sum(amount_minor) FROM payments AS back
                                             WHERE back.refund_of_id = payments.id AND back.status <> 'failed'), 0)
             FROM payments WHERE id = ?1",
        )?
        .query_row([paid.id], |row| row.get(0))?;
    Ok(left.max(0))
}
