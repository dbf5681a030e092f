//! A new patient, out of "no match".

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{self, Form, LINE, NAME, Precision};
use crate::ids::{LocalDate, PatientId};
use crate::patients::{Gender, PatientHit, search};
use crate::tenancy;

/// Nobody has lived longer (122 years, J. Calment); more is a slip of the finger.
const OLDEST: u32 = 125;

/// The form as it was typed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewPatient {
    pub full_name: String,
    pub alternate_name: String,
    pub gender: Option<Gender>,
    /// As typed; see [`form::parse_date`].
    pub birth_date: String,
    /// In years, where no birth date is known.
    pub age_years: String,
    pub phone: String,
    pub address: String,
    pub city: String,
    pub primary_language: String,
}

/// Registers a patient under the next record number of this PC's lane.
pub fn register(tx: &Tx, patient: &NewPatient, today: LocalDate) -> Result<PatientHit> {
    let mut form = Form::default();
    let full_name = form.name("fullName", &patient.full_name);
    let alternate_name = form.optional("alternateName", &patient.alternate_name, NAME);
    if patient.gender.is_none() {
        form.problem("gender", Code::Required, None);
    }
    let birth = birth(&mut form, patient, today);
    let phone = form.phone("phone", &patient.phone, &tenancy::tenant(tx)?.country);
    let address = form.optional("address", &patient.address, LINE);
    let city = form.optional("city", &patient.city, NAME);
    let primary_language = form.optional("primaryLanguage", &patient.primary_language, 35);
    form.finish()?;
    let id = PatientId(tx.new_id());
    tx.execute(
        "INSERT INTO patients (id, tenant_id, record_number, full_name, alternate_name, birth_date, birth_date_precision,
                               gender, phone, address, city, primary_language, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
        params![
            id,
            tx.device.tenant,
            next_record_number(tx)?,
            full_name,
            alternate_name,
            birth.map(|(date, _)| date),
            birth.map(|(_, precision)| precision.name()),
            patient.gender,
            phone,
            address,
            city,
            primary_language,
            tx.now
        ],
    )?;
    search::hit(tx, id, today)
}

fn birth(form: &mut Form, patient: &NewPatient, today: LocalDate) -> Option<(LocalDate, Precision)> {
    let date = patient.birth_date.trim();
    if !date.is_empty() {
        let Some((date, precision)) = form::parse_date(date) else {
            form.problem("birthDate", Code::NotADate, None);
            return None;
        };
        match form::age_in_years(date, today.0) {
            None => form.problem("birthDate", Code::BirthDateInFuture, None),
            Some(age) if age > OLDEST => form.problem("birthDate", Code::BirthDateTooOld, Some(OLDEST)),
            Some(_) => return Some((LocalDate(date), precision)),
        }
        return None;
    }
    let age = any_ascii::any_ascii(patient.age_years.trim());
    if age.is_empty() {
        form.problem("birthDate", Code::Required, None);
        return None;
    }
    match age.parse::<u32>() {
        Ok(years) if years <= OLDEST => {
            let year = today.0 - chrono::Months::new(years * 12);
            let first = chrono::NaiveDate::from_yo_opt(chrono::Datelike::year(&year), 1)?;
            Some((LocalDate(first), Precision::Year))
        }
        _ => {
            form.problem("ageYears", Code::OutOfRange, Some(OLDEST));
            None
        }
    }
}

/// Lane letter and a running number: no two PCs can give out the same one while apart.
fn next_record_number(tx: &Tx) -> Result<String> {
    let lane = &tx.device.lane;
    let last: Option<i64> = tx.query_row(
        "SELECT max(CAST(substr(record_number, length(?1) + 1) AS INTEGER)) FROM patients
         WHERE record_number > ?1 AND record_number < ?1 || ':'",
        [lane],
        |row| row.get(0),
    )?;
    Ok(format!("{lane}{}", last.unwrap_or(10_000) + 1))
}

/// Who this could already be, while the form is being filled in: the same phone, or a name that
/// sounds the same. A birth date that contradicts rules a namesake out.
pub fn likely_duplicates(conn: &Connection, patient: &NewPatient, today: LocalDate) -> Result<Vec<PatientHit>> {
    let phone = form::parse_phone(&patient.phone, &tenancy::tenant(conn)?.country);
    let mut found = search::alike(conn, &patient.full_name, phone.as_deref(), today)?;
    if let Some((date, Precision::Day)) = form::parse_date(&patient.birth_date) {
        let same_phone = |hit: &PatientHit| phone.is_some() && hit.phone == phone;
        found.retain(|hit| same_phone(hit) || hit.birth_date.is_none_or(|birth| birth.0 == date));
    }
    found.truncate(3);
    Ok(found)
}
