//! The whole form of a patient, and what of it is kept once it has been checked.

use rusqlite::{Row, ToSql};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Code;
use crate::form::{self, Form, LINE, NAME, Precision, TEXT};
use crate::ids::LocalDate;
use crate::patients::Gender;

/// Nobody has lived longer (122 years, J. Calment); more is a slip of the finger.
const OLDEST: u32 = 125;

// Statements that fire the capture's triggers can be prepared by the writer alone, and so stand in no file.

/// The parameters are those of [`Demographics::bound`], `:id`, `:tenant_id`, `:record_number` and `:now`.
pub(super) const INSERT: &str =
    "INSERT INTO patients (id, tenant_id, record_number, full_name, alternate_name, birth_date, birth_date_precision, gender, phone, email,
                           address, city, postal_code, national_id, primary_language, timezone, blood_group, notes, height_cm, weight_kg,
                           active, created_at, updated_at)
     VALUES (:id, :tenant_id, :record_number, :full_name, :alternate_name, :birth_date, :birth_date_precision, :gender, :phone, :email,
             :address, :city, :postal_code, :national_id, :primary_language, :timezone, :blood_group, :notes, :height_cm, :weight_kg,
             :active, :now, :now)";

/// The parameters are those of [`Demographics::bound`], `:id` and `:now`.
pub(super) const UPDATE: &str =
    "UPDATE patients
     SET full_name = :full_name, alternate_name = :alternate_name, birth_date = :birth_date, birth_date_precision = :birth_date_precision,
         gender = :gender, phone = :phone, email = :email, address = :address, city = :city, postal_code = :postal_code,
         national_id = :national_id, primary_language = :primary_language, timezone = :timezone, blood_group = :blood_group,
         notes = :notes, height_cm = :height_cm, weight_kg = :weight_kg, active = :active, updated_at = :now
     WHERE id = :id";

/// ABO and rhesus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub enum BloodGroup {
    #[serde(rename = "A+")]
    APositive,
    #[serde(rename = "A-")]
    ANegative,
    #[serde(rename = "B+")]
    BPositive,
    #[serde(rename = "B-")]
    BNegative,
    #[serde(rename = "AB+")]
    AbPositive,
    #[serde(rename = "AB-")]
    AbNegative,
    #[serde(rename = "O+")]
    OPositive,
    #[serde(rename = "O-")]
    ONegative,
}

crate::ids::named_values!(BloodGroup {
    APositive = "A+",
    ANegative = "A-",
    BPositive = "B+",
    BNegative = "B-",
    AbPositive = "AB+",
    AbNegative = "AB-",
    OPositive = "O+",
    ONegative = "O-",
});

impl BloodGroup {
    pub const ALL: &[BloodGroup] = &[
        BloodGroup::APositive,
        BloodGroup::ANegative,
        BloodGroup::BPositive,
        BloodGroup::BNegative,
        BloodGroup::AbPositive,
        BloodGroup::AbNegative,
        BloodGroup::OPositive,
        BloodGroup::ONegative,
    ];
}

/// Everything that is known of a patient, as it was typed; an empty text is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PatientForm {
    pub full_name: String,
    pub alternate_name: String,
    pub gender: Option<Gender>,
    /// As typed; see [`form::parse_date`].
    pub birth_date: String,
    /// In years, where no birth date is known.
    pub age_years: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub city: String,
    pub postal_code: String,
    pub national_id: String,
    pub primary_language: String,
    /// An IANA name, for a patient who is called over another zone's clock.
    pub timezone: String,
    pub blood_group: Option<BloodGroup>,
    pub notes: String,
    pub height_cm: String,
    pub weight_kg: String,
    pub active: bool,
}

/// What must be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// At the desk the person can be asked.
    GenderAndBirth,
    /// A record that was imported without a birth date can be edited without one.
    Gender,
    /// A file of another system holds what it holds.
    NameOnly,
}

/// The columns of a patient that a form changes, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Demographics {
    pub full_name: String,
    pub alternate_name: Option<String>,
    pub birth_date: Option<LocalDate>,
    pub birth_date_precision: Option<&'static str>,
    pub gender: Gender,
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
    pub active: bool,
}

impl Demographics {
    /// Reads a form; what is wrong with it is noted in `form`.
    pub fn check(form: &mut Form, typed: &PatientForm, today: LocalDate, country: &str, asked: Asked) -> Demographics {
        let full_name = form.name("fullName", &typed.full_name);
        let alternate_name = form.optional("alternateName", &typed.alternate_name, NAME);
        if typed.gender.is_none() && asked != Asked::NameOnly {
            form.problem("gender", Code::Required, None);
        }
        let birth = birth(form, typed, today, asked == Asked::GenderAndBirth);
        let timezone = form.optional("timezone", &typed.timezone, NAME);
        Demographics {
            full_name,
            alternate_name,
            birth_date: birth.map(|(date, _)| date),
            birth_date_precision: birth.map(|(_, precision)| precision.name()),
            gender: typed.gender.unwrap_or(Gender::PreferNotToSay),
            phone: form.phone("phone", &typed.phone, country),
            email: form.optional_email("email", &typed.email),
            address: form.optional("address", &typed.address, LINE),
            city: form.optional("city", &typed.city, NAME),
            postal_code: form.optional("postalCode", &typed.postal_code, 20),
            national_id: form.optional("nationalId", &typed.national_id, 60),
            primary_language: form.optional("primaryLanguage", &typed.primary_language, 35),
            timezone: timezone.map(|zone| form.time_zone("timezone", &zone)),
            blood_group: typed.blood_group,
            notes: form.optional("notes", &typed.notes, TEXT),
            height_cm: measure(form, "heightCm", &typed.height_cm, 20.0, 280.0),
            weight_kg: measure(form, "weightKg", &typed.weight_kg, 0.2, 650.0),
            active: typed.active,
        }
    }

    pub fn from_row(row: &Row) -> rusqlite::Result<Demographics> {
        let precision: Option<String> = row.get("birth_date_precision")?;
        Ok(Demographics {
            full_name: row.get("full_name")?,
            alternate_name: row.get("alternate_name")?,
            birth_date: row.get("birth_date")?,
            birth_date_precision: precision.and_then(|name| precision_of(&name)).map(Precision::name),
            gender: row.get("gender")?,
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
            height_cm: row.get("height_cm")?,
            weight_kg: row.get("weight_kg")?,
            active: row.get("active")?,
        })
    }

    /// Every column under the name of its parameter, for [`INSERT`] and [`UPDATE`].
    pub fn bound(&self) -> [(&'static str, &dyn ToSql); 18] {
        [
            (":full_name", &self.full_name),
            (":alternate_name", &self.alternate_name),
            (":birth_date", &self.birth_date),
            (":birth_date_precision", &self.birth_date_precision),
            (":gender", &self.gender),
            (":phone", &self.phone),
            (":email", &self.email),
            (":address", &self.address),
            (":city", &self.city),
            (":postal_code", &self.postal_code),
            (":national_id", &self.national_id),
            (":primary_language", &self.primary_language),
            (":timezone", &self.timezone),
            (":blood_group", &self.blood_group),
            (":notes", &self.notes),
            (":height_cm", &self.height_cm),
            (":weight_kg", &self.weight_kg),
            (":active", &self.active),
        ]
    }

    /// The form as it would be typed to mean the same.
    pub fn typed(&self) -> PatientForm {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let number = |value: Option<f64>| value.map(|number| number.to_string()).unwrap_or_default();
        let birth_date = self.birth_date.map(|date| match self.birth_date_precision {
            Some("year") => date.0.format("%Y").to_string(),
            Some("month") => date.0.format("%m/%Y").to_string(),
            _ => date.to_string(),
        });
        PatientForm {
            full_name: self.full_name.clone(),
            alternate_name: text(&self.alternate_name),
            gender: Some(self.gender),
            birth_date: birth_date.unwrap_or_default(),
            age_years: String::new(),
            phone: text(&self.phone),
            email: text(&self.email),
            address: text(&self.address),
            city: text(&self.city),
            postal_code: text(&self.postal_code),
            national_id: text(&self.national_id),
            primary_language: text(&self.primary_language),
            timezone: text(&self.timezone),
            blood_group: self.blood_group,
            notes: text(&self.notes),
            height_cm: number(self.height_cm),
            weight_kg: number(self.weight_kg),
            active: self.active,
        }
    }
}

pub(super) fn precision_of(name: &str) -> Option<Precision> {
    [Precision::Day, Precision::Month, Precision::Year].into_iter().find(|precision| precision.name() == name)
}

/// A birth date, or the year that an age in years gives.
pub(super) fn birth(
    form: &mut Form,
    typed: &PatientForm,
    today: LocalDate,
    required: bool,
) -> Option<(LocalDate, Precision)> {
    let date = typed.birth_date.trim();
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
    let age = any_ascii::any_ascii(typed.age_years.trim());
    if age.is_empty() {
        if required {
            form.problem("birthDate", Code::Required, None);
        }
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

/// A measurement as typed, with a point or a comma.
fn measure(form: &mut Form, field: &str, text: &str, least: f64, most: f64) -> Option<f64> {
    let ascii = any_ascii::any_ascii(text.trim()).replace(',', ".");
    if ascii.is_empty() {
        return None;
    }
    match ascii.parse::<f64>() {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        _ => {
            form.problem(field, Code::OutOfRange, Some(most as u32));
            None
        }
    }
}
