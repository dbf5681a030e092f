//! The clinic business and its sites.

mod booking_limit;
mod close_clinic;
mod devices;
mod edit_clinic;
mod edit_tenant;
mod found;
mod nearest;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{ClinicId, ProviderId, TenantId};

pub use booking_limit::{Room, check_booking_limit};
pub use close_clinic::{deactivate_clinic, reactivate_clinic};
pub use devices::{mark_device_in, mark_device_out};
pub use edit_clinic::{ClinicForm, add_clinic, edit_clinic};
pub use edit_tenant::{TenantForm, TenantSettings, edit_tenant, find_active, find_by_slug, tenant_settings};
pub use found::{ClinicSetup, found, introduce_device};
pub use nearest::{NearbyClinic, haversine_km, nearest_clinics};

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
    /// In degrees, north positive; there is a longitude with it or neither.
    pub latitude: Option<f64>,
    /// In degrees, east positive.
    pub longitude: Option<f64>,
    /// Whether patients are seen from here without coming.
    pub telehealth: bool,
    /// The doctor to whom the site belongs.
    pub owner_provider_id: Option<ProviderId>,
    pub active: bool,
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
            latitude: row.get("latitude")?,
            longitude: row.get("longitude")?,
            telehealth: row.get("telehealth")?,
            owner_provider_id: row.get("owner_provider_id")?,
            active: row.get("active")?,
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
    let mut statement =
        conn.prepare_cached("SELECT * FROM clinics WHERE active = 1 AND deleted_at IS NULL ORDER BY name")?;
    let sites = statement.query_map([], Clinic::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(sites)
}

/// Every site, those closed too, for the manager.
pub fn all_clinics(conn: &Connection) -> Result<Vec<Clinic>> {
    let mut statement =
        conn.prepare_cached("SELECT * FROM clinics WHERE deleted_at IS NULL ORDER BY active DESC, name")?;
    let sites = statement.query_map([], Clinic::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(sites)
}

/// The time zone of the site where this PC stands; of the clinic's first site where it stands at none.
pub fn home_zone(conn: &Connection) -> Result<chrono_tz::Tz> {
    let name: Option<String> = conn
        .prepare_cached(
            "SELECT timezone FROM clinics
             WHERE id = coalesce((SELECT clinic_id FROM this_device WHERE only = 1), (SELECT min(id) FROM clinics))",
        )?
        .query_row([], |row| row.get("timezone"))
        .optional()?;
    Ok(name.and_then(|name| name.parse().ok()).unwrap_or(chrono_tz::UTC))
}

pub fn clinic(conn: &Connection, id: ClinicId) -> Result<Clinic> {
    conn.prepare_cached("SELECT * FROM clinics WHERE id = ?1")?.query_row([id], Clinic::from_row).map_err(|error| {
        match error {
            rusqlite::Error::QueryReturnedNoRows => Code::NotFound.into(),
            other => other.into(),
        }
    })
}
