//! Patients: who they are, how they are found, what they must not be given.

mod allergies;
mod conditions;
mod consents;
mod demographics;
mod dependants;
mod duplicates;
mod edit;
mod erase;
mod fellegi_sunter;
mod history;
mod import;
mod import_columns;
mod import_file;
mod import_words;
mod medications;
mod merge;
mod name_words;
mod photo;
mod preferences;
mod register;
mod same;
pub mod search;
mod undo_merge;
mod visits;
mod vitals;
mod worklist;

use chrono::NaiveDate;
use rusqlite::{Connection, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::form::{Form, age_in_years};
use crate::ids::{Instant, LocalDate, PatientId};

pub use allergies::{
    Allergy, AllergyEntry, AllergyReview, AllergyStatus, NewAllergy, Severity, allergies, allergy_list, record_allergy,
    review_allergy,
};
pub use conditions::{Condition, ConditionStatus, NewCondition, conditions, record_condition, set_condition_status};
pub use consents::{
    Consent, ConsentDecision, ConsentPurpose, NewConsent, consent_history, consents, has_consented, record_consent,
};
pub use demographics::{BloodGroup, PatientForm};
pub use dependants::{
    Dependant, Family, NewDependant, Relationship, dependants, link_dependant, register_dependant, unlink_dependant,
};
pub use duplicates::likely_duplicates;
pub use edit::{EditPatient, edit, patient_form};
pub use erase::{ErasedPart, ErasureReport, KeptBecause, KeptPart, erase};
pub use fellegi_sunter::{Agreement, Evidence, LIKELY, POSSIBLE, Traits, compare};
pub use history::{FieldHistory, PatientChange, history};
pub use import::{
    DryRun, FoundAlready, ImportProblem, ImportReport, Parity, dry_run, import, preview as preview_import,
};
pub use import_columns::{ImportField, ImportMapping, SharedPhone};
pub use import_file::ImportPreview;
pub use medications::{
    Medication, MedicationStatus, NewMedication, medications, record_medication, set_medication_status,
};
pub use merge::{Merge, MergeChoice, MergeField, merge, merges};
pub use photo::{MAX_PHOTO_BYTES, photo, remove_photo, set_photo};
pub use preferences::{ContactChannel, Preferences, preferences, save_preferences};
pub use register::{NewPatient, register, register_fully};
pub(crate) use same::same_person;
pub use same::{root_of, same_patient};
pub use search::{PatientHit, search};
pub use undo_merge::undo_merge;
pub use visits::{VISITS, Visits, visits};
pub use vitals::{
    BloodPressure, LatestVitals, NewVitals, Reading, Vitals, body_mass_index, latest_vitals, record_vitals, vitals,
};
pub use worklist::{
    DecidedDuplicate, PossibleDuplicate, count_possible_duplicates, decided_duplicates, find_possible_duplicates,
    keep_apart, possible_duplicates, possible_duplicates_of,
};

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
    pub email: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub postal_code: Option<String>,
    pub national_id: Option<String>,
    pub primary_language: Option<String>,
    pub timezone: Option<String>,
    pub blood_group: Option<BloodGroup>,
    pub notes: Option<String>,
    pub height_cm: Option<f64>,
    pub weight_kg: Option<f64>,
    /// Derived from the two above, in kg/m² with one decimal.
    pub bmi: Option<f64>,
    pub active: bool,
    pub created_at: Instant,
    /// What an edit hands back, so that two people do not overwrite each other.
    pub updated_at: Instant,
}

impl Patient {
    fn from_row(row: &Row, today: NaiveDate) -> rusqlite::Result<Patient> {
        let birth: Option<LocalDate> = row.get("birth_date")?;
        let precision: Option<String> = row.get("birth_date_precision")?;
        let (height_cm, weight_kg) = (row.get("height_cm")?, row.get("weight_kg")?);
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
            email: row.get("email")?,
            address: row.get("address")?,
            city: row.get("city")?,
            postal_code: row.get("postal_code")?,
            national_id: row.get("national_id")?,
            primary_language: row.get("primary_language")?,
            timezone: row.get("timezone")?,
            blood_group: row.get("blood_group")?,
            notes: row.get("notes")?,
            height_cm,
            weight_kg,
            bmi: body_mass_index(height_cm, weight_kg),
            active: row.get("active")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// One patient; `today` is the clinic's day, for the age. A record that was merged into another
/// answers with that one: it is the same person.
pub fn patient(conn: &Connection, id: PatientId, today: LocalDate) -> Result<Patient> {
    conn.prepare_cached("SELECT * FROM patients WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([root_of(conn, id)?], |row| Patient::from_row(row, today.0))
        .map_err(|error| match error {
            rusqlite::Error::QueryReturnedNoRows => Code::NotFound.into(),
            other => other.into(),
        })
}

/// Notes a problem with `field` unless there is such a patient.
fn known_patient(form: &mut Form, conn: &Connection, field: &str, id: PatientId) -> Result<()> {
    let known: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)")?
        .query_row([id], |row| row.get(0))?;
    if !known {
        form.problem(field, Code::NotFound, None);
    }
    Ok(())
}
