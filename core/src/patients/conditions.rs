//! What a patient has or had: the history beside the visits.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{self, Form, LINE, Precision};
use crate::ids::{ConditionId, Instant, LocalDate, PatientId};
use crate::patients::known_patient;
use crate::patients::same::same_person;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ConditionStatus {
    Active,
    Remission,
    Resolved,
}

crate::ids::named_values!(ConditionStatus { Active = "active", Remission = "remission", Resolved = "resolved" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    pub id: ConditionId,
    pub name: String,
    pub code: Option<String>,
    pub status: ConditionStatus,
    /// As exactly as it is known: `2015`, `2015-03` or `2015-03-12`.
    pub onset_on: Option<String>,
    pub resolved_on: Option<LocalDate>,
    pub note: Option<String>,
    pub recorded_at: Instant,
    pub recorded_by: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewCondition {
    pub patient_id: PatientId,
    pub name: String,
    /// ICD-10 or another code, as the clinic uses it.
    pub code: String,
    pub status: ConditionStatus,
    /// As typed: a day, a month or a year.
    pub onset_on: String,
    pub note: String,
}

impl Condition {
    fn from_row(row: &Row) -> rusqlite::Result<Condition> {
        Ok(Condition {
            id: row.get("id")?,
            name: row.get("name")?,
            code: row.get("code")?,
            status: row.get("status")?,
            onset_on: row.get("onset_on")?,
            resolved_on: row.get("resolved_on")?,
            note: row.get("note")?,
            recorded_at: row.get("created_at")?,
            recorded_by: row.get("recorded_by_name")?,
        })
    }
}

/// A patient's conditions, those that are active first.
pub fn conditions(conn: &Connection, patient: PatientId) -> Result<Vec<Condition>> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT conditions.*, coalesce((SELECT full_name FROM profiles WHERE profiles.user_id = conditions.recorded_by LIMIT 1), '') AS recorded_by_name
         FROM conditions WHERE deleted_at IS NULL AND patient_id IN ",
        same_person!(),
        " ORDER BY CASE status WHEN 'active' THEN 0 WHEN 'remission' THEN 1 ELSE 2 END, created_at DESC, id DESC"
    ))?;
    let rows = statement.query_map([patient], Condition::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub fn record_condition(tx: &Tx, condition: &NewCondition, today: LocalDate) -> Result<ConditionId> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "patientId", condition.patient_id)?;
    let name = form.required("name", &condition.name, LINE);
    let code = form.optional("code", &condition.code, 20);
    let onset_on = past_day(&mut form, "onsetOn", &condition.onset_on, today);
    let note = form.optional("note", &condition.note, LINE);
    form.finish()?;
    let id = ConditionId(tx.new_id());
    let resolved_on = (condition.status == ConditionStatus::Resolved).then_some(today);
    tx.execute(
        "INSERT INTO conditions (id, tenant_id, patient_id, name, code, status, onset_on, resolved_on, note, recorded_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        params![
            id,
            tx.device.tenant,
            condition.patient_id,
            name,
            code,
            condition.status,
            onset_on,
            resolved_on,
            note,
            tx.user()?,
            tx.now
        ],
    )?;
    Ok(id)
}

/// Says how a condition now stands; resolving one notes the day.
pub fn set_condition_status(tx: &Tx, id: ConditionId, status: ConditionStatus, today: LocalDate) -> Result<()> {
    let resolved_on = (status == ConditionStatus::Resolved).then_some(today);
    let changed = tx.execute(
        "UPDATE conditions SET status = ?1, resolved_on = ?2, updated_at = ?3 WHERE id = ?4 AND deleted_at IS NULL",
        params![status, resolved_on, tx.now, id],
    )?;
    if changed == 0 { Err(Code::NotFound.into()) } else { Ok(()) }
}

/// A day, month or year that is not in the future, as ISO 8601 with what is known of it.
pub(super) fn past_day(form: &mut Form, field: &str, text: &str, today: LocalDate) -> Option<String> {
    let text = form.optional(field, text, 40)?;
    let Some((date, precision)) = form::parse_date(&text) else {
        form.problem(field, Code::NotADate, None);
        return None;
    };
    if date > today.0 {
        form.problem(field, Code::OutOfRange, None);
    }
    let exact = match precision {
        Precision::Day => "%Y-%m-%d",
        Precision::Month => "%Y-%m",
        Precision::Year => "%Y",
    };
    Some(date.format(exact).to_string())
}
