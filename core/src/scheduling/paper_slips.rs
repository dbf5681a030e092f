//! Blank slips for a power cut: printed ahead with numbers that the lane gives to nobody else.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::{ThisDevice, Tx};
use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{ClinicId, Instant, PaperSlipId, SlipBatchId, TicketId};
use crate::scheduling::number_text;
use crate::tenancy;

/// The most slips of one batch: what a bad day could need.
const MOST: u32 = 60;
/// The numbers on paper begin after a full hundred, above those that a lane gives on a busy day, so
/// that everybody sees which came from the drawer.
const HUNDRED: u32 = 100;
/// How far back the busiest day is looked for, in days.
const LOOK_BACK_DAYS: i64 = 60;

/// A blank slip that lies in the drawer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PaperSlip {
    pub id: PaperSlipId,
    pub batch: SlipBatchId,
    pub number: String,
    pub printed_at: Instant,
}

/// Blank slips that were numbered together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SlipBatch {
    pub id: SlipBatchId,
    pub clinic_id: ClinicId,
    pub numbers: Vec<String>,
}

/// Sets numbers of this PC's lane aside for so many blank slips. From then on the PC passes over them
/// on every day, until each is entered or thrown away.
pub fn reserve_slips(tx: &Tx, clinic: ClinicId, count: u32) -> Result<SlipBatch> {
    let mut form = Form::default();
    let count = form.within("count", count, 1, MOST);
    form.finish()?;
    tenancy::clinic(tx, clinic)?;
    let first = first_free(tx, clinic)?;
    let batch = SlipBatchId(tx.new_id());
    for number in first..first + count {
        tx.prepare_cached(
            "INSERT INTO paper_slips (id, tenant_id, clinic_id, batch, lane, number, made_by, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        )?
        .execute(params![
            PaperSlipId(tx.new_id()),
            tx.device.tenant,
            clinic,
            batch,
            tx.device.lane,
            number,
            tx.user()?,
            tx.now
        ])?;
    }
    slip_batch(tx, batch)
}

/// Where a new batch begins: behind the open ones and those of today, or after the next full hundred.
fn first_free(tx: &Tx, clinic: ClinicId) -> Result<u32> {
    let today = tx.now.day(tenancy::clinic(tx, clinic)?.zone());
    let since = Instant(tx.now.0 - LOOK_BACK_DAYS * 24 * 3_600_000);
    let (on_paper, given): (u32, u32) = tx.query_row(
        "SELECT max(coalesce((SELECT max(number) FROM paper_slips
                              WHERE clinic_id = ?1 AND lane = ?2 AND ticket_id IS NULL AND voided_at IS NULL), 0),
                    coalesce((SELECT max(number) FROM queue_tickets
                              WHERE clinic_id = ?1 AND lane = ?2 AND day = ?4 AND entered_at IS NOT NULL), 0)) AS on_paper,
                coalesce((SELECT max(number) FROM queue_tickets
                          WHERE clinic_id = ?1 AND lane = ?2 AND issued_at >= ?3 AND entered_at IS NULL), 0) AS given",
        params![clinic, tx.device.lane, since, today],
        |row| Ok((row.get("on_paper")?, row.get("given")?)),
    )?;
    let after_hundred = (given / HUNDRED + 1) * HUNDRED + 1;
    Ok(after_hundred.max(on_paper + 1))
}

/// A batch with its numbers as they are printed.
pub fn slip_batch(conn: &Connection, batch: SlipBatchId) -> Result<SlipBatch> {
    let mut statement =
        conn.prepare_cached("SELECT clinic_id, lane, number FROM paper_slips WHERE batch = ?1 ORDER BY number")?;
    let rows = statement.query_map([batch], |row| {
        Ok((row.get::<_, ClinicId>("clinic_id")?, number_text(&row.get::<_, String>("lane")?, row.get("number")?)))
    })?;
    let rows: Vec<(ClinicId, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let clinic_id = rows.first().map(|(clinic, _)| *clinic).ok_or(Code::NotFound)?;
    Ok(SlipBatch { id: batch, clinic_id, numbers: rows.into_iter().map(|(_, number)| number).collect() })
}

/// The blank slips of this PC's lane at a site that were neither entered nor thrown away.
pub fn open_slips(conn: &Connection, clinic: ClinicId, device: &ThisDevice) -> Result<Vec<PaperSlip>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, batch, lane, number, created_at FROM paper_slips
         WHERE clinic_id = ?1 AND lane = ?2 AND ticket_id IS NULL AND voided_at IS NULL ORDER BY number",
    )?;
    let rows = statement.query_map(params![clinic, device.lane], |row| {
        Ok(PaperSlip {
            id: row.get("id")?,
            batch: row.get("batch")?,
            number: number_text(&row.get::<_, String>("lane")?, row.get("number")?),
            printed_at: row.get("created_at")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The open slips of a batch are torn up: their numbers can be given again. Returns how many they were.
pub fn throw_away_slips(tx: &Tx, batch: SlipBatchId) -> Result<u32> {
    slip_batch(tx, batch)?;
    let gone = tx.execute(
        "UPDATE paper_slips SET voided_at = ?1, updated_at = ?1
         WHERE batch = ?2 AND lane = ?3 AND ticket_id IS NULL AND voided_at IS NULL",
        params![tx.now, batch, tx.device.lane],
    )?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

/// A blank slip as it stands in its row.
pub(super) struct Open {
    pub clinic: ClinicId,
    pub number: u32,
    pub printed_at: Instant,
}

/// A slip of this PC's lane that can be entered.
pub(super) fn open(tx: &Tx, id: PaperSlipId) -> Result<Open> {
    let mut statement = tx.prepare_cached(
        "SELECT clinic_id, lane, number, created_at, ticket_id, voided_at FROM paper_slips WHERE id = ?1 AND lane = ?2",
    )?;
    let mut rows = statement.query(params![id, tx.device.lane])?;
    let row = rows.next()?.ok_or(Code::NotFound)?;
    if row.get::<_, Option<TicketId>>("ticket_id")?.is_some() || row.get::<_, Option<Instant>>("voided_at")?.is_some() {
        return Err(Code::AlreadyUsed.into());
    }
    Ok(Open { clinic: row.get("clinic_id")?, number: row.get("number")?, printed_at: row.get("created_at")? })
}
