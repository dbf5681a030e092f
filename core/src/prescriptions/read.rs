//! Prescriptions as they were issued: of a visit, of a patient, by number.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{ConsultationId, Instant, PatientId, PrescriptionId};
use crate::page::{Page, PageRequest};
use crate::prescriptions::PrescriptionType;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionItem {
    pub position: u32,
    pub medicine: String,
    pub strength: String,
    pub form: String,
    pub dose: String,
    pub frequency: String,
    pub route: String,
    pub duration_days: Option<u32>,
    pub quantity: String,
    pub instructions: String,
    pub potency: Option<String>,
    pub vehicle: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionSummary {
    pub id: PrescriptionId,
    pub number: String,
    pub kind: PrescriptionType,
    pub issued_at: Instant,
    pub prescriber: String,
    pub items: Vec<PrescriptionItem>,
    pub supersedes: Option<PrescriptionId>,
    /// Of several corrections by PCs apart the one with the smallest id, which is the earliest.
    pub superseded_by: Option<PrescriptionId>,
}

/// What two PCs apart did to one prescription.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RivalCorrections {
    pub superseded: PrescriptionSummary,
    /// Two or more; the first is the one that the superseded sheet names.
    pub corrections: Vec<PrescriptionSummary>,
}

fn summary(conn: &Connection, row: &Row) -> Result<PrescriptionSummary> {
    let id = row.get("id")?;
    Ok(PrescriptionSummary {
        id,
        number: row.get("number")?,
        kind: row.get("type")?,
        issued_at: row.get("issued_at")?,
        prescriber: row.get("display_name")?,
        items: items(conn, id)?,
        supersedes: row.get("supersedes_id")?,
        superseded_by: row.get("superseded_by")?,
    })
}

fn summaries(conn: &Connection, sql: &str, of: impl rusqlite::Params) -> Result<Vec<PrescriptionSummary>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(of)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(summary(conn, row)?);
    }
    Ok(found)
}

fn items(conn: &Connection, prescription: PrescriptionId) -> Result<Vec<PrescriptionItem>> {
    let mut statement =
        conn.prepare_cached("SELECT * FROM prescription_items WHERE prescription_id = ?1 ORDER BY position")?;
    let rows = statement.query_map([prescription], |row| {
        Ok(PrescriptionItem {
            position: row.get("position")?,
            medicine: row.get("medicine")?,
            strength: row.get("strength")?,
            form: row.get("form")?,
            dose: row.get("dose")?,
            frequency: row.get("frequency")?,
            route: row.get("route")?,
            duration_days: row.get("duration_days")?,
            quantity: row.get("quantity")?,
            instructions: row.get::<_, Option<String>>("instructions")?.unwrap_or_default(),
            potency: row.get("potency")?,
            vehicle: row.get("vehicle")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The prescriptions of a consultation with their items, in the order of issue.
pub fn of_consultation(conn: &Connection, consultation: ConsultationId) -> Result<Vec<PrescriptionSummary>> {
    summaries(conn, include_str!("of_consultation.sql"), [consultation])
}

/// The prescriptions of a patient, under whichever record, the latest first.
pub fn of_patient(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<PrescriptionSummary>> {
    let found = summaries(conn, include_str!("of_patient.sql"), params![patient, page.sql_limit(), page.sql_offset()])?;
    Ok(page.page(found))
}

/// One prescription.
pub fn prescription(conn: &Connection, id: PrescriptionId) -> Result<PrescriptionSummary> {
    let found = summaries(conn, include_str!("one.sql"), [id])?.into_iter().next();
    found.ok_or_else(|| Code::NotFound.into())
}

/// The prescription with the number on a sheet, as it was printed.
pub fn by_number(conn: &Connection, number: &str) -> Result<PrescriptionSummary> {
    let number = number.trim().to_uppercase();
    let id: Option<PrescriptionId> = conn
        .prepare_cached("SELECT id FROM prescriptions WHERE number = ?1 ORDER BY id LIMIT 1")?
        .query_row([number], |row| row.get("id"))
        .optional()?;
    prescription(conn, id.ok_or(Code::NotFound)?)
}

/// Prescriptions that were corrected more than once from the same sheet, by PCs that were apart: both
/// corrections stay, and a doctor has to say which one holds.
pub fn rival_corrections(conn: &Connection) -> Result<Vec<RivalCorrections>> {
    let mut statement = conn.prepare_cached(
        "SELECT supersedes_id FROM prescriptions WHERE supersedes_id IS NOT NULL
         GROUP BY supersedes_id HAVING count(*) > 1 ORDER BY supersedes_id DESC",
    )?;
    let ids: Vec<PrescriptionId> =
        statement.query_map([], |row| row.get("supersedes_id"))?.collect::<rusqlite::Result<_>>()?;
    ids.into_iter()
        .map(|id| {
            Ok(RivalCorrections {
                superseded: prescription(conn, id)?,
                corrections: summaries(conn, include_str!("corrections.sql"), [id])?,
            })
        })
        .collect()
}
