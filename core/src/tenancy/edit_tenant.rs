//! What the whole business is called and looks like, and how much it may hold (B).

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{Instant, TenantId, UserId};

/// The colours of a business that has chosen none (B).
const PRIMARY: &str = "#8B5CF6";
const SECONDARY: &str = "#EC4899";
/// The longest label of a host name (RFC 1035).
const SLUG: u32 = 63;
const MOST_USERS: u32 = 10_000;
const MOST_BOOKINGS: u32 = 10_000_000;

/// A business, as its settings show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TenantSettings {
    pub id: TenantId,
    pub name: String,
    /// The name in addresses.
    pub slug: String,
    pub domain: Option<String>,
    pub logo: Option<String>,
    /// As `#RRGGBB`; the usual one where none was chosen.
    pub primary_color: String,
    pub secondary_color: String,
    pub max_users: u32,
    /// Appointments open at once.
    pub max_bookings: u32,
    pub country: String,
    pub currency: String,
    pub active: bool,
    pub created_by: Option<UserId>,
    pub created_at: Instant,
}

impl TenantSettings {
    fn from_row(row: &Row) -> rusqlite::Result<TenantSettings> {
        let color = |column, usual: &str| {
            Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(column)?.unwrap_or(usual.into()))
        };
        Ok(TenantSettings {
            id: row.get("id")?,
            name: row.get("name")?,
            slug: row.get("slug")?,
            domain: row.get("domain")?,
            logo: row.get("logo")?,
            primary_color: color("primary_color", PRIMARY)?,
            secondary_color: color("secondary_color", SECONDARY)?,
            max_users: row.get("max_users")?,
            max_bookings: row.get("max_bookings")?,
            country: row.get("country")?,
            currency: row.get("currency")?,
            active: row.get("active")?,
            created_by: row.get("created_by")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The form "Our clinic".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TenantForm {
    pub name: String,
    pub slug: String,
    pub domain: String,
    pub logo: String,
    /// As `#RRGGBB`, or empty for the usual one.
    pub primary_color: String,
    pub secondary_color: String,
    pub max_users: u32,
    pub max_bookings: u32,
    pub active: bool,
}

/// The business of this PC.
pub fn tenant_settings(conn: &Connection) -> Result<TenantSettings> {
    let mut statement = conn.prepare_cached("SELECT * FROM tenants WHERE deleted_at IS NULL LIMIT 1")?;
    Ok(statement.query_row([], TenantSettings::from_row)?)
}

/// The businesses that are active (B: findActive); at a clinic's PC its own.
pub fn find_active(conn: &Connection) -> Result<Vec<TenantSettings>> {
    let mut statement =
        conn.prepare_cached("SELECT * FROM tenants WHERE active = 1 AND deleted_at IS NULL ORDER BY name")?;
    Ok(statement.query_map([], TenantSettings::from_row)?.collect::<rusqlite::Result<_>>()?)
}

/// The business with a name in addresses (B: findBySlug).
pub fn find_by_slug(conn: &Connection, slug: &str) -> Result<Option<TenantSettings>> {
    let mut statement = conn.prepare_cached("SELECT * FROM tenants WHERE slug = ?1 AND deleted_at IS NULL LIMIT 1")?;
    Ok(statement.query_row([slug.trim().to_lowercase()], TenantSettings::from_row).optional()?)
}

pub fn edit_tenant(tx: &Tx, tenant: &TenantForm) -> Result<TenantSettings> {
    let mut form = Form::default();
    let name = form.required("name", &tenant.name, NAME);
    let slug = form.required("slug", &tenant.slug, SLUG).to_lowercase();
    if !slug.is_empty() && !is_label(&slug) {
        form.problem("slug", Code::NotAName, None);
    }
    if find_by_slug(tx, &slug)?.is_some_and(|other| other.id != tx.device.tenant) {
        form.problem("slug", Code::AlreadyUsed, None);
    }
    let domain = form.optional("domain", &tenant.domain, 253).map(|domain| domain.to_lowercase());
    if domain.as_ref().is_some_and(|domain| !domain.contains('.') || !domain.split('.').all(is_label)) {
        form.problem("domain", Code::NotAnAddress, None);
    }
    let logo = form.optional("logo", &tenant.logo, LINE);
    let primary = color(&mut form, "primaryColor", &tenant.primary_color);
    let secondary = color(&mut form, "secondaryColor", &tenant.secondary_color);
    let max_users = form.within("maxUsers", tenant.max_users, 1, MOST_USERS);
    let max_bookings = form.within("maxBookings", tenant.max_bookings, 1, MOST_BOOKINGS);
    form.finish()?;
    tx.execute(
        "UPDATE tenants SET name = ?1, slug = ?2, domain = ?3, logo = ?4, primary_color = ?5, secondary_color = ?6,
                            max_users = ?7, max_bookings = ?8, active = ?9, updated_at = ?10 WHERE id = ?11",
        params![
            name,
            slug,
            domain,
            logo,
            primary,
            secondary,
            max_users,
            max_bookings,
            tenant.active,
            tx.now,
            tx.device.tenant
        ],
    )?;
    tenant_settings(tx)
}

/// Small letters, digits and single hyphens between them.
fn is_label(text: &str) -> bool {
    let words = || text.split('-');
    text.len() <= SLUG as usize
        && words().all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

fn color(form: &mut Form, field: &str, text: &str) -> Option<String> {
    let color = form.optional(field, text, 20)?.to_uppercase();
    let sound = color.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.chars().all(|c| c.is_ascii_hexdigit()));
    if !sound {
        form.problem(field, Code::NotAColor, None);
    }
    Some(color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses_and_colours() {
        for (text, sound) in [
            ("kadamba-clinic", true),
            ("bali2", true),
            ("", false),
            ("-a", false),
            ("a-", false),
            ("a--b", false),
            ("Kadamba", false),
            ("नीम", false),
            ("a b", false),
            (&"x".repeat(64), false),
        ] {
            assert_eq!(is_label(text), sound, "{text:?}");
        }
        for (text, expected) in [
            ("#8b5cf6", Ok(Some("#8B5CF6"))),
            ("", Ok(None)),
            ("8B5CF6", Err(Code::NotAColor)),
            ("#8B5CF", Err(Code::NotAColor)),
            ("#GGGGGG", Err(Code::NotAColor)),
            ("#é1234", Err(Code::NotAColor)),
        ] {
            let mut form = Form::default();
            let found = color(&mut form, "primaryColor", text);
            let found = form.finish().map(|()| found).map_err(|error| error.code());
            assert_eq!(found.as_ref().map(Option::as_deref).map_err(|code| *code), expected, "{text:?}");
        }
    }
}
