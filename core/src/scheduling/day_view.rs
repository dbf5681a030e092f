//! A doctor's day, and who can be seen at a moment.

use chrono_tz::Tz;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, ServiceId};
use crate::scheduling::Mode;
use crate::scheduling::book::service_minutes;
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::capacity::{Claim, crowding};
use crate::scheduling::roster::{Roster, Sites};
use crate::scheduling::time_off::TimeOff;
use crate::scheduling::walk_in::USUAL_MINUTES;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DayView {
    pub day: LocalDate,
    pub from: Instant,
    pub to: Instant,
    /// In the order of time; cancelled visits too.
    pub bookings: Vec<Booking>,
    pub time_off: Vec<TimeOff>,
    pub hours: Vec<Hours>,
}

/// From when to when a doctor is somewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Hours {
    pub clinic_id: ClinicId,
    pub start: Instant,
    pub end: Instant,
    pub mode: Mode,
    pub slot_duration_minutes: u32,
    pub buffer_minutes: u32,
    pub capacity: u32,
}

/// When the doctor is somewhere, in the order of time.
pub(super) fn hours(roster: &Roster) -> Vec<Hours> {
    let windows = roster.windows(None).into_iter();
    let mut hours: Vec<Hours> = windows
        .map(|(template, window)| Hours {
            clinic_id: template.clinic_id,
            start: window.start,
            end: window.end,
            mode: window.mode,
            slot_duration_minutes: template.slot_duration_minutes,
            buffer_minutes: template.buffer_minutes,
            capacity: template.capacity,
        })
        .collect();
    hours.sort_by_key(|hours| (hours.start, hours.end));
    hours
}

/// A doctor's day at all sites; a day of `zone`.
pub fn day_view(conn: &Connection, provider: ProviderId, day: LocalDate, zone: Tz) -> Result<DayView> {
    let (from, to) = day.bounds(zone);
    let roster = Roster::read(conn, &mut Sites::default(), provider, from, to)?;
    let hours = hours(&roster);
    let bookings = bookings::day_of_provider(conn, provider, from, to)?;
    Ok(DayView { day, from, to, bookings, time_off: roster.time_off, hours })
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AvailableStaff {
    pub provider_id: ProviderId,
    pub name: String,
    pub specialization: Option<String>,
    pub clinic_id: ClinicId,
    pub room: Option<String>,
    /// When they leave, or do something else.
    pub until: Instant,
}

/// Who can perform a service (or see anybody) at a moment: at work then, not away, and not booked for
/// as long as it takes.
pub fn available_staff(conn: &Connection, service: Option<ServiceId>, at: Instant) -> Result<Vec<AvailableStaff>> {
    let minutes = service.map_or(Ok(USUAL_MINUTES), |id| service_minutes(conn, id).map(i64::from))?;
    let end = at.plus_minutes(minutes);
    let mut sites = Sites::default();
    let mut found = Vec::new();
    let mut statement = conn.prepare_cached(include_str!("able_doctors.sql"))?;
    let mut rows = statement.query(params![None::<ClinicId>, service])?;
    while let Some(row) = rows.next()? {
        let (provider_id, clinic_id): (ProviderId, ClinicId) = (row.get("id")?, row.get("clinic_id")?);
        let roster = Roster::read(conn, &mut sites, provider_id, at, end)?;
        let hours = roster.windows(Some(clinic_id));
        let Some((template, window)) = hours.iter().find(|(_, window)| window.holds(at, end)) else { continue };
        let away = roster.time_off.iter().any(|off| off.concerns(provider_id, clinic_id) && off.covers(at, end));
        let claim = Claim { start: at, end, capacity: template.capacity };
        if !away && crowding(&claim, roster.near(at, end)).is_empty() {
            found.push(AvailableStaff {
                provider_id,
                name: row.get("display_name")?,
                specialization: row.get("specialization")?,
                clinic_id,
                room: row.get("room")?,
                until: window.end,
            });
        }
    }
    Ok(found)
}
