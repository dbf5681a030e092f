//! What a day brought, by the way it was paid.

use chrono_tz::Tz;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::money::{Money, MoneyText};
use crate::billing::payment::PaymentMethod;
use crate::error::Result;
use crate::ids::{ClinicId, LocalDate};

/// One way of paying on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Takings {
    pub method: PaymentMethod,
    pub payments: u32,
    /// Absent for cash as long as a till of the site is open, and so are the two below: its count is blind.
    pub received: Option<MoneyText>,
    pub given_back: Option<MoneyText>,
    /// Received less given back.
    pub net: Option<MoneyText>,
}

/// The takings of a site on one of its days, by method and currency. An online payment counts on the
/// day when it was begun.
pub fn takings(conn: &Connection, clinic: ClinicId, day: LocalDate, zone: Tz) -> Result<Vec<Takings>> {
    let (from, to) = day.bounds(zone);
    let uncounted: bool = conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM cash_sessions WHERE clinic_id = ?1 AND closed_at IS NULL AND opened_at < ?2)",
        )?
        .query_row(params![clinic, to], |row| row.get(0))?;
    let mut statement = conn.prepare_cached(include_str!("takings.sql"))?;
    let rows = statement.query_map(params![clinic, from, to], |row| {
        let currency: String = row.get("currency")?;
        let (received, back): (i64, i64) = (row.get("received_minor")?, row.get("given_back_minor")?);
        let method = row.get("method")?;
        let told = !(uncounted && method == PaymentMethod::Cash);
        let text = |minor| told.then(|| Money::new(minor, &currency).text());
        Ok(Takings {
            method,
            payments: row.get("payments")?,
            received: text(received),
            given_back: text(back),
            net: text(received - back),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
