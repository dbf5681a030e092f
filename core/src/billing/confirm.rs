//! A payment provider says how a payment ended. It may say so more than once, and in any order.

use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::payment::{Payment, payment};
use crate::billing::standing::TransactionStatus;
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::PaymentId;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Success,
    Failed,
}

/// What a provider says of one payment.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Confirmation {
    pub transaction_reference: String,
    pub provider: String,
    pub outcome: Outcome,
    /// Why it failed, in the provider's words.
    pub failure: String,
}

/// Settles an initiated payment. The same outcome again gives the same answer; another one is
/// [`Code::AlreadySettled`]; a reference that this clinic never gave out is [`Code::UnknownReference`].
pub fn confirm(tx: &Tx, said: &Confirmation) -> Result<Payment> {
    let mut form = Form::default();
    let reference = form.required("transactionReference", &said.transaction_reference, NAME);
    let provider = form.required("provider", &said.provider, NAME);
    let failure = form.optional("failure", &said.failure, LINE);
    form.finish()?;
    let id: Option<PaymentId> = tx
        .prepare_cached(
            "SELECT id FROM payments WHERE transaction_reference = ?1 AND provider = ?2 AND kind <> 'refund' ORDER BY id LIMIT 1",
        )?
        .query_row(params![reference, provider], |row| row.get("id"))
        .optional()?;
    let known = payment(tx, id.ok_or_else(|| Error::with(Code::UnknownReference, reference))?)?;
    let status = match said.outcome {
        Outcome::Success => TransactionStatus::Success,
        Outcome::Failed => TransactionStatus::Failed,
    };
    if known.status == status {
        return Ok(known);
    }
    if known.status != TransactionStatus::Initiated {
        return Err(Error::with(Code::AlreadySettled, known.status.name()));
    }
    let failure = failure.filter(|_| status == TransactionStatus::Failed);
    tx.execute(
        "UPDATE payments SET status = ?1, settled_at = ?2, failure = ?3, updated_at = ?2 WHERE id = ?4",
        params![status, tx.now, failure, known.id],
    )?;
    payment(tx, known.id)
}
