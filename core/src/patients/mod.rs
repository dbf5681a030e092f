//! Patients: who they are, how they are found, what they must not be given.

mod allergies;
mod register;
pub mod search;

use chrono::NaiveDate;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::form::age_in_years;
use crate::ids::{Instant, LocalDate, PatientId};

pub use allergies::{Allergy, NewAllergy, Severity, allergies, record_allergy};
pub use register::{NewPatient, likely_duplicates, register};
pub use search::{PatientHit, search};

/// As FHIR's administrative gender, with the choice to say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Male,
    Female,
    Other,
    PreferNotToSay,
}

crate::ids::named_values!(Gender {
    Male = "male",
    Female = "female",
    Other = "other",
    PreferNotToSay = "prefer_not_to_say",
});

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    pub id: PatientId,
    pub record_number: String,
    pub full_name: String,
    /// The name in another script.
    pub alternate_name: Option<String>,
    pub gender: Gender,
    pub birth_date: Option<LocalDate>,
    /// Only the year or the month is known.
    pub birth_date_estimated: bool,
    /// Derived, never stored.
    pub age_years: Option<u32>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub primary_language: Option<String>,
    pub created_at: Instant,
}

impl Patient {
    fn from_row(row: &Row, today: NaiveDate) -> rusqlite::Result<Patient> {
        let birth: Option<LocalDate> = row.get("birth_date")?;
        let precision: Option<String> = row.get("birth_date_precision")?;
        Ok(Patient {
            id: row.get("id")?,
            record_number: row.get("record_number")?,
            full_name: row.get("full_name")?,
            alternate_name: row.get("alternate_name")?,
            gender: row.get("gender")?,
            age_years: birth.and_then(|date| age_in_years(date.0, today)),
            birth_date: birth,
            birth_date_estimated: precision.is_some_and(|p| p != "day"),
            phone: row.get("phone")?,
            address: row.get("address")?,
            city: row.get("city")?,
            primary_language: row.get("primary_language")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// One patient; `today` is the clinic's day, for the age.
pub fn patient(conn: &Connection, id: PatientId, today: LocalDate) -> Result<Patient> {
    conn.prepare_cached("SELECT * FROM patients WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| Patient::from_row(row, today.0))
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Code::NotFound.into(),
            other => other.into(),
        })
}
