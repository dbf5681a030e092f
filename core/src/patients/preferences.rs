//! How a patient wishes to be reached, and in which languages.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::PatientId;
use crate::patients::known_patient;
use crate::patients::same::same_person;

const MOST_LANGUAGES: usize = 10;

/// A way to reach a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ContactChannel {
    Sms,
    Email,
    Whatsapp,
    Phone,
    Post,
}

/// A patient's wishes, the preferred first. Stored as JSON arrays.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    pub channels: Vec<ContactChannel>,
    /// As BCP 47 tags: `mr`, `pt-BR`.
    pub languages: Vec<String>,
}

/// What a patient wishes; nothing when nobody asked.
pub fn preferences(conn: &Connection, patient: PatientId) -> Result<Preferences> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT channels, languages FROM preferences WHERE patient_id IN ",
        same_person!(),
        " ORDER BY updated_at DESC, id DESC LIMIT 1"
    ))?;
    let found: Option<(String, String)> =
        statement.query_row([patient], |row| Ok((row.get("channels")?, row.get("languages")?))).optional()?;
    let Some((channels, languages)) = found else { return Ok(Preferences::default()) };
    Ok(Preferences { channels: serde_json::from_str(&channels)?, languages: serde_json::from_str(&languages)? })
}

/// Saves a patient's wishes as they now are.
pub fn save_preferences(tx: &Tx, patient: PatientId, wanted: &Preferences) -> Result<Preferences> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "patientId", patient)?;
    let mut channels = wanted.channels.clone();
    remove_repeated(&mut channels);
    let mut languages: Vec<String> = wanted.languages.iter().map(|tag| tag.trim().to_owned()).collect();
    languages.retain(|tag| !tag.is_empty());
    remove_repeated(&mut languages);
    if languages.len() > MOST_LANGUAGES || !languages.iter().all(|tag| is_language_tag(tag)) {
        form.problem("languages", Code::OutOfRange, Some(MOST_LANGUAGES as u32));
    }
    form.finish()?;
    let (channels, languages) = (serde_json::to_string(&channels)?, serde_json::to_string(&languages)?);
    let existing: Option<uuid::Uuid> = tx
        .query_row(
            "SELECT id FROM preferences WHERE patient_id = ?1 ORDER BY updated_at DESC, id DESC LIMIT 1",
            [patient],
            |row| row.get("id"),
        )
        .optional()?;
    match existing {
        Some(id) => tx.execute(
            "UPDATE preferences SET channels = ?1, languages = ?2, updated_at = ?3 WHERE id = ?4",
            params![channels, languages, tx.now, id],
        )?,
        None => tx.execute(
            "INSERT INTO preferences (id, tenant_id, patient_id, channels, languages, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![tx.new_id(), tx.device.tenant, patient, channels, languages, tx.now],
        )?,
    };
    preferences(tx, patient)
}

fn remove_repeated<T: PartialEq + Clone>(list: &mut Vec<T>) {
    let mut seen: Vec<T> = Vec::new();
    list.retain(|item| {
        let new = !seen.contains(item);
        if new {
            seen.push(item.clone());
        }
        new
    });
}

/// A language of two or three letters, with subtags of up to eight letters or digits.
fn is_language_tag(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.chars().all(|c| c.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::is_language_tag;

    #[test]
    fn tags_of_languages() {
        for tag in ["mr", "pt-BR", "zh-Hant-TW", "fil"] {
            assert!(is_language_tag(tag), "{tag}");
        }
        for tag in ["", "m", "marathi", "pt_BR", "pt-", "mr-b", "म"] {
            assert!(!is_language_tag(tag), "{tag:?}");
        }
    }
}
