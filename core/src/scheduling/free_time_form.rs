//! "First dermatologist this week after four", as somebody at the desk asks it.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, ServiceId};
use crate::scheduling::{FreeSlot, FreeSlotQuery, Mode, free_slots};
use crate::tenancy;

/// The longest stretch of one question, in days: a quarter of a year.
const MOST_DAYS: u32 = 91;

/// Whatever is left out is anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FreeTimeForm {
    pub clinic_id: Option<ClinicId>,
    pub provider_id: Option<ProviderId>,
    /// Part of a specialization's name.
    pub specialization: String,
    pub service_id: Option<ServiceId>,
    /// Left out: today.
    pub from_day: String,
    /// How many days, 1 to 91.
    pub days: u32,
    /// Local time of the site, `HH:MM`: what begins then or later.
    pub after_time: String,
    /// What begins before then.
    pub before_time: String,
    pub mode: Option<Mode>,
    /// 500 at most.
    pub limit: u32,
}

/// The free times that answer a question, the first first; its days are those of the site `here`. What
/// has begun can no longer be booked.
///
/// # Errors
/// Problems of `fromDay`, `days`, `afterTime` and `beforeTime`.
pub fn find_free_times(conn: &Connection, typed: &FreeTimeForm, here: ClinicId, now: Instant) -> Result<Vec<FreeSlot>> {
    let zone = tenancy::clinic(conn, here)?.zone();
    let mut form = Form::default();
    let first = form.day("fromDay", &typed.from_day).unwrap_or(now.day(zone));
    if !(1..=MOST_DAYS).contains(&typed.days) {
        form.problem("days", Code::OutOfRange, Some(MOST_DAYS));
    }
    let last = LocalDate(first.0 + chrono::Days::new(u64::from(typed.days.clamp(1, MOST_DAYS)) - 1));
    let (from, to) = (first.bounds(zone).0.max(now), last.bounds(zone).1);
    if to <= from {
        form.problem("fromDay", Code::OutOfRange, None);
    }
    form.finish()?;
    let query = FreeSlotQuery {
        clinic_id: typed.clinic_id,
        provider_ids: typed.provider_id.into_iter().collect(),
        specialization: typed.specialization.clone(),
        service_id: typed.service_id,
        mode: typed.mode,
        after_time: typed.after_time.clone(),
        before_time: typed.before_time.clone(),
        limit: typed.limit,
        ..FreeSlotQuery::between(from, to)
    };
    free_slots(conn, &query)
}
