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
    pub received: MoneyText,
    pub given_back: MoneyText,
    /// Received less given back.
    pub net: MoneyText,
}

/// The takings of a site on one of its days, by method and currency. An online payment counts on the
/// day when it was begun.
pub fn takings(conn: &Connection, clinic: ClinicId, day: LocalDate, zone: Tz) -> Result<Vec<Takings>> {
    let (from, to) = day.bounds(zone);
    let mut statement = conn.prepare_cached(include_str!("takings.sql"))?;
    let rows = statement.query_map(params![clinic, from, to], |row| {
        let currency: String = row.get("currency")?;
        let (received, back): (i64, i64) = (row.get("received_minor")?, row.get("given_back_minor")?);
        let text = |minor| Money::new(minor, &currency).text();
        Ok(Takings {
            method: row.get("method")?,
            payments: row.get("payments")?,
            received: text(received),
            given_back: text(back),
            net: text(received - back),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
