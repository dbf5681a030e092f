//! Adding a service, changing it, and offering it no longer.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, NAME, TEXT};
use crate::ids::ServiceId;
use crate::services::service::{Service, service};
use crate::tenancy;

/// The form "Service".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ServiceForm {
    pub name: String,
    pub category: String,
    /// 15 to 480.
    pub duration_minutes: u32,
    /// In minor units of the clinic's currency.
    pub price_minor: u32,
    pub description: String,
    /// 0 to 100.
    pub popularity: u32,
}

struct Checked {
    name: String,
    category: String,
    description: Option<String>,
}

/// Adds a service, priced in the clinic's currency. Its name is unique among those not deleted (B).
pub fn add_service(tx: &Tx, new: &ServiceForm) -> Result<Service> {
    let checked = check(tx, new, None)?;
    let id = ServiceId(tx.new_id());
    tx.execute(
        "INSERT INTO services (id, tenant_id, name, category, duration_min, price_minor, currency, description, popularity, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
        params![
            id,
            tx.device.tenant,
            checked.name,
            checked.category,
            new.duration_minutes,
            new.price_minor,
            tenancy::tenant(tx)?.currency,
            checked.description,
            new.popularity,
            tx.now
        ],
    )?;
    service(tx, id)
}

/// Changes a service. What was invoiced before keeps its price: lines of invoices carry their own.
pub fn edit_service(tx: &Tx, id: ServiceId, edited: &ServiceForm) -> Result<Service> {
    service(tx, id)?;
    let checked = check(tx, edited, Some(id))?;
    tx.execute(
        "UPDATE services SET name = ?1, category = ?2, duration_min = ?3, price_minor = ?4, currency = ?5, description = ?6,
                             popularity = ?7, updated_at = ?8 WHERE id = ?9",
        params![
            checked.name,
            checked.category,
            edited.duration_minutes,
            edited.price_minor,
            tenancy::tenant(tx)?.currency,
            checked.description,
            edited.popularity,
            tx.now,
            id
        ],
    )?;
    service(tx, id)
}

/// Offers a service no longer; appointments that have it keep it.
pub fn deactivate_service(tx: &Tx, id: ServiceId) -> Result<Service> {
    set_active(tx, id, false)
}

pub fn reactivate_service(tx: &Tx, id: ServiceId) -> Result<Service> {
    set_active(tx, id, true)
}

fn set_active(tx: &Tx, id: ServiceId, active: bool) -> Result<Service> {
    service(tx, id)?;
    tx.execute("UPDATE services SET active = ?1, updated_at = ?2 WHERE id = ?3", params![active, tx.now, id])?;
    service(tx, id)
}

fn check(tx: &Tx, new: &ServiceForm, own: Option<ServiceId>) -> Result<Checked> {
    let mut form = Form::default();
    let name = form.required("name", &new.name, NAME);
    if is_taken(tx, &name, own)? {
        form.problem("name", Code::AlreadyUsed, None);
    }
    let category = form.required("category", &new.category, NAME);
    form.within("durationMinutes", new.duration_minutes, 15, 480);
    let description = form.optional("description", &new.description, TEXT);
    form.within("popularity", new.popularity, 0, 100);
    form.finish()?;
    Ok(Checked { name, category, description })
}

fn is_taken(conn: &Connection, name: &str, own: Option<ServiceId>) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM services WHERE name = ?1 COLLATE NOCASE AND deleted_at IS NULL AND id IS NOT ?2)",
        )?
        .query_row(params![name, own], |row| row.get(0))?)
}
