//! From a week's pattern to times that can be booked. Pure: the same template gives the same slots,
//! with the same ids, on every PC.

use std::collections::BTreeSet;

use chrono::{Datelike, Days};
use chrono_tz::Tz;
use uuid::Uuid;

use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, SlotId, TemplateId};
use crate::scheduling::Mode;
use crate::scheduling::availability::{AvailabilityTemplate, TemplateSlot};
use crate::scheduling::local_time::{clocks_change, first_instant, is_repeated, minutes_of};
use crate::scheduling::recurrence::Recurrence;
use crate::scheduling::time_off::TimeOff;

/// Days in a row, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaySpan {
    pub from: LocalDate,
    pub to: LocalDate,
}

impl DaySpan {
    /// The local days of `zone` that an interval touches.
    pub fn touching(from: Instant, to: Instant, zone: Tz) -> DaySpan {
        DaySpan { from: from.day(zone), to: to.day(zone) }
    }
}

/// A row of a template on one day: the doctor is there from `start` until `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub start: Instant,
    pub end: Instant,
    pub mode: Mode,
}

impl Window {
    pub fn holds(&self, start: Instant, end: Instant) -> bool {
        self.start <= start && end <= self.end
    }
}

/// One time that can be booked, before anybody has booked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSlot {
    pub id: SlotId,
    pub template: TemplateId,
    pub provider: ProviderId,
    pub clinic: ClinicId,
    pub start: Instant,
    pub end: Instant,
    /// When the doctor goes, or does something else.
    pub window_end: Instant,
    pub mode: Mode,
    pub capacity: u32,
    /// Whether leave, a holiday or a blocked time lies over a part of it.
    pub blocked: bool,
}

/// The hours of a template on these days, in the order of time.
pub fn windows(template: &AvailabilityTemplate, slots: &[TemplateSlot], days: DaySpan, zone: Tz) -> Vec<Window> {
    let mut found = Vec::new();
    for day in days_of(template, days, zone) {
        let weekday = day.0.weekday().number_from_monday();
        found.extend(slots.iter().filter(|slot| slot.weekday == weekday).filter_map(|slot| {
            let start = first_instant(day, minutes_of(&slot.start_time)?, zone);
            let end = first_instant(day, minutes_of(&slot.end_time)?, zone);
            (start < end).then_some(Window { start, end, mode: slot.mode })
        }));
    }
    found.sort_by_key(|window| (window.start, window.end));
    found
}

/// The days of these on which a template holds, whether or not one of its rows is for that weekday.
fn days_of(template: &AvailabilityTemplate, days: DaySpan, zone: Tz) -> Vec<LocalDate> {
    let from = days.from.max(template.valid_from);
    let to = template.valid_to.map_or(days.to, |last| last.min(days.to));
    let yielded: Option<BTreeSet<LocalDate>> = template.recurrence.as_deref().map(|text| {
        // A rule that only a newer version can read yields nothing: better no time than a wrong one.
        Recurrence::parse(text, zone).map(|rule| rule.days(template.valid_from, from, to)).unwrap_or_default()
    });
    let mut found = Vec::new();
    let mut day = from;
    while day <= to {
        if yielded.as_ref().is_none_or(|days| days.contains(&day)) {
            found.push(day);
        }
        let Some(next) = day.0.checked_add_days(Days::new(1)) else { break };
        day = LocalDate(next);
    }
    found
}

/// The days of these on which others of the doctor's templates stand in for this one.
pub(super) fn replaced_days(
    template: &AvailabilityTemplate,
    all: &[AvailabilityTemplate],
    days: DaySpan,
    zone: Tz,
) -> BTreeSet<LocalDate> {
    if template.replaces {
        return BTreeSet::new();
    }
    let instead = all.iter().filter(|other| other.replaces && other.clinic_id == template.clinic_id);
    instead.flat_map(|other| days_of(other, days, zone)).collect()
}

/// The hours of a template that stand beside all of the doctor's: without the days on which others
/// replace them.
pub fn standing_windows(
    template: &AvailabilityTemplate,
    all: &[AvailabilityTemplate],
    days: DaySpan,
    zone: Tz,
) -> Vec<Window> {
    let replaced = replaced_days(template, all, days, zone);
    let mut found = windows(template, &template.slots, days, zone);
    found.retain(|window| !replaced.contains(&window.start.day(zone)));
    found
}

/// The slots of a template that stand beside all of the doctor's.
pub fn standing_slots(
    template: &AvailabilityTemplate,
    all: &[AvailabilityTemplate],
    days: DaySpan,
    zone: Tz,
    time_off: &[TimeOff],
) -> Vec<PlannedSlot> {
    let replaced = replaced_days(template, all, days, zone);
    let mut found = plan(template, &template.slots, days, zone, time_off);
    found.retain(|slot| !replaced.contains(&slot.start.day(zone)));
    found
}

/// The slots of a template on these days. A slot begins when the one before has ended and its buffer
/// has passed, counted in real minutes. A wall-clock time that the clocks skip has no slot, one that
/// they show twice has one at the first of both; no two slots overlap, their buffers included.
pub fn plan(
    template: &AvailabilityTemplate,
    slots: &[TemplateSlot],
    days: DaySpan,
    zone: Tz,
    time_off: &[TimeOff],
) -> Vec<PlannedSlot> {
    let (lasts, buffer) = (i64::from(template.slot_duration_minutes), i64::from(template.buffer_minutes));
    let away: Vec<&TimeOff> =
        time_off.iter().filter(|off| off.concerns(template.provider_id, template.clinic_id)).collect();
    let mut planned = Vec::new();
    let mut free_from = Instant(i64::MIN);
    for window in windows(template, slots, days, zone) {
        let changes = clocks_change(window.start, window.end, zone);
        let mut start = window.start.max(free_from);
        while start.plus_minutes(lasts) <= window.end {
            if changes && is_repeated(start, zone) {
                start = start.plus_minutes(1);
                continue;
            }
            let end = start.plus_minutes(lasts);
            planned.push(PlannedSlot {
                id: slot_id(template.id, start),
                template: template.id,
                provider: template.provider_id,
                clinic: template.clinic_id,
                start,
                end,
                window_end: window.end,
                mode: window.mode,
                capacity: template.capacity,
                blocked: away.iter().any(|off| off.covers(start, end)),
            });
            start = end.plus_minutes(buffer);
            free_from = start;
        }
    }
    planned
}

/// The name of a slot: every PC gives the same one, so that slots made apart are one slot.
pub fn slot_id(template: TemplateId, start: Instant) -> SlotId {
    SlotId(Uuid::new_v5(&template.0, &start.0.to_be_bytes()))
}
