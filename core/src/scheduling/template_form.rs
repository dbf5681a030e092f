//! The form of a template: adding one, and changing one.

use chrono::{Datelike, Days};
use chrono_tz::Tz;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE};
use crate::ids::{ClinicId, LocalDate, ProviderId, TemplateId, TemplateSlotId};
use crate::scheduling::availability::{self, AvailabilityTemplate, TemplateSlot};
use crate::scheduling::local_time::{minutes_of, text_of};
use crate::scheduling::recurrence::Recurrence;
use crate::scheduling::slots::{DaySpan, standing_windows};
use crate::scheduling::{Mode, works_at};
use crate::tenancy;

/// How far ahead two templates are compared; a yearly rule comes round once in it.
const COMPARED_DAYS: u64 = 370;

/// The form "Consulting hours", as typed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TemplateForm {
    pub provider_id: ProviderId,
    pub clinic_id: ClinicId,
    pub slot_duration_minutes: u32,
    pub buffer_minutes: u32,
    pub capacity: u32,
    pub valid_from: String,
    pub valid_to: String,
    pub recurrence: String,
    /// On these days instead of the other hours at the site; otherwise beside them.
    pub replaces: bool,
    pub slots: Vec<TemplateRow>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TemplateRow {
    /// 1 is Monday.
    pub weekday: u32,
    pub start_time: String,
    pub end_time: String,
    pub mode: Mode,
}

/// Adds a template. Its problems name their fields, a row's as `slots.0.startTime`; hours that the
/// doctor has already, here or at another site, are a problem of the rows.
pub fn add_template(tx: &Tx, typed: &TemplateForm) -> Result<AvailabilityTemplate> {
    if !works_at(tx, typed.provider_id, typed.clinic_id)? {
        return Err(Code::DoesNotWorkHere.into());
    }
    let id = TemplateId(tx.new_id());
    let checked = check(tx, typed, id)?;
    tx.execute(
        "INSERT INTO availability_templates (id, tenant_id, provider_id, clinic_id, slot_duration_minutes, buffer_minutes,
                                             capacity, valid_from, valid_to, recurrence, replaces, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
        params![
            id,
            tx.device.tenant,
            checked.provider_id,
            checked.clinic_id,
            checked.slot_duration_minutes,
            checked.buffer_minutes,
            checked.capacity,
            checked.valid_from,
            checked.valid_to,
            checked.recurrence,
            checked.replaces,
            tx.now
        ],
    )?;
    checked.slots.iter().try_for_each(|row| add_row(tx, id, row))?;
    availability::template(tx, id)
}

/// Changes a template; its doctor and its site stay. Rows that are the same stay the same rows.
pub fn edit_template(tx: &Tx, id: TemplateId, typed: &TemplateForm) -> Result<AvailabilityTemplate> {
    let current = availability::template(tx, id)?;
    let typed = TemplateForm { provider_id: current.provider_id, clinic_id: current.clinic_id, ..typed.clone() };
    let checked = check(tx, &typed, id)?;
    tx.execute(
        "UPDATE availability_templates SET slot_duration_minutes = ?1, buffer_minutes = ?2, capacity = ?3, valid_from = ?4,
                valid_to = ?5, recurrence = ?6, replaces = ?7, updated_at = ?8 WHERE id = ?9",
        params![
            checked.slot_duration_minutes,
            checked.buffer_minutes,
            checked.capacity,
            checked.valid_from,
            checked.valid_to,
            checked.recurrence,
            checked.replaces,
            tx.now,
            id
        ],
    )?;
    let same = |one: &TemplateSlot, other: &TemplateSlot| {
        (one.weekday, &one.start_time, &one.end_time, one.mode)
            == (other.weekday, &other.start_time, &other.end_time, other.mode)
    };
    for old in current.slots.iter().filter(|old| !checked.slots.iter().any(|new| same(old, new))) {
        availability::delete_row(tx, old.id, tx.now)?;
    }
    for new in checked.slots.iter().filter(|new| !current.slots.iter().any(|old| same(old, new))) {
        add_row(tx, id, new)?;
    }
    availability::template(tx, id)
}

fn add_row(tx: &Tx, template: TemplateId, row: &TemplateSlot) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO template_slots (id, tenant_id, template_id, weekday, start_time, end_time, mode, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    )?
    .execute(params![row.id, tx.device.tenant, template, row.weekday, row.start_time, row.end_time, row.mode, tx.now])?;
    Ok(())
}

/// The template that the form describes, or all its problems.
fn check(tx: &Tx, typed: &TemplateForm, id: TemplateId) -> Result<AvailabilityTemplate> {
    let zone = tenancy::clinic(tx, typed.clinic_id)?.zone();
    let mut form = Form::default();
    form.within("slotDurationMinutes", typed.slot_duration_minutes, 5, 480);
    form.within("bufferMinutes", typed.buffer_minutes, 0, 240);
    form.within("capacity", typed.capacity, 1, 100);
    let valid_from = form.day("validFrom", &typed.valid_from);
    if typed.valid_from.trim().is_empty() {
        form.problem("validFrom", Code::Required, None);
    }
    let valid_to = form.day("validTo", &typed.valid_to);
    if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
        form.problem("validTo", Code::EndsBeforeStart, None);
    }
    let recurrence = form.optional("recurrence", &typed.recurrence, LINE).map(|text| text.to_uppercase());
    if recurrence.as_ref().is_some_and(|text| Recurrence::parse(text, zone).is_none()) {
        form.problem("recurrence", Code::NotARecurrence, None);
    }
    if typed.slots.is_empty() {
        form.problem("slots", Code::Required, None);
    }
    // On one day, the rows are for that day, whatever weekday they name.
    let only = valid_from.filter(|from| valid_to == Some(*from)).map(|day| day.0.weekday().number_from_monday());
    let named = typed.slots.iter().map(|row| TemplateRow { weekday: only.unwrap_or(row.weekday), ..row.clone() });
    let slots = rows(tx, &mut form, &named.collect::<Vec<_>>());
    form.finish()?;
    let template = AvailabilityTemplate {
        id,
        provider_id: typed.provider_id,
        clinic_id: typed.clinic_id,
        slot_duration_minutes: typed.slot_duration_minutes,
        buffer_minutes: typed.buffer_minutes,
        capacity: typed.capacity,
        valid_from: valid_from.ok_or(Code::Required)?,
        valid_to,
        recurrence,
        replaces: typed.replaces,
        slots,
    };
    let mut form = Form::default();
    if meets_another(tx, &template, zone)? {
        form.problem("slots", Code::Overlaps, None);
    }
    form.finish()?;
    Ok(template)
}

fn rows(tx: &Tx, form: &mut Form, typed: &[TemplateRow]) -> Vec<TemplateSlot> {
    let mut spans: Vec<(u32, u32, u32)> = Vec::new();
    let mut slots = Vec::new();
    for (at, row) in typed.iter().enumerate() {
        let field = |name: &str| format!("slots.{at}.{name}");
        form.within(&field("weekday"), row.weekday, 1, 7);
        let mut time = |name: &str, text: &str| {
            let minutes = minutes_of(text);
            if minutes.is_none() {
                form.problem(&field(name), if text.trim().is_empty() { Code::Required } else { Code::NotATime }, None);
            }
            minutes
        };
        let start = time("startTime", &row.start_time);
        let end = time("endTime", &row.end_time);
        let Some((start, end)) = start.zip(end) else { continue };
        if end <= start {
            form.problem(&field("endTime"), Code::EndsBeforeStart, None);
            continue;
        }
        if spans.iter().any(|(day, from, to)| *day == row.weekday && start < *to && *from < end) {
            form.problem(&field("startTime"), Code::Overlaps, None);
        }
        spans.push((row.weekday, start, end));
        slots.push(TemplateSlot {
            id: TemplateSlotId(tx.new_id()),
            weekday: row.weekday,
            start_time: text_of(start),
            end_time: text_of(end),
            mode: row.mode,
        });
    }
    slots
}

/// Whether the doctor has another template whose hours meet these in the coming year.
fn meets_another(tx: &Tx, template: &AvailabilityTemplate, zone: Tz) -> Result<bool> {
    let mut all = availability::templates(tx, template.provider_id)?;
    all.retain(|other| other.id != template.id);
    all.push(template.clone());
    for other in &all[..all.len() - 1] {
        let today = tx.now.day(zone);
        let from = template.valid_from.max(other.valid_from).max(today);
        let days = DaySpan { from, to: LocalDate(from.0 + Days::new(COMPARED_DAYS)) };
        let theirs = standing_windows(other, &all, days, tenancy::clinic(tx, other.clinic_id)?.zone());
        let mine = standing_windows(template, &all, days, zone);
        // Both are in the order of time: one walk through both finds a meeting.
        let (mut i, mut j) = (0, 0);
        while let (Some(one), Some(other)) = (mine.get(i), theirs.get(j)) {
            if one.start < other.end && other.start < one.end {
                return Ok(true);
            }
            if one.end <= other.start { i += 1 } else { j += 1 }
        }
    }
    Ok(false)
}
