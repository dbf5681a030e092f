//! The calendar of a site: a column for every doctor and day, with all that binds their time.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId};
use crate::scheduling::Channel;
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::capacity::{Claim, crowding};
use crate::scheduling::day_view::{self, Hours};
use crate::scheduling::roster::{Roster, Sites};
use crate::scheduling::time_off::TimeOff;
use crate::tenancy;

/// Five weeks, as a month's sheet has.
const MOST_DAYS: u32 = 35;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    pub clinic_id: ClinicId,
    pub timezone: String,
    /// The site's local day.
    pub today: LocalDate,
    pub now: Instant,
    /// By day, and within a day by doctor.
    pub columns: Vec<CalendarColumn>,
}

/// One doctor's day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CalendarColumn {
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub specialization: Option<String>,
    pub room: Option<String>,
    pub day: LocalDate,
    /// When the day begins and ends by the site's clock.
    pub from: Instant,
    pub to: Instant,
    /// At every site: a doctor who is elsewhere cannot be here.
    pub hours: Vec<Hours>,
    pub time_off: Vec<TimeOff>,
    /// Those with a time of their own, at every site, cancelled ones included; walk-ins wait in the queue.
    pub bookings: Vec<Booking>,
    /// How many times of this site can still be booked.
    pub free: u32,
    /// How many pairs of bookings are to be decided.
    pub conflicts: u32,
}

/// The calendar of `days` days (35 at most) of a site, of all its doctors or of one; from today on when no
/// first day is named.
///
/// # Errors
/// `NotFound` for a site that is none; `OutOfRange` for too many days.
pub fn calendar(
    conn: &Connection,
    clinic: ClinicId,
    first: Option<LocalDate>,
    days: u32,
    provider: Option<ProviderId>,
    now: Instant,
) -> Result<Calendar> {
    let mut form = Form::default();
    form.within("days", days, 1, MOST_DAYS);
    form.finish()?;
    let site = tenancy::clinic(conn, clinic)?;
    let zone = site.zone();
    let first = first.unwrap_or(now.day(zone));
    let shown: Vec<LocalDate> = (0..days)
        .map(|offset| first.0.checked_add_days(chrono::Days::new(u64::from(offset))).map(LocalDate))
        .collect::<Option<_>>()
        .ok_or(Code::OutOfRange)?;
    let (from, to) = (first.bounds(zone).0, shown.last().unwrap_or(&first).bounds(zone).1);
    let mut sites = Sites::default();
    let mut columns = Vec::new();
    for doctor in doctors(conn, clinic, from, to, provider)? {
        let mut roster = Roster::read(conn, &mut sites, doctor.id, from, to)?;
        // A site can be closed to a doctor who has no hours there.
        let closed = sites.site(conn, clinic, from, to)?.closed.iter();
        let unknown: Vec<TimeOff> =
            closed.filter(|off| roster.time_off.iter().all(|own| own.id != off.id)).cloned().collect();
        roster.time_off.extend(unknown);
        let mut booked = bookings::day_of_provider(conn, doctor.id, from, to)?;
        booked.retain(|booking| booking.channel != Channel::WalkIn);
        let free = free(&roster, clinic, now);
        let hours = day_view::hours(&roster);
        columns.extend(shown.iter().map(|day| {
            let (from, to) = day.bounds(zone);
            CalendarColumn {
                provider_id: doctor.id,
                provider_name: doctor.name.clone(),
                specialization: doctor.specialization.clone(),
                room: doctor.room.clone(),
                day: *day,
                from,
                to,
                hours: hours.iter().filter(|hours| hours.start < to && from < hours.end).cloned().collect(),
                time_off: roster.time_off.iter().filter(|off| off.covers(from, to)).cloned().collect(),
                bookings: booked.iter().filter(|booking| (from..to).contains(&booking.start)).cloned().collect(),
                free: free.iter().filter(|start| (from..to).contains(start)).count() as u32,
                conflicts: 0,
            }
        }));
    }
    let conflicts = undecided(conn)?;
    for column in &mut columns {
        column.conflicts = column.bookings.iter().filter(|booking| conflicts.contains(&booking.id.0)).count() as u32;
    }
    columns.sort_by_key(|column| column.day);
    Ok(Calendar { clinic_id: clinic, timezone: site.timezone, today: now.day(zone), now, columns })
}

struct Doctor {
    id: ProviderId,
    name: String,
    specialization: Option<String>,
    room: Option<String>,
}

/// When the times of a site that can still be booked begin.
fn free(roster: &Roster, clinic: ClinicId, now: Instant) -> Vec<Instant> {
    let slots = roster.slots(Some(clinic)).into_iter().map(|(slot, _)| slot);
    slots
        .filter(|slot| {
            let claim = Claim { start: slot.start, end: slot.end, capacity: slot.capacity };
            slot.start >= now && !slot.blocked && crowding(&claim, roster.near(slot.start, slot.end)).is_empty()
        })
        .map(|slot| slot.start)
        .collect()
}

fn doctors(
    conn: &Connection,
    clinic: ClinicId,
    from: Instant,
    to: Instant,
    provider: Option<ProviderId>,
) -> Result<Vec<Doctor>> {
    let mut statement = conn.prepare_cached(include_str!("calendar.sql"))?;
    let rows = statement.query_map(params![clinic, from, to, provider], |row| {
        Ok(Doctor {
            id: row.get("id")?,
            name: row.get("display_name")?,
            specialization: row.get("specialization")?,
            room: row.get("room")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One of the two of every pair, so that a pair counts once.
fn undecided(conn: &Connection) -> Result<Vec<uuid::Uuid>> {
    let mut statement = conn.prepare_cached("SELECT row FROM conflicts WHERE kind = 'booked_twice'")?;
    let rows = statement.query_map([], |row| row.get("row"))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
