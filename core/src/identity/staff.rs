//! The people who work here.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::identity::edit_profile::is_taken;
use crate::identity::grant_role::{insert_grant, may_grant};
use crate::identity::{Role, check_password, check_user_limit, hash_password};
use crate::ids::{ClinicId, ProviderId, UserId};
use crate::providers::{self, NewProvider};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StaffMember {
    pub user_id: UserId,
    pub name: String,
    pub email: String,
    pub roles: Vec<Role>,
    pub provider_id: Option<ProviderId>,
    pub specialization: Option<String>,
    pub active: bool,
}

/// The form "Add somebody"; the last four fields are for doctors.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewStaff {
    pub name: String,
    pub email: String,
    pub password: String,
    pub role: Role,
    pub specialization: String,
    pub qualification: String,
    pub registration_number: String,
    pub room: String,
}

pub fn list_staff(conn: &Connection) -> Result<Vec<StaffMember>> {
    let mut statement = conn.prepare_cached(include_str!("staff.sql"))?;
    let members = statement.query_map([], |row| {
        let roles: String = row.get("roles")?;
        Ok(StaffMember {
            user_id: row.get("id")?,
            name: row.get("full_name")?,
            email: row.get("email")?,
            roles: roles.split(',').filter_map(Role::by_name).collect(),
            provider_id: row.get("provider_id")?,
            specialization: row.get("specialization")?,
            active: row.get("active")?,
        })
    })?;
    Ok(members.collect::<rusqlite::Result<_>>()?)
}

/// Adds a person with one role; a doctor gets a provider's profile with it.
pub fn add_staff(tx: &Tx, staff: &NewStaff, clinic: ClinicId) -> Result<StaffMember> {
    let mut form = Form::default();
    let name = form.name("name", &staff.name);
    let email = form.email("email", &staff.email);
    check_password(&mut form, "password", &staff.password);
    let doctor = staff.role == Role::Provider;
    let provider = doctor.then(|| NewProvider {
        display_name: name.clone(),
        specialization: form.required("specialization", &staff.specialization, NAME),
        qualification: form.required("qualification", &staff.qualification, LINE),
        registration_number: form.required("registrationNumber", &staff.registration_number, NAME),
        room: form.optional("room", &staff.room, NAME),
        clinic,
    });
    if is_taken(tx, "email", &email, None)? {
        form.problem("email", Code::AlreadyUsed, None);
    }
    if let Some(provider) = &provider
        && providers::is_registered(tx, &provider.registration_number)?
    {
        form.problem("registrationNumber", Code::AlreadyUsed, None);
    }
    form.finish()?;
    may_grant(tx, staff.role)?;
    let user = insert_user(tx, &name, &email, &hash_password(&staff.password)?, staff.role, None)?;
    let provider_id = match &provider {
        Some(provider) => Some(providers::add(tx, provider, user)?),
        None => None,
    };
    Ok(StaffMember {
        user_id: user,
        name,
        email,
        roles: vec![staff.role],
        provider_id,
        specialization: provider.map(|provider| provider.specialization),
        active: true,
    })
}

/// Writes a user with profile and grant; the caller has checked what it passes. `LimitReached` when
/// the clinic has as many users as it may have.
pub fn insert_user(
    tx: &Tx,
    name: &str,
    email: &str,
    password_hash: &str,
    role: Role,
    clinic: Option<ClinicId>,
) -> Result<UserId> {
    if role != Role::Patient {
        check_user_limit(tx)?;
    }
    let user = UserId(tx.new_id());
    tx.execute(
        "INSERT INTO users (id, tenant_id, email, password_hash, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![user, tx.device.tenant, email, password_hash, tx.now],
    )?;
    tx.execute(
        "INSERT INTO profiles (id, tenant_id, user_id, full_name, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
        params![tx.new_id(), tx.device.tenant, user, name, tx.now],
    )?;
    insert_grant(tx, user, role, clinic)?;
    Ok(user)
}
