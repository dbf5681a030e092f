//! Two records turn out to be one person. The earlier record is kept and the later one points to it;
//! what hangs on either stays where it is and is read together (see [`super::same`]).

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use specta::Type;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::{Instant, LocalDate, MergeId, PatientId};
use crate::patients::same::same_person;
use crate::patients::{Patient, patient};
use crate::sync::value::Value;

/// What a person chooses by: columns that only make sense together are one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum MergeField {
    FullName,
    AlternateName,
    /// With how exactly it is known.
    BirthDate,
    Gender,
    Phone,
    Email,
    /// With city and postal code.
    Address,
    NationalId,
    PrimaryLanguage,
    Timezone,
    BloodGroup,
    Notes,
    HeightCm,
    WeightKg,
    Active,
    Photo,
    /// The patient's own login.
    User,
}

impl MergeField {
    pub const ALL: &[MergeField] = &[
        MergeField::FullName,
        MergeField::AlternateName,
        MergeField::BirthDate,
        MergeField::Gender,
        MergeField::Phone,
        MergeField::Email,
        MergeField::Address,
        MergeField::NationalId,
        MergeField::PrimaryLanguage,
        MergeField::Timezone,
        MergeField::BloodGroup,
        MergeField::Notes,
        MergeField::HeightCm,
        MergeField::WeightKg,
        MergeField::Active,
        MergeField::Photo,
        MergeField::User,
    ];

    /// Its columns; the field is empty when all of them are.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            MergeField::FullName => &["full_name"],
            MergeField::AlternateName => &["alternate_name"],
            MergeField::BirthDate => &["birth_date", "birth_date_precision"],
            MergeField::Gender => &["gender"],
            MergeField::Phone => &["phone"],
            MergeField::Email => &["email"],
            MergeField::Address => &["address", "city", "postal_code"],
            MergeField::NationalId => &["national_id"],
            MergeField::PrimaryLanguage => &["primary_language"],
            MergeField::Timezone => &["timezone"],
            MergeField::BloodGroup => &["blood_group"],
            MergeField::Notes => &["notes"],
            MergeField::HeightCm => &["height_cm"],
            MergeField::WeightKg => &["weight_kg"],
            MergeField::Active => &["active"],
            MergeField::Photo => &["photo_file_id"],
            MergeField::User => &["user_id"],
        }
    }
}

/// Two records of one person, and whose value shows.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MergeChoice {
    pub one: PatientId,
    pub other: PatientId,
    /// The fields whose value comes from the later record. A field that is empty in the earlier one
    /// is filled from the later one without being named.
    pub from_later: Vec<MergeField>,
}

/// A merge that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Merge {
    pub id: MergeId,
    pub kept_id: PatientId,
    pub merged_id: PatientId,
    /// Of the record that was merged into the other, as its cards and slips have it.
    pub merged_record_number: String,
    pub merged_name: String,
    pub merged_by: String,
    pub merged_at: Instant,
    pub undone_at: Option<Instant>,
}

/// The values of some columns of a patient, by column.
pub(super) type Columns = Vec<(&'static str, Value)>;

/// Reads columns of a record.
pub(super) fn read_columns(conn: &Connection, id: PatientId, names: &[&'static str]) -> Result<Columns> {
    let mut statement = conn.prepare_cached("SELECT * FROM patients WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| {
        names.iter().map(|name| Ok((*name, Value::from(row.get_ref(*name)?)))).collect::<rusqlite::Result<_>>()
    })?)
}

/// Writes columns of a record, with when they changed.
pub(super) fn write_columns(tx: &Tx, id: PatientId, columns: &Columns) -> Result<()> {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("{name} = ?, ")).collect();
    let mut values: Vec<&dyn ToSql> = columns.iter().map(|(_, value)| value as &dyn ToSql).collect();
    values.extend([&tx.now as &dyn ToSql, &id]);
    tx.execute(&format!("UPDATE patients SET {}updated_at = ? WHERE id = ?", names.concat()), &*values)?;
    Ok(())
}

/// As JSON. A real number travels as text: not every reader of JSON gives back the same bits.
pub(super) fn to_json(columns: &Columns) -> String {
    let json = |value: &Value| match value {
        Value::Null => Json::Null,
        Value::Int(int) => Json::from(*int),
        Value::Real(real) => Json::from(format!("{real:?}")),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Blob(bytes) => Json::from(Uuid::from_slice(bytes).unwrap_or_default().to_string()),
    };
    let map: Map<String, Json> = columns.iter().map(|(name, value)| ((*name).to_owned(), json(value))).collect();
    Json::Object(map).to_string()
}

/// The inverse of [`to_json`].
pub(super) fn from_json(text: &str) -> Result<Columns> {
    let map: Map<String, Json> = serde_json::from_str(text)?;
    let known = || MergeField::ALL.iter().flat_map(|field| field.columns());
    let damaged = |name: &str| Error::Encoding(format!("a merge with another value of {name}"));
    map.into_iter()
        .map(|(name, json)| {
            let column = known().find(|column| **column == name).ok_or_else(|| damaged(&name))?;
            let value = match (*column, json) {
                (_, Json::Null) => Value::Null,
                ("active", Json::Number(number)) => Value::Int(number.as_i64().ok_or_else(|| damaged(&name))?),
                ("height_cm" | "weight_kg", Json::String(text)) => {
                    Value::Real(text.parse().map_err(|_| damaged(&name))?)
                }
                ("photo_file_id" | "user_id", Json::String(text)) => {
                    Value::Blob(Uuid::parse_str(&text).map_err(|_| damaged(&name))?.as_bytes().to_vec())
                }
                (_, Json::String(text)) => Value::Text(text),
                _ => return Err(damaged(&name)),
            };
            Ok((*column, value))
        })
        .collect()
}

/// Makes two records one person's. The one with the smaller id is kept, so that two PCs that merge
/// the same pair while apart agree.
///
/// # Errors
/// `MergeImpossible` for one and the same record, and for one that is deleted, erased or merged.
pub fn merge(tx: &Tx, choice: &MergeChoice, today: LocalDate) -> Result<Patient> {
    let (kept, merged) = (choice.one.min(choice.other), choice.one.max(choice.other));
    if kept == merged || !can_merge(tx, kept)? || !can_merge(tx, merged)? {
        return Err(Code::MergeImpossible.into());
    }
    let (mut before, mut after) = (Columns::new(), Columns::new());
    for field in MergeField::ALL {
        let current = read_columns(tx, kept, field.columns())?;
        let later = read_columns(tx, merged, field.columns())?;
        let empty = |columns: &Columns| columns.iter().all(|(_, value)| value.is_null());
        if choice.from_later.contains(field) || (empty(&current) && !empty(&later)) {
            for (old, new) in current.into_iter().zip(later).filter(|(old, new)| old != new) {
                before.push(old);
                after.push(new);
            }
        }
    }
    // A name is required; the later record has one too, so that choosing it never empties the field.
    if !after.is_empty() {
        write_columns(tx, kept, &after)?;
    }
    tx.execute(
        "UPDATE patients SET merged_into_id = ?1, updated_at = ?2 WHERE id = ?3",
        params![kept, tx.now, merged],
    )?;
    tx.execute(
        "INSERT INTO patient_merges (id, tenant_id, kept_id, merged_id, before_kept, after_kept, merged_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        params![
            MergeId(tx.new_id()),
            tx.device.tenant,
            kept,
            merged,
            to_json(&before),
            to_json(&after),
            tx.user()?,
            tx.now
        ],
    )?;
    tx.execute("DELETE FROM possible_duplicates WHERE first_id = ?1 AND second_id = ?2", params![kept, merged])?;
    patient(tx, kept, today)
}

fn can_merge(conn: &Connection, id: PatientId) -> Result<bool> {
    let found: Option<bool> = conn
        .prepare_cached(
            "SELECT deleted_at IS NULL AND erased_at IS NULL AND merged_into_id IS NULL AS can_merge FROM patients WHERE id = ?1",
        )?
        .query_row([id], |row| row.get("can_merge"))
        .optional()?;
    Ok(found.unwrap_or(false))
}

impl Merge {
    fn from_row(row: &Row) -> rusqlite::Result<Merge> {
        Ok(Merge {
            id: row.get("id")?,
            kept_id: row.get("kept_id")?,
            merged_id: row.get("merged_id")?,
            merged_record_number: row.get("record_number")?,
            merged_name: row.get("full_name")?,
            merged_by: row.get("merged_by_name")?,
            merged_at: row.get("created_at")?,
            undone_at: row.get("undone_at")?,
        })
    }
}

/// The merges that made a person's record what it is, the latest first.
pub fn merges(conn: &Connection, patient: PatientId) -> Result<Vec<Merge>> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT patient_merges.*, record_number, full_name,
                coalesce((SELECT full_name FROM profiles WHERE profiles.user_id = merged_by LIMIT 1), '') AS merged_by_name
         FROM patient_merges JOIN patients ON patients.id = merged_id
         WHERE kept_id IN ",
        same_person!(),
        " ORDER BY patient_merges.created_at DESC, patient_merges.id DESC"
    ))?;
    let rows = statement.query_map([patient], Merge::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}
