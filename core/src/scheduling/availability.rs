//! When a doctor can be seen at a site: templates with the rows of a week.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, TemplateId, TemplateSlotId};
use crate::scheduling::Mode;

/// A week's pattern of one doctor at one site; with a recurrence, some weeks or days only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityTemplate {
    pub id: TemplateId,
    pub provider_id: ProviderId,
    pub clinic_id: ClinicId,
    pub slot_duration_minutes: u32,
    pub buffer_minutes: u32,
    /// How many patients one time takes.
    pub capacity: u32,
    pub valid_from: LocalDate,
    /// The last day, included; none: until further notice.
    pub valid_to: Option<LocalDate>,
    /// An RRULE (RFC 5545) without DTSTART.
    pub recurrence: Option<String>,
    /// Whether on its days these hours hold instead of the doctor's others at the site.
    pub replaces: bool,
    pub slots: Vec<TemplateSlot>,
}

/// A row of the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TemplateSlot {
    pub id: TemplateSlotId,
    /// As in ISO 8601: 1 is Monday.
    pub weekday: u32,
    /// Local time of the site, `HH:MM`.
    pub start_time: String,
    /// `24:00` is the end of the day.
    pub end_time: String,
    pub mode: Mode,
}

impl TemplateSlot {
    fn from_row(id: TemplateSlotId, row: &Row) -> rusqlite::Result<TemplateSlot> {
        Ok(TemplateSlot {
            id,
            weekday: row.get("weekday")?,
            start_time: row.get("start_time")?,
            end_time: row.get("end_time")?,
            mode: row.get("mode")?,
        })
    }
}

impl AvailabilityTemplate {
    fn from_row(row: &Row) -> rusqlite::Result<AvailabilityTemplate> {
        Ok(AvailabilityTemplate {
            id: row.get("id")?,
            provider_id: row.get("provider_id")?,
            clinic_id: row.get("clinic_id")?,
            slot_duration_minutes: row.get("slot_duration_minutes")?,
            buffer_minutes: row.get("buffer_minutes")?,
            capacity: row.get("capacity")?,
            valid_from: row.get("valid_from")?,
            valid_to: row.get("valid_to")?,
            recurrence: row.get("recurrence")?,
            replaces: row.get::<_, Option<bool>>("replaces")?.unwrap_or(false),
            slots: Vec::new(),
        })
    }
}

/// A doctor's templates at all sites, those of the past included, the first day first.
pub fn templates(conn: &Connection, provider: ProviderId) -> Result<Vec<AvailabilityTemplate>> {
    let mut statement = conn.prepare_cached(include_str!("templates.sql"))?;
    let mut rows = statement.query([provider])?;
    let mut found: Vec<AvailabilityTemplate> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: TemplateId = row.get("id")?;
        if found.last().is_none_or(|last| last.id != id) {
            found.push(AvailabilityTemplate::from_row(row)?);
        }
        if let (Some(last), Some(slot)) = (found.last_mut(), row.get::<_, Option<TemplateSlotId>>("slot_id")?) {
            last.slots.push(TemplateSlot::from_row(slot, row)?);
        }
    }
    Ok(found)
}

/// One template with its rows.
pub fn template(conn: &Connection, id: TemplateId) -> Result<AvailabilityTemplate> {
    let mut found = conn
        .prepare_cached("SELECT * FROM availability_templates WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], AvailabilityTemplate::from_row)
        .optional()?
        .ok_or(Code::NotFound)?;
    found.slots = rows_of(conn, id)?;
    Ok(found)
}

fn rows_of(conn: &Connection, template: TemplateId) -> Result<Vec<TemplateSlot>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, weekday, start_time, end_time, mode FROM template_slots
         WHERE template_id = ?1 AND deleted_at IS NULL ORDER BY weekday, start_time",
    )?;
    let rows = statement.query_map([template], |row| TemplateSlot::from_row(row.get("id")?, row))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets a template end: `last_day`, as typed, is the last on which it holds. Booked visits stay.
pub fn end_template(tx: &Tx, id: TemplateId, last_day: &str) -> Result<AvailabilityTemplate> {
    let mut form = Form::default();
    let last = form.day("validTo", last_day);
    if last.is_none() && last_day.trim().is_empty() {
        form.problem("validTo", Code::Required, None);
    }
    let current = template(tx, id)?;
    if last.is_some_and(|last| last < current.valid_from) {
        form.problem("validTo", Code::EndsBeforeStart, None);
    }
    form.finish()?;
    // The two days are one field group: a merge never mixes the days of two people.
    tx.execute(
        "UPDATE availability_templates SET valid_to = ?1, updated_at = ?2 WHERE id = ?3",
        params![last, tx.now, id],
    )?;
    template(tx, id)
}

/// Takes a template away as if it had never been; booked visits stay.
pub fn delete_template(tx: &Tx, id: TemplateId) -> Result<()> {
    let current = template(tx, id)?;
    current.slots.iter().try_for_each(|slot| delete_row(tx, slot.id, tx.now))?;
    tx.execute(
        "UPDATE availability_templates SET deleted_at = ?1, updated_at = ?1 WHERE id = ?2",
        params![tx.now, id],
    )?;
    Ok(())
}

pub(super) fn delete_row(tx: &Tx, id: TemplateSlotId, now: Instant) -> Result<()> {
    tx.prepare_cached("UPDATE template_slots SET deleted_at = ?1, updated_at = ?1 WHERE id = ?2")?
        .execute(params![now, id])?;
    Ok(())
}
