//! Money comes in: at the desk, or announced by a payment provider that confirms it later.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::balance;
use crate::billing::invoice::{self, InvoiceStatus, head};
use crate::billing::money::Money;
use crate::billing::payment::{Entry, Payment, PaymentMethod, insert};
use crate::billing::standing::{PaymentKind, TransactionStatus};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{AppointmentId, ClinicId, InvoiceId, PatientId};
use crate::scheduling::AppointmentStatus;
use crate::tenancy;

/// The form of a payment. It is for an invoice, or for an appointment: then it is a deposit as long
/// as the appointment has no invoice.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewPayment {
    pub invoice_id: Option<InvoiceId>,
    pub appointment_id: Option<AppointmentId>,
    /// As typed, in the invoice's currency.
    pub amount: String,
    pub method: PaymentMethod,
    /// The payment provider's name; needed for a payment that is confirmed later.
    pub provider: String,
    pub transaction_reference: String,
    pub note: String,
}

/// What is paid for.
struct Purpose {
    clinic: ClinicId,
    patient: PatientId,
    invoice: Option<InvoiceId>,
    appointment: Option<AppointmentId>,
    currency: String,
    /// In minor units; `None` for a deposit, whose bill nobody knows yet.
    owed: Option<i64>,
}

/// Takes money that is there. A part is allowed, more than is owed is not.
pub fn take_payment(tx: &Tx, new: &NewPayment) -> Result<Payment> {
    record(tx, new, TransactionStatus::Success)
}

/// Notes a payment that a provider carries out; [`super::confirm`] says how it ended. Until then
/// nothing counts as paid.
pub fn initiate_payment(tx: &Tx, new: &NewPayment) -> Result<Payment> {
    record(tx, new, TransactionStatus::Initiated)
}

fn record(tx: &Tx, new: &NewPayment, status: TransactionStatus) -> Result<Payment> {
    let later = status == TransactionStatus::Initiated;
    let purpose = purpose(tx, new)?;
    let mut form = Form::default();
    let money = Money::parse(&new.amount, &purpose.currency).filter(|money| money.minor > 0);
    if money.is_none() {
        form.problem("amount", Code::NotAnAmount, None);
    }
    let text = |form: &mut Form, field: &str, text: &str| match later {
        true => Some(form.required(field, text, NAME)).filter(|text| !text.is_empty()),
        false => form.optional(field, text, NAME),
    };
    let provider = text(&mut form, "provider", &new.provider);
    let reference = text(&mut form, "transactionReference", &new.transaction_reference);
    if let Some(reference) = &reference
        && is_known(tx, reference, provider.as_deref())?
    {
        form.problem("transactionReference", Code::AlreadyUsed, None);
    }
    // Coins cannot come later.
    if later && new.method == PaymentMethod::Cash {
        form.problem("method", Code::NotAllowed, None);
    }
    let note = form.optional("note", &new.note, LINE);
    form.finish()?;
    let money = money.ok_or(Code::NotAnAmount)?;
    if let Some(owed) = purpose.owed.filter(|owed| money.minor > *owed) {
        return Err(Error::with(Code::MoreThanOwed, Money::new(owed, &purpose.currency).spoken()));
    }
    let kind = if purpose.invoice.is_some() { PaymentKind::Payment } else { PaymentKind::Deposit };
    insert(
        tx,
        &Entry {
            clinic: purpose.clinic,
            patient: purpose.patient,
            invoice: purpose.invoice,
            appointment: purpose.appointment,
            kind,
            money: &money,
            method: new.method,
            status,
            provider,
            reference,
            refund_of: None,
            note,
        },
    )
}

fn purpose(conn: &Connection, new: &NewPayment) -> Result<Purpose> {
    let invoice = match (new.invoice_id, new.appointment_id) {
        (Some(invoice), _) => invoice,
        (None, Some(appointment)) => match invoice::standing_of(conn, appointment)? {
            Some(invoice) => invoice,
            None => return deposit(conn, appointment),
        },
        (None, None) => {
            let mut form = Form::default();
            form.problem("invoiceId", Code::Required, None);
            form.finish()?;
            return Err(Code::Required.into());
        }
    };
    let head = head(conn, invoice)?;
    if head.status == InvoiceStatus::Void {
        return Err(Code::InvoiceVoid.into());
    }
    Ok(Purpose {
        clinic: head.clinic,
        patient: head.patient,
        invoice: Some(head.id),
        appointment: head.appointment,
        owed: Some(balance::standing_of_invoice(conn, head.id)?.owed()),
        currency: head.currency,
    })
}

fn deposit(conn: &Connection, appointment: AppointmentId) -> Result<Purpose> {
    let found: Option<(ClinicId, PatientId, AppointmentStatus)> = conn
        .prepare_cached("SELECT clinic_id, patient_id, status FROM appointments WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([appointment], |row| Ok((row.get("clinic_id")?, row.get("patient_id")?, row.get("status")?)))
        .optional()?;
    let (clinic, patient, status) = found.ok_or(Code::NotFound)?;
    if matches!(status, AppointmentStatus::Cancelled | AppointmentStatus::NoShow) {
        return Err(Error::with(Code::IllegalTransition, status.name()));
    }
    let currency = tenancy::tenant(conn)?.currency;
    Ok(Purpose { clinic, patient, invoice: None, appointment: Some(appointment), currency, owed: None })
}

/// Whether a provider's reference stands for a payment already.
fn is_known(conn: &Connection, reference: &str, provider: Option<&str>) -> Result<bool> {
    Ok(conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM payments WHERE transaction_reference = ?1 AND provider IS ?2)")?
        .query_row((reference, provider), |row| row.get(0))?)
}
