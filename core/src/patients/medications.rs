//! What a patient takes, whoever prescribed it.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME};
use crate::ids::{Instant, LocalDate, MedicationId, PatientId};
use crate::patients::conditions::past_day;
use crate::patients::known_patient;
use crate::patients::same::same_person;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum MedicationStatus {
    Active,
    Stopped,
}

crate::ids::named_values!(MedicationStatus { Active = "active", Stopped = "stopped" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Medication {
    pub id: MedicationId,
    pub medicine: String,
    pub dosage: Option<String>,
    pub frequency: Option<String>,
    pub route: Option<String>,
    pub status: MedicationStatus,
    /// As exactly as it is known: `2015`, `2015-03` or `2015-03-12`.
    pub started_on: Option<String>,
    pub stopped_on: Option<LocalDate>,
    pub note: Option<String>,
    pub recorded_at: Instant,
    pub recorded_by: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewMedication {
    pub patient_id: PatientId,
    pub medicine: String,
    pub dosage: String,
    pub frequency: String,
    pub route: String,
    /// As typed: a day, a month or a year.
    pub started_on: String,
    pub note: String,
    /// The line of the prescription that it comes from.
    pub prescription_item_id: Option<Uuid>,
}

impl Medication {
    fn from_row(row: &Row) -> rusqlite::Result<Medication> {
        Ok(Medication {
            id: row.get("id")?,
            medicine: row.get("medicine")?,
            dosage: row.get("dosage")?,
            frequency: row.get("frequency")?,
            route: row.get("route")?,
            status: row.get("status")?,
            started_on: row.get("started_on")?,
            stopped_on: row.get("stopped_on")?,
            note: row.get("note")?,
            recorded_at: row.get("created_at")?,
            recorded_by: row.get("recorded_by_name")?,
        })
    }
}

/// What a patient takes, then what was stopped.
pub fn medications(conn: &Connection, patient: PatientId) -> Result<Vec<Medication>> {
    let mut statement = conn.prepare_cached(concat!(
        "SELECT medications.*, coalesce((SELECT full_name FROM profiles WHERE profiles.user_id = medications.recorded_by LIMIT 1), '') AS recorded_by_name
         FROM medications WHERE deleted_at IS NULL AND patient_id IN ",
        same_person!(),
        " ORDER BY status, created_at DESC, id DESC"
    ))?;
    let rows = statement.query_map([patient], Medication::from_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

pub fn record_medication(tx: &Tx, medication: &NewMedication, today: LocalDate) -> Result<MedicationId> {
    let mut form = Form::default();
    known_patient(&mut form, tx, "patientId", medication.patient_id)?;
    let medicine = form.required("medicine", &medication.medicine, NAME);
    let dosage = form.optional("dosage", &medication.dosage, NAME);
    let frequency = form.optional("frequency", &medication.frequency, NAME);
    let route = form.optional("route", &medication.route, NAME);
    let started_on = past_day(&mut form, "startedOn", &medication.started_on, today);
    let note = form.optional("note", &medication.note, LINE);
    if let Some(item) = medication.prescription_item_id {
        let known: bool =
            tx.query_row("SELECT EXISTS (SELECT 1 FROM prescription_items WHERE id = ?1)", [item], |row| row.get(0))?;
        if !known {
            form.problem("prescriptionItemId", Code::NotFound, None);
        }
    }
    form.finish()?;
    let id = MedicationId(tx.new_id());
    tx.execute(
        "INSERT INTO medications (id, tenant_id, patient_id, medicine, dosage, frequency, route, status, started_on, note,
                                  prescription_item_id, recorded_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'active', ?8, ?9, ?10, ?11, ?12, ?12)",
        params![
            id,
            tx.device.tenant,
            medication.patient_id,
            medicine,
            dosage,
            frequency,
            route,
            started_on,
            note,
            medication.prescription_item_id,
            tx.user()?,
            tx.now
        ],
    )?;
    Ok(id)
}

/// Stops a medicine, or takes it up again; stopping notes the day.
pub fn set_medication_status(tx: &Tx, id: MedicationId, status: MedicationStatus, today: LocalDate) -> Result<()> {
    let stopped_on = (status == MedicationStatus::Stopped).then_some(today);
    let changed = tx.execute(
        "UPDATE medications SET status = ?1, stopped_on = ?2, updated_at = ?3 WHERE id = ?4 AND deleted_at IS NULL",
        params![status, stopped_on, tx.now, id],
    )?;
    if changed == 0 { Err(Code::NotFound.into()) } else { Ok(()) }
}
