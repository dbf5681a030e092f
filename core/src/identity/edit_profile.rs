//! Editing a profile, and the email and number that belong to the account.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, age_in_years};
use crate::identity::account::{UserAccount, user};
use crate::ids::{LocalDate, UserId};
use crate::patients::Gender;
use crate::tenancy;

/// Nobody who works is older; more is a slip of the finger.
const OLDEST: u32 = 125;

/// The form "My profile".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileForm {
    pub name: String,
    pub gender: Option<Gender>,
    /// As typed.
    pub birth_date: String,
    pub phone: String,
    pub address: String,
    /// An IANA name, or empty for the site's.
    pub timezone: String,
}

/// The form "Email and phone of the account".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ContactForm {
    pub email: String,
    pub phone: String,
}

/// Replaces a person's profile; `today` is the clinic's day, for the birth date.
pub fn edit_profile(tx: &Tx, id: UserId, profile: &ProfileForm, today: LocalDate) -> Result<UserAccount> {
    user(tx, id)?;
    let mut form = Form::default();
    let name = form.name("name", &profile.name);
    let birth_date = form.day("birthDate", &profile.birth_date);
    match birth_date.map(|born| age_in_years(born.0, today.0)) {
        Some(None) => form.problem("birthDate", Code::BirthDateInFuture, None),
        Some(Some(age)) if age > OLDEST => form.problem("birthDate", Code::BirthDateTooOld, Some(OLDEST)),
        _ => {}
    }
    let phone = form.phone("phone", &profile.phone, &tenancy::tenant(tx)?.country);
    let address = form.optional("address", &profile.address, LINE);
    let zone = profile.timezone.trim();
    let timezone = (!zone.is_empty()).then(|| form.time_zone("timezone", zone));
    form.finish()?;
    tx.execute(
        "UPDATE profiles SET full_name = ?1, gender = ?2, birth_date = ?3, phone = ?4, address = ?5, timezone = ?6, updated_at = ?7
         WHERE user_id = ?8",
        params![name, profile.gender, birth_date, phone, address, timezone, tx.now, id],
    )?;
    user(tx, id)
}

/// Changes the email or the number of an account; what has changed is no longer verified.
pub fn change_contact(tx: &Tx, id: UserId, contact: &ContactForm) -> Result<UserAccount> {
    let before = user(tx, id)?;
    let mut form = Form::default();
    let email = form.email("email", &contact.email);
    let phone = form.phone("phone", &contact.phone, &tenancy::tenant(tx)?.country);
    if is_taken(tx, "email", &email, Some(id))? {
        form.problem("email", Code::AlreadyUsed, None);
    }
    if let Some(phone) = &phone
        && is_taken(tx, "phone", phone, Some(id))?
    {
        form.problem("phone", Code::AlreadyUsed, None);
    }
    form.finish()?;
    let email_verified_at = before.email_verified_at.filter(|_| before.email == email);
    let phone_verified_at = before.phone_verified_at.filter(|_| before.account_phone == phone);
    tx.execute(
        "UPDATE users SET email = ?1, phone = ?2, email_verified_at = ?3, phone_verified_at = ?4, updated_at = ?5 WHERE id = ?6",
        params![email, phone, email_verified_at, phone_verified_at, tx.now, id],
    )?;
    user(tx, id)
}

/// Whether somebody else has this email or number (domain.md, ruling 5; V).
pub(super) fn is_taken(conn: &Connection, column: &'static str, value: &str, except: Option<UserId>) -> Result<bool> {
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM users WHERE tenant_id = (SELECT tenant_id FROM this_device)
                        AND {column} = ?1 AND deleted_at IS NULL AND id IS NOT ?2)"
    );
    Ok(conn.prepare_cached(&sql)?.query_row(params![value, except], |row| row.get(0))?)
}
