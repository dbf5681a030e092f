//! What is owed: added up from lines and payments whenever it is asked for.

use rusqlite::{Connection, Params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::invoice::{InvoiceSummary, summary};
use crate::billing::standing::{Balance, LineAmount, Movement, Standing, standing};
use crate::error::Result;
use crate::ids::{AppointmentId, ClinicId, InvoiceId, PatientId};
use crate::page::{Page, PageRequest};
use crate::tenancy;

/// An invoice that somebody still has to pay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OpenBalance {
    pub invoice: InvoiceSummary,
    pub phone: Option<String>,
}

fn lines(conn: &Connection, sql: &str, of: impl Params) -> Result<Vec<LineAmount>> {
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_map(of, LineAmount::from_row)?.collect::<rusqlite::Result<_>>()?)
}

fn movements(conn: &Connection, sql: &str, of: impl Params) -> Result<Vec<Movement>> {
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_map(of, Movement::from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// What the lines of an invoice ask for; a void one asks for nothing.
pub(super) fn line_amounts(conn: &Connection, id: InvoiceId) -> Result<Vec<LineAmount>> {
    lines(
        conn,
        "SELECT invoice_lines.* FROM invoice_lines JOIN invoices ON invoices.id = invoice_id
         WHERE invoice_id = ?1 AND status = 'issued'",
        [id],
    )
}

pub(super) fn standing_of_invoice(conn: &Connection, id: InvoiceId) -> Result<Standing> {
    standing(&line_amounts(conn, id)?, &movements(conn, include_str!("payments_of_invoice.sql"), [id])?)
}

/// Where an invoice stands, the deposits of its appointment counted in.
pub fn of_invoice(conn: &Connection, id: InvoiceId) -> Result<Balance> {
    let currency: String = conn
        .prepare_cached("SELECT currency FROM invoices WHERE id = ?1")?
        .query_row([id], |row| row.get("currency"))?;
    Ok(standing_of_invoice(conn, id)?.balance(&currency))
}

/// Where an appointment stands: its payment status is this and is stored nowhere (domain.md, ruling 2).
pub fn of_appointment(conn: &Connection, id: AppointmentId) -> Result<Balance> {
    let lines = lines(
        conn,
        "SELECT invoice_lines.* FROM invoices JOIN invoice_lines ON invoice_id = invoices.id
         WHERE appointment_id = ?1 AND status = 'issued'",
        [id],
    )?;
    let sql = "SELECT kind, status, amount_minor FROM payments WHERE appointment_id = ?1 ORDER BY received_at, id";
    let currency = tenancy::tenant(conn)?.currency;
    Ok(standing(&lines, &movements(conn, sql, [id])?)?.balance(&currency))
}

/// Where a patient stands, under whichever record: one balance for each currency, the clinic's own
/// first. Deposits for visits to come are in it as credit.
pub fn of_patient(conn: &Connection, id: PatientId) -> Result<Vec<Balance>> {
    let mut statement = conn.prepare_cached(include_str!("currencies_of_patient.sql"))?;
    let mut currencies: Vec<String> =
        statement.query_map([id], |row| row.get("currency"))?.collect::<rusqlite::Result<_>>()?;
    let own = tenancy::tenant(conn)?.currency;
    currencies.retain(|currency| *currency != own);
    currencies.insert(0, own);
    currencies
        .iter()
        .map(|currency| {
            let lines = lines(conn, include_str!("lines_of_patient.sql"), params![id, currency])?;
            let moved = movements(conn, include_str!("movements_of_patient.sql"), params![id, currency])?;
            Ok(standing(&lines, &moved)?.balance(currency))
        })
        .collect()
}

/// The invoices of a site that are not paid, the latest first.
pub fn open_balances(conn: &Connection, clinic: ClinicId, page: PageRequest) -> Result<Page<OpenBalance>> {
    let mut statement = conn.prepare_cached(include_str!("open_invoices.sql"))?;
    let mut rows = statement.query(params![clinic, page.sql_limit(), page.sql_offset()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(OpenBalance { phone: row.get("phone")?, invoice: summary(conn, row)? });
    }
    Ok(page.page(found))
}
