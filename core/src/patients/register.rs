//! A new patient, out of "no match".

use rusqlite::ToSql;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{LocalDate, PatientId};
use crate::patients::demographics::{Asked, Demographics, INSERT, PatientForm};
use crate::patients::{Gender, PatientHit, dependants, search};
use crate::{running_number, tenancy};

/// The form as it was typed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewPatient {
    pub full_name: String,
    pub alternate_name: String,
    pub gender: Option<Gender>,
    /// As typed; see [`crate::form::parse_date`].
    pub birth_date: String,
    /// In years, where no birth date is known.
    pub age_years: String,
    pub phone: String,
    pub address: String,
    pub city: String,
    pub primary_language: String,
}

impl NewPatient {
    /// The same in the long form, the rest left out.
    pub(super) fn in_full(&self) -> PatientForm {
        PatientForm {
            full_name: self.full_name.clone(),
            alternate_name: self.alternate_name.clone(),
            gender: self.gender,
            birth_date: self.birth_date.clone(),
            age_years: self.age_years.clone(),
            phone: self.phone.clone(),
            address: self.address.clone(),
            city: self.city.clone(),
            primary_language: self.primary_language.clone(),
            active: true,
            ..PatientForm::default()
        }
    }
}

/// Registers a patient under the next record number of this PC's lane.
///
/// # Errors
/// `PhoneInUse` when a responsible patient has the phone (domain.md, ruling 4): then this one is
/// that patient, or is registered as their dependant.
pub fn register(tx: &Tx, patient: &NewPatient, today: LocalDate) -> Result<PatientHit> {
    let id = register_fully(tx, &patient.in_full(), today)?;
    search::hit(tx, id, today)
}

/// Registers a patient with everything that is known.
///
/// # Errors
/// As [`register`].
pub fn register_fully(tx: &Tx, patient: &PatientForm, today: LocalDate) -> Result<PatientId> {
    let mut form = Form::default();
    let checked = Demographics::check(&mut form, patient, today, &tenancy::tenant(tx)?.country, Asked::GenderAndBirth);
    if let Some(phone) = &checked.phone
        && !dependants::holders_of_phone(tx, phone, None)?.is_empty()
    {
        form.problem("phone", Code::PhoneInUse, None);
    }
    form.finish()?;
    insert(tx, &checked, &record_number(tx, next_record_number(tx)?))
}

pub(super) fn insert(tx: &Tx, checked: &Demographics, record_number: &str) -> Result<PatientId> {
    let id = PatientId(tx.new_id());
    let mut values: Vec<(&str, &dyn ToSql)> = checked.bound().to_vec();
    values.extend([
        (":id", &id as &dyn ToSql),
        (":tenant_id", &tx.device.tenant),
        (":record_number", &record_number),
        (":now", &tx.now),
    ]);
    tx.prepare_cached(INSERT)?.execute(&*values)?;
    Ok(id)
}

/// Lane letter and a running number: no two PCs can give out the same one while apart.
pub(super) fn record_number(tx: &Tx, number: u32) -> String {
    format!("{}{number}", tx.device.lane)
}

/// The number that comes next in this PC's lane.
pub(super) fn next_record_number(tx: &Tx) -> Result<u32> {
    let last = running_number::highest(tx, "patients", "record_number", &tx.device.lane)?;
    Ok(last.unwrap_or(10_000) + 1)
}
