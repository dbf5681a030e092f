//! An invoice as it was issued, with the money that came for it.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::balance;
use crate::billing::money::{Money, MoneyText};
use crate::billing::payment::Payment;
use crate::billing::standing::{Balance, LineAmount};
use crate::error::{Code, Result};
use crate::ids::{AppointmentId, ClinicId, Instant, InvoiceId, LocalDate, PatientId, ServiceId};
use crate::page::{Page, PageRequest};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    Issued,
    Void,
}

crate::ids::named_values!(InvoiceStatus { Issued = "issued", Void = "void" });

/// An invoice in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceSummary {
    pub id: InvoiceId,
    pub number: String,
    pub status: InvoiceStatus,
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub appointment_id: Option<AppointmentId>,
    pub issued_at: Instant,
    pub due_on: Option<LocalDate>,
    pub note: Option<String>,
    pub void_reason: Option<String>,
    pub balance: Balance,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct InvoiceLine {
    pub position: u32,
    pub service_id: Option<ServiceId>,
    pub description: String,
    pub quantity: u32,
    pub unit_price: MoneyText,
    pub discount: MoneyText,
    pub tax: MoneyText,
    /// Quantity times price, less the discount, plus the tax.
    pub total: MoneyText,
}

/// An invoice with everything on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    pub summary: InvoiceSummary,
    pub lines: Vec<InvoiceLine>,
    /// The earliest first, deposits of its appointment among them.
    pub payments: Vec<Payment>,
}

/// The row alone.
pub(super) struct Head {
    pub id: InvoiceId,
    pub status: InvoiceStatus,
    pub clinic: ClinicId,
    pub patient: PatientId,
    pub appointment: Option<AppointmentId>,
    pub currency: String,
}

pub(super) fn head(conn: &Connection, id: InvoiceId) -> Result<Head> {
    conn.prepare_cached(
        "SELECT id, status, clinic_id, patient_id, appointment_id, currency FROM invoices WHERE id = ?1",
    )?
    .query_row([id], |row| {
        Ok(Head {
            id: row.get("id")?,
            status: row.get("status")?,
            clinic: row.get("clinic_id")?,
            patient: row.get("patient_id")?,
            appointment: row.get("appointment_id")?,
            currency: row.get("currency")?,
        })
    })
    .optional()?
    .ok_or_else(|| Code::NotFound.into())
}

/// The invoice of an appointment that deposits count to: the earliest that stands.
pub(super) fn standing_of(conn: &Connection, appointment: AppointmentId) -> Result<Option<InvoiceId>> {
    Ok(conn
        .prepare_cached("SELECT id FROM invoices WHERE appointment_id = ?1 AND status = 'issued' ORDER BY id LIMIT 1")?
        .query_row([appointment], |row| row.get("id"))
        .optional()?)
}

pub(super) fn summary(conn: &Connection, row: &Row) -> Result<InvoiceSummary> {
    let id = row.get("id")?;
    Ok(InvoiceSummary {
        id,
        number: row.get("number")?,
        status: row.get("status")?,
        clinic_id: row.get("clinic_id")?,
        patient_id: row.get("patient_id")?,
        patient_name: row.get("full_name")?,
        appointment_id: row.get("appointment_id")?,
        issued_at: row.get("issued_at")?,
        due_on: row.get("due_on")?,
        note: row.get("note")?,
        void_reason: row.get("void_reason")?,
        balance: balance::of_invoice(conn, id)?,
    })
}

/// One invoice with lines, payments and what is owed on it.
pub fn invoice(conn: &Connection, id: InvoiceId) -> Result<Invoice> {
    let mut statement = conn.prepare_cached(
        "SELECT invoices.*, full_name FROM invoices JOIN patients ON patients.id = patient_id WHERE invoices.id = ?1",
    )?;
    let mut rows = statement.query([id])?;
    let Some(row) = rows.next()? else { return Err(Code::NotFound.into()) };
    let currency: String = row.get("currency")?;
    let mut payments = conn.prepare_cached(include_str!("payments_of_invoice.sql"))?;
    Ok(Invoice {
        lines: lines(conn, id, &currency)?,
        payments: payments.query_map([id], Payment::from_row)?.collect::<rusqlite::Result<_>>()?,
        summary: summary(conn, row)?,
    })
}

fn lines(conn: &Connection, id: InvoiceId, currency: &str) -> Result<Vec<InvoiceLine>> {
    let mut statement = conn.prepare_cached("SELECT * FROM invoice_lines WHERE invoice_id = ?1 ORDER BY position")?;
    let mut rows = statement.query([id])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let amount = LineAmount::from_row(row)?;
        let text = |minor| Money::new(minor, currency).text();
        lines.push(InvoiceLine {
            position: row.get("position")?,
            service_id: row.get("service_id")?,
            description: row.get("description")?,
            quantity: amount.quantity,
            unit_price: text(amount.unit_price),
            discount: text(amount.discount),
            tax: text(amount.tax),
            total: text(amount.total()?),
        });
    }
    Ok(lines)
}

impl LineAmount {
    pub(super) fn from_row(row: &Row) -> rusqlite::Result<LineAmount> {
        Ok(LineAmount {
            quantity: row.get("quantity")?,
            unit_price: row.get("unit_price_minor")?,
            discount: row.get("discount_minor")?,
            tax: row.get("tax_minor")?,
        })
    }
}

/// The invoices of an appointment, void ones among them, the earliest first.
pub fn invoices_of_appointment(conn: &Connection, appointment: AppointmentId) -> Result<Vec<InvoiceSummary>> {
    let mut statement = conn.prepare_cached(
        "SELECT invoices.*, full_name FROM invoices JOIN patients ON patients.id = patient_id
         WHERE appointment_id = ?1 ORDER BY invoices.id",
    )?;
    let mut rows = statement.query([appointment])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(summary(conn, row)?);
    }
    Ok(found)
}

/// The invoices of a patient, under whichever record, the latest first.
pub fn invoices_of_patient(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<InvoiceSummary>> {
    let mut statement = conn.prepare_cached(include_str!("invoices_of_patient.sql"))?;
    let mut rows = statement.query(params![patient, page.sql_limit(), page.sql_offset()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(summary(conn, row)?);
    }
    Ok(page.page(found))
}
