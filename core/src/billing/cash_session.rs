//! A till from opening to counting. What should be in it is added up from the cash that went through it.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::money::{Money, MoneyText};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{CashSessionId, ClinicId, DeviceId, Instant};
use crate::page::{Page, PageRequest};
use crate::tenancy;

/// The form "Open the till".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewTill {
    pub clinic_id: ClinicId,
    /// What lies in it at the beginning, as typed.
    pub opening_float: String,
}

/// The form "Count the till".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CountedTill {
    /// What was counted, as typed.
    pub counted: String,
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CashSession {
    pub id: CashSessionId,
    pub clinic_id: ClinicId,
    pub device_id: DeviceId,
    pub device_name: String,
    pub opened_at: Instant,
    pub opened_by: String,
    pub opening_float: MoneyText,
    /// Cash that came in, refunds not taken off. Like the two below it is told only once the till has
    /// been counted: whoever knows what should be in it counts until it is.
    pub received: Option<MoneyText>,
    pub given_back: Option<MoneyText>,
    /// Float, plus what came in, less what was given back.
    pub expected: Option<MoneyText>,
    pub closed_at: Option<Instant>,
    pub closed_by: Option<String>,
    pub counted: Option<MoneyText>,
    /// Counted less expected: below zero, money is missing.
    pub difference: Option<MoneyText>,
    pub note: Option<String>,
}

impl CashSession {
    fn from_row(row: &Row) -> rusqlite::Result<CashSession> {
        let currency: String = row.get("currency")?;
        let text = |minor| Money::new(minor, &currency).text();
        let (float, received, back): (i64, i64, i64) =
            (row.get("opening_float_minor")?, row.get("received_minor")?, row.get("given_back_minor")?);
        let expected = float + received - back;
        let counted: Option<i64> = row.get("counted_minor")?;
        let after_the_count = |minor| counted.map(|_| text(minor));
        Ok(CashSession {
            id: row.get("id")?,
            clinic_id: row.get("clinic_id")?,
            device_id: row.get("device_id")?,
            device_name: row.get("device_name")?,
            opened_at: row.get("opened_at")?,
            opened_by: row.get("opened_by_name")?,
            opening_float: text(float),
            received: after_the_count(received),
            given_back: after_the_count(back),
            expected: after_the_count(expected),
            closed_at: row.get("closed_at")?,
            closed_by: row.get("closed_by_name")?,
            counted: counted.map(text),
            difference: counted.map(|counted| text(counted - expected)),
            note: row.get("note")?,
        })
    }
}

/// Opens this PC's till. There is one: a second must wait until the first is counted.
pub fn open_till(tx: &Tx, new: &NewTill) -> Result<CashSession> {
    let currency = tenancy::tenant(tx)?.currency;
    let mut form = Form::default();
    let float = amount(&mut form, "openingFloat", &new.opening_float, &currency);
    form.finish()?;
    if open_of(tx, tx.device.id)?.is_some() {
        return Err(Error::with(Code::TillOpen, tx.device.name.clone()));
    }
    let id = CashSessionId(tx.new_id());
    tx.execute(
        "INSERT INTO cash_sessions (id, tenant_id, clinic_id, device_id, currency, opened_by, opened_at, opening_float_minor, created_at, updated_at)
         VALUES (:id, :tenant, :clinic, :device, :currency, :by, :now, :float, :now, :now)",
        named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":clinic": tenancy::clinic(tx, new.clinic_id)?.id,
            ":device": tx.device.id,
            ":currency": currency,
            ":by": tx.user()?,
            ":now": tx.now,
            ":float": float,
        },
    )?;
    till(tx, id)
}

/// Closes a till with what was counted in it, by whoever hands it over: the count is blind, and stays
/// as it was told.
pub fn close_till(tx: &Tx, id: CashSessionId, count: &CountedTill) -> Result<CashSession> {
    let open = till(tx, id)?;
    let mut form = Form::default();
    let counted = amount(&mut form, "counted", &count.counted, &open.opening_float.currency);
    let note = form.optional("note", &count.note, LINE);
    form.finish()?;
    if open.closed_at.is_some() {
        return Err(Error::with(Code::TillClosed, open.device_name));
    }
    tx.execute(
        "UPDATE cash_sessions SET closed_by = ?1, closed_at = ?2, counted_minor = ?3, note = ?4, updated_at = ?2 WHERE id = ?5",
        params![tx.user()?, tx.now, counted, note, id],
    )?;
    till(tx, id)
}

fn amount(form: &mut Form, field: &str, text: &str, currency: &str) -> i64 {
    match Money::parse(text, currency) {
        Some(money) => money.minor,
        None => {
            form.problem(field, if text.trim().is_empty() { Code::Required } else { Code::NotAnAmount }, None);
            0
        }
    }
}

/// The open till of a PC and its currency.
fn open_of(conn: &Connection, device: DeviceId) -> Result<Option<(CashSessionId, String)>> {
    Ok(conn
        .prepare_cached(
            "SELECT id, currency FROM cash_sessions WHERE device_id = ?1 AND closed_at IS NULL ORDER BY opened_at DESC LIMIT 1",
        )?
        .query_row([device], |row| Ok((row.get("id")?, row.get("currency")?)))
        .optional()?)
}

/// The till that cash of this PC goes through; `None` where no till is kept. Coins of another
/// currency cannot lie in it.
pub(super) fn open_here(tx: &Tx, currency: &str) -> Result<Option<CashSessionId>> {
    match open_of(tx, tx.device.id)? {
        Some((_, other)) if other != currency => Err(Error::with(Code::CurrencyDiffers, other)),
        found => Ok(found.map(|(id, _)| id)),
    }
}

pub fn till(conn: &Connection, id: CashSessionId) -> Result<CashSession> {
    conn.prepare_cached(include_str!("till.sql"))?
        .query_row([id], CashSession::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The open till of a PC, if it has one.
pub fn till_of_device(conn: &Connection, device: DeviceId) -> Result<Option<CashSession>> {
    open_of(conn, device)?.map(|(id, _)| till(conn, id)).transpose()
}

/// The tills of a site, the latest first.
pub fn tills(conn: &Connection, clinic: ClinicId, page: PageRequest) -> Result<Page<CashSession>> {
    let mut statement = conn.prepare_cached(
        "SELECT id FROM cash_sessions WHERE clinic_id = ?1 ORDER BY opened_at DESC LIMIT ?2 OFFSET ?3",
    )?;
    let ids: Vec<CashSessionId> = statement
        .query_map(params![clinic, page.sql_limit(), page.sql_offset()], |row| row.get("id"))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(page.page(ids.into_iter().map(|id| till(conn, id)).collect::<Result<_>>()?))
}
