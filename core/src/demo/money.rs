//! What the demo's visits cost, and what was said of one of them.

use crate::LocalDate;
use crate::billing::{self, NewInvoice, NewLine, NewPayment, PaymentMethod};
use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, UserId};
use crate::reviews::{self, NewReview};

struct Seen {
    appointment: AppointmentId,
    clinic: ClinicId,
    patient: PatientId,
    provider: ProviderId,
    end: Instant,
}

/// Every finished visit has its invoice, paid but for the last one; one visit to come has a deposit, and
/// one patient was content.
pub fn take(tx: &Tx, desk: UserId, today: LocalDate) -> Result<()> {
    let seen = visits(tx, "completed")?;
    let last = seen.len().saturating_sub(1);
    for (index, visit) in seen.iter().enumerate() {
        let desk = tx.as_if(desk, visit.end.min(tx.now));
        let invoice = billing::issue_invoice(&desk, &consultation_fee(visit, today))?;
        if index < last || index == 0 {
            let method = [PaymentMethod::Cash, PaymentMethod::Card, PaymentMethod::MobileMoney][index % 3];
            let paid = NewPayment { invoice_id: Some(invoice.summary.id), ..payment("500", method) };
            billing::take_payment(&desk, &paid)?;
        }
    }
    if let Some(visit) = visits(tx, "confirmed")?.first() {
        let deposit = NewPayment { appointment_id: Some(visit.appointment), ..payment("200", PaymentMethod::Cash) };
        billing::take_payment(&tx.as_if(desk, tx.now), &deposit)?;
    }
    if let Some(visit) = seen.first() {
        let review = NewReview {
            appointment_id: visit.appointment,
            patient_id: visit.patient,
            provider_id: visit.provider,
            rating: 5,
            text: "She listened, and explained everything twice.".into(),
        };
        let written = reviews::write(&tx.as_if(desk, visit.end.plus_minutes(24 * 60).min(tx.now)), &review)?;
        reviews::moderate(tx, written.id, true)?;
    }
    Ok(())
}

fn visits(tx: &Tx, status: &str) -> Result<Vec<Seen>> {
    let mut statement = tx.prepare(
        "SELECT id, clinic_id, patient_id, provider_id, scheduled_end FROM appointments
         WHERE status = ?1 AND deleted_at IS NULL ORDER BY scheduled_start",
    )?;
    let rows = statement.query_map([status], |row| {
        Ok(Seen {
            appointment: row.get("id")?,
            clinic: row.get("clinic_id")?,
            patient: row.get("patient_id")?,
            provider: row.get("provider_id")?,
            end: row.get("scheduled_end")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn consultation_fee(visit: &Seen, today: LocalDate) -> NewInvoice {
    let line =
        NewLine { description: "Consultation".into(), quantity: 1, unit_price: "500".into(), ..NewLine::default() };
    NewInvoice {
        clinic_id: visit.clinic,
        patient_id: visit.patient,
        appointment_id: Some(visit.appointment),
        lines: vec![line],
        due_on: today.to_string(),
        note: String::new(),
    }
}

fn payment(amount: &str, method: PaymentMethod) -> NewPayment {
    NewPayment {
        invoice_id: None,
        appointment_id: None,
        amount: amount.into(),
        method,
        provider: String::new(),
        transaction_reference: String::new(),
        note: String::new(),
    }
}
