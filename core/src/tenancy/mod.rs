//! The clinic business and its sites.

mod found;

use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{ClinicId, TenantId};

pub use found::{ClinicSetup, found, introduce_device};

/// One site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Clinic {
    pub id: ClinicId,
    pub name: String,
    pub address: String,
    pub phone: String,
    pub email: Option<String>,
    /// An IANA name; the clinic's days are days of this zone.
    pub timezone: String,
}

impl Clinic {
    fn from_row(row: &Row) -> rusqlite::Result<Clinic> {
        Ok(Clinic {
            id: row.get("id")?,
            name: row.get("name")?,
            address: row.get("address")?,
            phone: row.get("phone")?,
            email: row.get("email")?,
            timezone: row.get("timezone")?,
        })
    }

    pub fn zone(&self) -> chrono_tz::Tz {
        // Checked when the site was entered; a zone that a newer table has falls back to UTC.
        self.timezone.parse().unwrap_or(chrono_tz::UTC)
    }
}

/// What concerns every site: the name, and the country whose phone numbers need no prefix.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    pub id: TenantId,
    pub name: String,
    pub country: String,
    pub currency: String,
}

pub fn tenant(conn: &Connection) -> Result<Tenant> {
    conn.prepare_cached("SELECT id, name, country, currency FROM tenants LIMIT 1")?
        .query_row([], |row| {
            Ok(Tenant {
                id: row.get("id")?,
                name: row.get("name")?,
                country: row.get("country")?,
                currency: row.get("currency")?,
            })
        })
        .map_err(Into::into)
}

/// The active sites, by name.
pub fn clinics(conn: &Connection) -> Result<Vec<Clinic>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, name, address, phone, email, timezone FROM clinics
         WHERE active = 1 AND deleted_at IS NULL ORDER BY name",
    )?;
    let sites = statement.query_map([], Clinic::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(sites)
}

pub fn clinic(conn: &Connection, id: ClinicId) -> Result<Clinic> {
    conn.prepare_cached("SELECT id, name, address, phone, email, timezone FROM clinics WHERE id = ?1")?
        .query_row([id], Clinic::from_row)
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Code::NotFound.into(),
            other => other.into(),
        })
}
