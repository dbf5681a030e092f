//! Which column of a file is which field: guessed from the header in the languages that Neem speaks,
//! corrected by a person.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::patients::PatientForm;
use crate::patients::import_words::{HEADERS, blood_group, gender};
use crate::patients::search::fold;

/// What a column can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ImportField {
    FullName,
    /// Put before the full name's other words, where a file splits the name.
    GivenName,
    FamilyName,
    AlternateName,
    BirthDate,
    AgeYears,
    Gender,
    Phone,
    Email,
    Address,
    City,
    PostalCode,
    NationalId,
    PrimaryLanguage,
    Timezone,
    BloodGroup,
    Notes,
    HeightCm,
    WeightKg,
}

/// What becomes of a row whose phone somebody responsible has already, in the clinic or further up
/// in the file (domain.md, ruling 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SharedPhone {
    /// A problem of the row.
    Refuse,
    /// The row becomes a dependant of whoever has the phone.
    Dependant,
}

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportMapping {
    /// One entry for each column of the file, in its order; nothing for a column that is left out.
    pub columns: Vec<Option<ImportField>>,
    pub shared_phone: SharedPhone,
    /// Leaves out rows that are probably a patient who is known already.
    pub skip_duplicates: bool,
}

/// Guesses each column from its header; a field is given to the first column that could be it.
pub(super) fn suggest(headers: &[String]) -> Vec<Option<ImportField>> {
    let mut taken: Vec<ImportField> = Vec::new();
    headers
        .iter()
        .map(|header| {
            let wanted = fold(header);
            let found = HEADERS
                .iter()
                .find(|(field, names)| !taken.contains(field) && names.iter().any(|name| fold(name) == wanted))
                .map(|(field, _)| *field);
            taken.extend(found);
            found
        })
        .collect()
}

/// One row as the form that a person would have filled in. A word that cannot be read is named with
/// its field.
pub(super) fn form_of(row: &csv::StringRecord, mapping: &ImportMapping) -> (PatientForm, Vec<&'static str>) {
    let mut form = PatientForm { active: true, ..PatientForm::default() };
    let (mut given, mut family) = (String::new(), String::new());
    let mut unreadable = Vec::new();
    for (cell, field) in row.iter().zip(&mapping.columns) {
        let cell = cell.trim();
        let Some(field) = field.filter(|_| !cell.is_empty()) else { continue };
        let text = cell.to_owned();
        match field {
            ImportField::FullName => form.full_name = text,
            ImportField::GivenName => given = text,
            ImportField::FamilyName => family = text,
            ImportField::AlternateName => form.alternate_name = text,
            ImportField::BirthDate => form.birth_date = without_time(cell).to_owned(),
            ImportField::AgeYears => form.age_years = text,
            ImportField::Gender => match gender(cell) {
                Some(gender) => form.gender = Some(gender),
                None => unreadable.push("gender"),
            },
            ImportField::Phone => form.phone = text,
            ImportField::Email => form.email = text,
            ImportField::Address => form.address = text,
            ImportField::City => form.city = text,
            ImportField::PostalCode => form.postal_code = text,
            ImportField::NationalId => form.national_id = text,
            ImportField::PrimaryLanguage => form.primary_language = text,
            ImportField::Timezone => form.timezone = text,
            ImportField::BloodGroup => match blood_group(cell) {
                Some(group) => form.blood_group = Some(group),
                None => unreadable.push("bloodGroup"),
            },
            ImportField::Notes => form.notes = text,
            ImportField::HeightCm => form.height_cm = text,
            ImportField::WeightKg => form.weight_kg = text,
        }
    }
    if form.full_name.is_empty() {
        form.full_name = format!("{given} {family}").trim().to_owned();
    }
    (form, unreadable)
}

/// Whether the mapping gives every row a name.
pub(super) fn names_are_mapped(mapping: &ImportMapping) -> bool {
    let has = |field| mapping.columns.contains(&Some(field));
    has(ImportField::FullName) || has(ImportField::GivenName) || has(ImportField::FamilyName)
}

/// Other systems write a day with midnight behind it.
fn without_time(text: &str) -> &str {
    if text.contains(':') { text.split(['T', ' ']).next().unwrap_or(text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_five_languages() {
        for header in [
            "Patient Name,Date of Birth,Sex,Mobile No,City",
            "नाम,जन्म तिथि,लिंग,मोबाइल नंबर,शहर",
            "Nama Pasien,Tanggal Lahir,Jenis Kelamin,No. HP,Kota",
            "Nome completo,Data de nascimento,Sexo,Telefone,Cidade",
            "الاسم,تاريخ الميلاد,الجنس,رقم الهاتف,المدينة",
        ] {
            let headers: Vec<String> = header.split(',').map(str::to_owned).collect();
            use ImportField::*;
            assert_eq!(
                suggest(&headers),
                [Some(FullName), Some(BirthDate), Some(Gender), Some(Phone), Some(City)],
                "{header}"
            );
        }
        assert_eq!(
            suggest(&["Shoe size".to_owned(), "Name".to_owned(), "Name".to_owned()]),
            [None, Some(ImportField::FullName), None]
        );
    }
}
