//! Complaints and diagnoses as lists that can be counted, beside the free text.

use rusqlite::Row;
use rusqlite::types::Type as SqlType;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Code;
use crate::form::{Form, NAME};
use crate::patients::Severity;

/// More is a slip of the finger.
const MOST: usize = 40;

/// Something that a patient feels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Symptom {
    pub name: String,
    /// In the patient's words: "three days", "since Diwali". Empty when not said.
    pub since: String,
    pub severity: Option<Severity>,
}

/// A list that is kept as JSON; none is an empty one, and what is no such list is an error of the column.
pub(super) fn list<T: DeserializeOwned>(row: &Row, column: &str) -> rusqlite::Result<Vec<T>> {
    match row.get::<_, Option<String>>(column)? {
        None => Ok(Vec::new()),
        Some(text) => serde_json::from_str(&text).map_err(|error| {
            let index = row.as_ref().column_index(column).unwrap_or_default();
            rusqlite::Error::FromSqlConversionFailure(index, SqlType::Text, Box::new(error))
        }),
    }
}

pub(super) fn check_symptoms(form: &mut Form, symptoms: &[Symptom]) -> Vec<Symptom> {
    if symptoms.len() > MOST {
        form.problem("symptoms", Code::OutOfRange, Some(MOST as u32));
    }
    let read = |(index, symptom): (usize, &Symptom)| Symptom {
        name: form.required(&format!("symptoms.{index}.name"), &symptom.name, NAME),
        since: form.optional(&format!("symptoms.{index}.since"), &symptom.since, NAME).unwrap_or_default(),
        severity: symptom.severity,
    };
    symptoms.iter().take(MOST).enumerate().map(read).collect()
}

pub(super) fn check_codes(form: &mut Form, codes: &[String]) -> Vec<String> {
    if codes.len() > MOST {
        form.problem("diagnosisCodes", Code::OutOfRange, Some(MOST as u32));
    }
    let mut found = Vec::new();
    for (index, typed) in codes.iter().take(MOST).enumerate() {
        match diagnosis_code(typed) {
            Some(code) if found.contains(&code) => {}
            Some(code) => found.push(code),
            None => form.problem(&format!("diagnosisCodes.{index}"), Code::NotADiagnosisCode, None),
        }
    }
    found
}

/// A code of the shape of ICD-10 (a letter, two digits, at most four more behind a point), written the
/// usual way: `e119` is `E11.9`. Whether the code is in use is not asked: the lists differ by country.
pub fn diagnosis_code(typed: &str) -> Option<String> {
    let bare: String = typed.trim().to_uppercase().chars().filter(|c| *c != '.').collect();
    let points = typed.matches('.').count();
    let sound = (3..=7).contains(&bare.len())
        && bare.starts_with(|c: char| c.is_ascii_uppercase())
        && bare.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
        && bare.chars().skip(2).all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        && (points == 0 || points == 1 && typed.trim().find('.') == Some(3) && bare.len() > 3);
    if !sound {
        return None;
    }
    let (category, rest) = bare.split_at(3);
    Some(if rest.is_empty() { category.to_owned() } else { format!("{category}.{rest}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_shape_of_icd_10() {
        for (typed, expected) in [
            ("E11.9", Some("E11.9")),
            ("e119", Some("E11.9")),
            (" J20 ", Some("J20")),
            ("S72.001A", Some("S72.001A")),
            ("C7A.1", Some("C7A.1")),
            ("11.9", None),
            ("E1", None),
            ("E1.19", None),
            ("E11.", None),
            ("E11.9.1", None),
            ("E11.12345", None),
            ("ÉE1", None),
            ("", None),
        ] {
            assert_eq!(diagnosis_code(typed).as_deref(), expected, "{typed:?}");
        }
    }
}
