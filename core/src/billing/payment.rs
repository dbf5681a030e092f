//! One movement of money. Its amount never changes; only whether it succeeded does.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::money::{Money, MoneyText};
use crate::billing::standing::{Movement, PaymentKind, TransactionStatus};
use crate::billing::{cash_session, numbers};
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{AppointmentId, ClinicId, Instant, InvoiceId, PatientId, PaymentId};
use crate::page::{Page, PageRequest};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    Cash,
    Card,
    BankTransfer,
    MobileMoney,
    Online,
    Insurance,
    Other,
}

crate::ids::named_values!(PaymentMethod {
    Cash = "cash",
    Card = "card",
    BankTransfer = "bank_transfer",
    MobileMoney = "mobile_money",
    Online = "online",
    Insurance = "insurance",
    Other = "other",
});

/// A payment, a deposit or a refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    pub id: PaymentId,
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub invoice_id: Option<InvoiceId>,
    pub appointment_id: Option<AppointmentId>,
    pub kind: PaymentKind,
    pub amount: MoneyText,
    pub method: PaymentMethod,
    pub status: TransactionStatus,
    /// Who carries it out, for an online payment.
    pub provider: Option<String>,
    pub transaction_reference: Option<String>,
    /// Why it failed, in the provider's words.
    pub failure: Option<String>,
    pub refund_of_id: Option<PaymentId>,
    /// Absent while an online payment waits; its receipt is the transaction reference.
    pub receipt_number: Option<String>,
    pub note: Option<String>,
    pub received_at: Instant,
    pub settled_at: Option<Instant>,
}

impl Payment {
    pub(super) fn from_row(row: &Row) -> rusqlite::Result<Payment> {
        let currency: String = row.get("currency")?;
        Ok(Payment {
            id: row.get("id")?,
            clinic_id: row.get("clinic_id")?,
            patient_id: row.get("patient_id")?,
            invoice_id: row.get("invoice_id")?,
            appointment_id: row.get("appointment_id")?,
            kind: row.get("kind")?,
            amount: Money::new(row.get("amount_minor")?, &currency).text(),
            method: row.get("method")?,
            status: row.get("status")?,
            provider: row.get("provider")?,
            transaction_reference: row.get("transaction_reference")?,
            failure: row.get("failure")?,
            refund_of_id: row.get("refund_of_id")?,
            receipt_number: row.get("receipt_number")?,
            note: row.get("note")?,
            received_at: row.get("received_at")?,
            settled_at: row.get("settled_at")?,
        })
    }
}

impl Movement {
    pub(super) fn from_row(row: &Row) -> rusqlite::Result<Movement> {
        Ok(Movement { kind: row.get("kind")?, status: row.get("status")?, minor: row.get("amount_minor")? })
    }
}

pub fn payment(conn: &Connection, id: PaymentId) -> Result<Payment> {
    conn.prepare_cached("SELECT * FROM payments WHERE id = ?1")?
        .query_row([id], Payment::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// Everything that a patient, under whichever record, paid or got back; the latest first.
pub fn payments_of_patient(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<Payment>> {
    let mut statement = conn.prepare_cached(include_str!("payments_of_patient.sql"))?;
    let rows = statement.query_map(params![patient, page.sql_limit(), page.sql_offset()], Payment::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// What is written down of a movement, checked by the caller.
pub(super) struct Entry<'a> {
    pub clinic: ClinicId,
    pub patient: PatientId,
    pub invoice: Option<InvoiceId>,
    pub appointment: Option<AppointmentId>,
    pub kind: PaymentKind,
    pub money: &'a Money,
    pub method: PaymentMethod,
    pub status: TransactionStatus,
    pub provider: Option<String>,
    pub reference: Option<String>,
    pub refund_of: Option<PaymentId>,
    pub note: Option<String>,
}

/// Writes a movement; one that succeeded gets a receipt number, and cash goes through this PC's till
/// if one is open.
pub(super) fn insert(tx: &Tx, entry: &Entry) -> Result<Payment> {
    let done = entry.status == TransactionStatus::Success;
    let receipt = match done {
        true => Some(numbers::next_receipt(tx, numbers::day(tx, entry.clinic)?)?),
        false => None,
    };
    let till = match entry.method {
        PaymentMethod::Cash => cash_session::open_here(tx, &entry.money.currency)?,
        _ => None,
    };
    let id = PaymentId(tx.new_id());
    tx.prepare_cached(include_str!("insert_payment.sql"))?.execute(named_params! {
        ":id": id,
        ":tenant": tx.device.tenant,
        ":clinic": entry.clinic,
        ":patient": entry.patient,
        ":invoice": entry.invoice,
        ":appointment": entry.appointment,
        ":kind": entry.kind,
        ":amount": entry.money.minor,
        ":currency": entry.money.currency,
        ":method": entry.method,
        ":status": entry.status,
        ":provider": entry.provider,
        ":reference": entry.reference,
        ":refund_of": entry.refund_of,
        ":till": till,
        ":receipt": receipt,
        ":note": entry.note,
        ":user": tx.actor.user(),
        ":now": tx.now,
        ":settled": done.then_some(tx.now),
    })?;
    payment(tx, id)
}
