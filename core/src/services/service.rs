//! What the clinic offers, and how it is listed.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::billing::{Money, MoneyText};
use crate::error::{Code, Result};
use crate::ids::{ProviderId, ServiceId};
use crate::page::{Page, PageRequest};

/// A service, or treatment (B).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    pub id: ServiceId,
    pub name: String,
    pub category: String,
    pub duration_minutes: u32,
    /// In minor units of `currency`.
    pub price_minor: u32,
    pub currency: String,
    /// The same as people read it.
    pub price: MoneyText,
    pub description: Option<String>,
    /// From 0 to 100.
    pub popularity: u32,
    pub active: bool,
}

impl Service {
    fn from_row(row: &Row) -> rusqlite::Result<Service> {
        let (price_minor, currency): (u32, String) = (row.get("price_minor")?, row.get("currency")?);
        Ok(Service {
            id: row.get("id")?,
            name: row.get("name")?,
            category: row.get("category")?,
            duration_minutes: row.get("duration_min")?,
            price: Money::new(price_minor.into(), &currency).text(),
            price_minor,
            currency,
            description: row.get("description")?,
            popularity: row.get("popularity")?,
            active: row.get("active")?,
        })
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ServiceOrder {
    #[default]
    Name,
    /// The cheapest first.
    Price,
    /// The most popular first.
    Popularity,
}

/// Which services are wanted; what is left out does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceFilter {
    pub category: String,
    /// Those that this doctor performs.
    pub provider_id: Option<ProviderId>,
    /// In minor units.
    pub most_minor: Option<u32>,
    pub order: ServiceOrder,
    pub include_inactive: bool,
}

/// One service; `NotFound` when there is none.
pub fn service(conn: &Connection, id: ServiceId) -> Result<Service> {
    conn.prepare_cached("SELECT * FROM services WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], Service::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

pub fn list_services(conn: &Connection, filter: &ServiceFilter, page: PageRequest) -> Result<Page<Service>> {
    // Each its own statement, because an index serves one order only.
    let sql = match filter.order {
        ServiceOrder::Name => include_str!("by_name.sql"),
        ServiceOrder::Price => include_str!("by_price.sql"),
        ServiceOrder::Popularity => include_str!("by_popularity.sql"),
    };
    let mut statement = conn.prepare_cached(sql)?;
    let services = statement.query_map(
        named_params! {
            ":category": filter.category.trim(),
            ":provider": filter.provider_id,
            ":most": filter.most_minor,
            ":inactive": filter.include_inactive,
            ":limit": page.sql_limit(),
            ":offset": page.sql_offset(),
        },
        Service::from_row,
    )?;
    Ok(page.page(services.collect::<rusqlite::Result<_>>()?))
}
