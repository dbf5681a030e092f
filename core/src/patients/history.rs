//! Who changed what of a patient.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::error::{Code, Result};
use crate::ids::{Instant, PatientId};
use crate::patients::same_patient;
use crate::sync::Table;
use crate::sync::history::{self as rows, Change};
use crate::sync::value::Value;

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldHistory {
    /// The column's name.
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One change, as people read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PatientChange {
    pub at: Instant,
    /// The name of who did it; nobody when the system did.
    pub by: Option<String>,
    /// The name of the PC.
    pub device: Option<String>,
    /// What they did, e.g. `edit_patient`.
    pub action: String,
    /// The record that changed, where a person has several.
    pub record_number: String,
    /// Whether the record was made by it.
    pub made: bool,
    pub fields: Vec<FieldHistory>,
}

/// Every change of a patient's records, the latest first.
///
/// # Errors
/// `Erased`: the log of an erased patient is not read out again.
pub fn history(conn: &Connection, patient: PatientId) -> Result<Vec<PatientChange>> {
    let mut changes: Vec<PatientChange> = Vec::new();
    for id in same_patient(conn, patient)? {
        let record: Option<(String, bool)> = conn
            .prepare_cached("SELECT record_number, erased_at IS NOT NULL AS erased FROM patients WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get("record_number")?, row.get("erased")?)))
            .optional()?;
        let (record_number, erased) = record.ok_or(Code::NotFound)?;
        if erased {
            return Err(Code::Erased.into());
        }
        for change in rows::history(conn, Table::Patients, id.0)? {
            changes.push(read_change(conn, change, &record_number)?);
        }
    }
    changes.sort_by_key(|change| std::cmp::Reverse(change.at));
    Ok(changes)
}

fn read_change(conn: &Connection, change: Change, record_number: &str) -> Result<PatientChange> {
    let by = match change.user {
        Some(user) => conn
            .prepare_cached("SELECT full_name FROM profiles WHERE user_id = ?1 LIMIT 1")?
            .query_row([user], |row| row.get("full_name"))
            .optional()?,
        None => None,
    };
    let device = conn
        .prepare_cached("SELECT name FROM devices WHERE id = ?1")?
        .query_row([change.device], |row| row.get("name"))
        .optional()?;
    let fields = change
        .fields
        .into_iter()
        .map(|field| FieldHistory { field: field.column, before: text(field.before), after: text(field.after) })
        .collect();
    let record_number = record_number.to_owned();
    Ok(PatientChange { at: change.at, by, device, action: change.action, record_number, made: change.made, fields })
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Int(int) => Some(int.to_string()),
        Value::Real(real) => Some(real.to_string()),
        Value::Text(text) => Some(text),
        Value::Blob(bytes) => Some(Uuid::from_slice(&bytes).map_or_else(|_| "…".to_owned(), |id| id.to_string())),
    }
}
