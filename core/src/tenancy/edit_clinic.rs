//! Adding a site and changing what is known of it.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{ClinicId, ProviderId};
use crate::tenancy::{Clinic, clinic, tenant};

const INSERT: &str = "\
    INSERT INTO clinics (id, tenant_id, owner_provider_id, name, address, latitude, longitude, telehealth, phone, email, timezone,
                         created_at, updated_at)
    VALUES (:id, :tenant, :owner, :name, :address, :latitude, :longitude, :telehealth, :phone, :email, :timezone, :now, :now)";

const UPDATE: &str = "\
    UPDATE clinics
    SET owner_provider_id = :owner, name = :name, address = :address, latitude = :latitude, longitude = :longitude,
        telehealth = :telehealth, phone = :phone, email = :email, timezone = :timezone, updated_at = :now
    WHERE id = :id AND tenant_id = :tenant";

/// The form "Site".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicForm {
    pub name: String,
    pub address: String,
    /// In degrees; both or neither.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub telehealth: bool,
    pub phone: String,
    pub email: String,
    pub timezone: String,
    pub owner_provider_id: Option<ProviderId>,
}

struct Checked {
    name: String,
    address: String,
    phone: String,
    email: Option<String>,
    timezone: String,
}

pub fn add_clinic(tx: &Tx, site: &ClinicForm) -> Result<Clinic> {
    let checked = check(tx, site)?;
    write(tx, ClinicId(tx.new_id()), site, &checked, INSERT)
}

pub fn edit_clinic(tx: &Tx, id: ClinicId, site: &ClinicForm) -> Result<Clinic> {
    clinic(tx, id)?;
    let checked = check(tx, site)?;
    write(tx, id, site, &checked, UPDATE)
}

fn check(tx: &Tx, site: &ClinicForm) -> Result<Checked> {
    let mut form = Form::default();
    let name = form.required("name", &site.name, NAME);
    let address = form.required("address", &site.address, LINE);
    let phone = form.phone("phone", &site.phone, &tenant(tx)?.country);
    if site.phone.trim().is_empty() {
        form.problem("phone", Code::Required, None);
    }
    let email = form.optional_email("email", &site.email);
    let timezone = form.time_zone("timezone", site.timezone.trim());
    place(&mut form, site.latitude, site.longitude);
    form.finish()?;
    if let Some(owner) = site.owner_provider_id {
        tx.query_row("SELECT 1 FROM providers WHERE id = ?1 AND deleted_at IS NULL", [owner], |_| Ok(()))
            .optional()?
            .ok_or(Code::NotFound)?;
    }
    Ok(Checked { name, address, phone: phone.unwrap_or_default(), email, timezone })
}

/// Checks a point on the earth, both of whose numbers are there or neither.
pub(super) fn place(form: &mut Form, latitude: Option<f64>, longitude: Option<f64>) {
    for (field, value, other, most) in [("latitude", latitude, longitude, 90), ("longitude", longitude, latitude, 180)]
    {
        match value {
            Some(degrees) if !(-f64::from(most)..=f64::from(most)).contains(&degrees) => {
                form.problem(field, Code::OutOfRange, Some(most));
            }
            None if other.is_some() => form.problem(field, Code::Required, None),
            _ => {}
        }
    }
}

fn write(tx: &Tx, id: ClinicId, site: &ClinicForm, checked: &Checked, sql: &str) -> Result<Clinic> {
    tx.prepare_cached(sql)?.execute(named_params! {
        ":id": id,
        ":tenant": tx.device.tenant,
        ":owner": site.owner_provider_id,
        ":name": checked.name,
        ":address": checked.address,
        ":latitude": site.latitude,
        ":longitude": site.longitude,
        ":telehealth": site.telehealth,
        ":phone": checked.phone,
        ":email": checked.email,
        ":timezone": checked.timezone,
        ":now": tx.now,
    })?;
    clinic(tx, id)
}
