//! A new clinic: its name, its first site, its first manager and this PC, all or nothing.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::{Db, ThisDevice, Tx};
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::identity::{self, Role};
use crate::ids::{ClinicId, DeviceId, TenantId, UserId};
use crate::{Actor, clock};

/// The form "Set up my clinic".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicSetup {
    pub clinic_name: String,
    pub site_name: String,
    pub address: String,
    pub phone: String,
    pub timezone: String,
    /// ISO 3166, two letters.
    pub country: String,
    /// ISO 4217, three letters.
    pub currency: String,
    pub device_name: String,
    pub admin_name: String,
    pub email: String,
    pub password: String,
}

/// Founds a clinic in an empty database, with this PC in lane A.
pub fn found(db: &Db, setup: &ClinicSetup, demo: bool) -> Result<(ClinicId, UserId)> {
    let mut form = Form::default();
    let name = form.required("clinicName", &setup.clinic_name, NAME);
    let site = form.optional("siteName", &setup.site_name, NAME).unwrap_or_else(|| name.clone());
    let address = form.required("address", &setup.address, LINE);
    let country = setup.country.trim().to_uppercase();
    if country.len() != 2 || country.parse::<phonenumber::country::Id>().is_err() {
        form.problem("country", Code::OutOfRange, None);
    }
    let currency = setup.currency.trim().to_uppercase();
    if currency.len() != 3 || !currency.chars().all(|c| c.is_ascii_uppercase()) {
        form.problem("currency", Code::OutOfRange, None);
    }
    let phone = form.phone("phone", &setup.phone, &country);
    if phone.is_none() && setup.phone.trim().is_empty() {
        form.problem("phone", Code::Required, None);
    }
    let timezone = form.time_zone("timezone", &setup.timezone);
    let device_name = form.required("deviceName", &setup.device_name, NAME);
    let admin_name = form.name("adminName", &setup.admin_name);
    let email = form.email("email", &setup.email);
    identity::check_password(&mut form, "password", &setup.password);
    form.finish()?;
    let password_hash = identity::hash_password(&setup.password)?;

    let tenant = TenantId(clock::new_id(db.now(), &*db.entropy));
    let clinic = ClinicId(clock::new_id(db.now(), &*db.entropy));
    let mut secret = [0; 32];
    db.entropy.fill(&mut secret);
    let device = DeviceId(clock::new_id(db.now(), &*db.entropy));
    db.enrol_as(
        ThisDevice { id: device, tenant, clinic: Some(clinic), name: device_name, lane: "A".into(), demo },
        &secret,
    )?;
    db.write(Actor::System, "found_clinic", |tx| {
        tx.execute(
            "INSERT INTO tenants (id, tenant_id, name, slug, country, currency, created_at, updated_at)
             VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![tenant, name, slug(&name), country, currency, tx.now],
        )?;
        tx.execute(
            "INSERT INTO clinics (id, tenant_id, name, address, phone, timezone, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
            params![clinic, tenant, site, address, phone.unwrap_or_default(), timezone, tx.now],
        )?;
        introduce_device(tx)?;
        let admin = identity::insert_user(tx, &admin_name, &email, &password_hash, Role::Admin, None)?;
        tx.execute("UPDATE tenants SET created_by = ?1 WHERE id = ?2", params![admin, tenant])?;
        Ok((clinic, admin))
    })
}

/// Makes this PC known to the others, with the key that its commits are signed with.
pub fn introduce_device(tx: &Tx) -> Result<()> {
    let (_, key) = crate::sync::engine::credentials(tx)?;
    tx.execute(
        "INSERT INTO devices (id, tenant_id, clinic_id, name, lane, public_key, enrolled_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?7)",
        params![
            tx.device.id,
            tx.device.tenant,
            tx.device.clinic,
            tx.device.name,
            tx.device.lane,
            key.verifying_key().to_bytes().as_slice(),
            tx.now
        ],
    )?;
    Ok(())
}

fn slug(name: &str) -> String {
    let ascii = any_ascii::any_ascii(name).to_lowercase();
    let words: Vec<&str> = ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}
