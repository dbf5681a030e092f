//! An invoice is issued whole: its lines never change. A wrong one is voided and issued anew.

use rusqlite::{Connection, OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::invoice::{self, Invoice, invoice};
use crate::billing::money::{MOST_MINOR, Money, MoneyText};
use crate::billing::numbers;
use crate::billing::standing::LineAmount;
use crate::consultations::one_person;
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, TEXT};
use crate::ids::{AppointmentId, ClinicId, InvoiceId, PatientId, ServiceId};
use crate::tenancy;

/// More is a slip of the finger.
const MOST_LINES: usize = 100;
const MOST_PIECES: u32 = 1_000;

/// The form of an invoice, amounts as typed in the clinic's currency.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewInvoice {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub appointment_id: Option<AppointmentId>,
    pub lines: Vec<NewLine>,
    pub due_on: String,
    pub note: String,
}

/// A line: a service at its price, or words with a price of their own.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewLine {
    pub service_id: Option<ServiceId>,
    /// May be left out where there is a service.
    pub description: String,
    pub quantity: u32,
    /// Left out where there is a service: a service costs what its list says. Less is a discount.
    pub unit_price: String,
    /// Of the whole line.
    pub discount: String,
    /// Of the whole line.
    pub tax: String,
}

/// What an invoice would come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InvoicePreview {
    /// One for each line, in their order.
    pub lines: Vec<MoneyText>,
    pub total: MoneyText,
}

struct Line {
    service: Option<ServiceId>,
    description: String,
    amount: LineAmount,
}

struct Service {
    name: String,
    price_minor: i64,
    currency: String,
}

/// Issues an invoice under the next number of this PC's lane and year. An appointment has one invoice
/// that stands; deposits taken for it count to that one.
pub fn issue_invoice(tx: &Tx, new: &NewInvoice) -> Result<Invoice> {
    let currency = tenancy::tenant(tx)?.currency;
    let mut form = Form::default();
    let due_on = form.day("dueOn", &new.due_on);
    let note = form.optional("note", &new.note, TEXT);
    let (lines, _) = read_lines(tx, &mut form, &new.lines, &currency)?;
    let clinic = match new.appointment_id {
        Some(appointment) => site_of(tx, &mut form, appointment, new.patient_id)?,
        None => Some(new.clinic_id),
    };
    form.finish()?;
    if lines.is_empty() {
        return Err(Code::NothingToIssue.into());
    }
    known_patient(tx, new.patient_id)?;
    let clinic = tenancy::clinic(tx, clinic.unwrap_or(new.clinic_id))?.id;
    let id = InvoiceId(tx.new_id());
    tx.prepare_cached(
        "INSERT INTO invoices (id, tenant_id, clinic_id, patient_id, appointment_id, number, status, currency, issued_at, due_on,
                               note, issued_by, created_at, updated_at)
         VALUES (:id, :tenant, :clinic, :patient, :appointment, :number, 'issued', :currency, :now, :due, :note, :by, :now, :now)",
    )?
    .execute(named_params! {
        ":id": id,
        ":tenant": tx.device.tenant,
        ":clinic": clinic,
        ":patient": new.patient_id,
        ":appointment": new.appointment_id,
        ":number": numbers::next_invoice(tx, numbers::day(tx, clinic)?)?,
        ":currency": currency,
        ":due": due_on,
        ":note": note,
        ":by": tx.user()?,
        ":now": tx.now,
    })?;
    for (position, line) in (1_u32..).zip(&lines) {
        insert_line(tx, id, position, line)?;
    }
    invoice(tx, id)
}

/// What these lines come to while they are being typed, without issuing anything.
///
/// # Errors
/// What is wrong with a line, by `lines.0.unitPrice` and the like, as [`issue_invoice`] would say it.
pub fn preview_invoice(conn: &Connection, lines: &[NewLine]) -> Result<InvoicePreview> {
    let currency = tenancy::tenant(conn)?.currency;
    let mut form = Form::default();
    let (lines, total) = read_lines(conn, &mut form, lines, &currency)?;
    form.finish()?;
    let text = |minor| Money::new(minor, &currency).text();
    let each = lines.iter().map(|line| Ok(text(line.amount.total()?))).collect::<Result<_>>()?;
    Ok(InvoicePreview { lines: each, total: text(total) })
}

/// The lines and their sum in minor units.
fn read_lines(conn: &Connection, form: &mut Form, typed: &[NewLine], currency: &str) -> Result<(Vec<Line>, i64)> {
    if typed.len() > MOST_LINES {
        form.problem("lines", Code::OutOfRange, Some(MOST_LINES as u32));
    }
    let mut lines = Vec::new();
    let mut total: i64 = 0;
    for (index, line) in typed.iter().take(MOST_LINES).enumerate() {
        let line = read_line(conn, form, &format!("lines.{index}"), line, currency)?;
        total += line.amount.total()?;
        lines.push(line);
    }
    if total > MOST_MINOR {
        form.problem("lines", Code::NotAnAmount, None);
    }
    Ok((lines, total))
}

fn insert_line(tx: &Tx, invoice: InvoiceId, position: u32, line: &Line) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO invoice_lines (id, tenant_id, invoice_id, position, service_id, description, quantity, unit_price_minor,
                                    discount_minor, tax_minor, created_at, updated_at)
         VALUES (:id, :tenant, :invoice, :position, :service, :description, :quantity, :price, :discount, :tax, :now, :now)",
    )?
    .execute(named_params! {
        ":id": tx.new_id(),
        ":tenant": tx.device.tenant,
        ":invoice": invoice,
        ":position": position,
        ":service": line.service,
        ":description": line.description,
        ":quantity": line.amount.quantity,
        ":price": line.amount.unit_price,
        ":discount": line.amount.discount,
        ":tax": line.amount.tax,
        ":now": tx.now,
    })?;
    Ok(())
}

fn read_line(conn: &Connection, form: &mut Form, at: &str, line: &NewLine, currency: &str) -> Result<Line> {
    let quantity = form.within(&format!("{at}.quantity"), line.quantity, 1, MOST_PIECES);
    let service = match line.service_id {
        Some(id) => service(conn, id)?,
        None => None,
    };
    let (description, unit_price) = match (&service, line.service_id) {
        (Some(service), _) => {
            if service.currency != currency {
                form.problem(&format!("{at}.serviceId"), Code::CurrencyDiffers, None);
            }
            let typed = amount(form, &format!("{at}.unitPrice"), &line.unit_price, currency);
            if !line.unit_price.trim().is_empty() && typed != service.price_minor {
                form.problem(&format!("{at}.unitPrice"), Code::NotAllowed, None);
            }
            let own = form.optional(&format!("{at}.description"), &line.description, LINE);
            (own.unwrap_or_else(|| service.name.clone()), service.price_minor)
        }
        (None, Some(_)) => {
            form.problem(&format!("{at}.serviceId"), Code::NotFound, None);
            (String::new(), 0)
        }
        (None, None) => {
            if line.unit_price.trim().is_empty() {
                form.problem(&format!("{at}.unitPrice"), Code::Required, None);
            }
            let price = amount(form, &format!("{at}.unitPrice"), &line.unit_price, currency);
            (form.required(&format!("{at}.description"), &line.description, LINE), price)
        }
    };
    let quantity = quantity.clamp(1, MOST_PIECES);
    let discount = amount(form, &format!("{at}.discount"), &line.discount, currency);
    let tax = amount(form, &format!("{at}.tax"), &line.tax, currency);
    let price = unit_price * i64::from(quantity);
    if discount > price {
        form.problem(&format!("{at}.discount"), Code::OutOfRange, None);
    }
    let amount = LineAmount { quantity, unit_price, discount: discount.min(price), tax };
    Ok(Line { service: line.service_id, description, amount })
}

/// An amount that may be left out, which is none.
fn amount(form: &mut Form, field: &str, text: &str, currency: &str) -> i64 {
    if text.trim().is_empty() {
        return 0;
    }
    match Money::parse(text, currency) {
        Some(money) => money.minor,
        None => {
            form.problem(field, Code::NotAnAmount, None);
            0
        }
    }
}

fn service(conn: &Connection, id: ServiceId) -> Result<Option<Service>> {
    Ok(conn
        .prepare_cached(
            "SELECT name, price_minor, currency FROM services WHERE id = ?1 AND active = 1 AND deleted_at IS NULL",
        )?
        .query_row([id], |row| {
            Ok(Service { name: row.get("name")?, price_minor: row.get("price_minor")?, currency: row.get("currency")? })
        })
        .optional()?)
}

/// The site of an appointment of this patient that has no invoice yet.
fn site_of(conn: &Connection, form: &mut Form, id: AppointmentId, patient: PatientId) -> Result<Option<ClinicId>> {
    let found: Option<(ClinicId, PatientId)> = conn
        .prepare_cached("SELECT clinic_id, patient_id FROM appointments WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| Ok((row.get("clinic_id")?, row.get("patient_id")?)))
        .optional()?;
    match found {
        Some((clinic, of)) if one_person(conn, of, patient)? => {
            if invoice::standing_of(conn, id)?.is_some() {
                form.problem("appointmentId", Code::AlreadyUsed, None);
            }
            Ok(Some(clinic))
        }
        _ => {
            form.problem("appointmentId", Code::NotFound, None);
            Ok(None)
        }
    }
}

fn known_patient(conn: &Connection, id: PatientId) -> Result<()> {
    let known: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)")?
        .query_row([id], |row| row.get(0))?;
    if known { Ok(()) } else { Err(Code::NotFound.into()) }
}
