//! Visits that the hours no longer cover: time off, a holiday or other hours came after the booking, or
//! the doctor works here no longer. Derived from what there is, so nothing has to be kept in step: a
//! visit is on the list until it has another time, or somebody keeps it where it is.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AppointmentId, ClinicId, Instant, ProviderId};
use crate::scheduling::book::{Asked, may_be_seen, works_at};
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::log_event;
use crate::scheduling::other_times::{FreeTime, free_near};
use crate::scheduling::reschedule::may_move;
use crate::scheduling::roster::{Roster, Sites};

/// How far ahead visits are looked at, in days: somebody who booked for the next year is told too.
const AHEAD_DAYS: i64 = 370;
/// How many are listed.
const LISTED: usize = 200;

/// Why a visit cannot be where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StrandedBy {
    /// The doctor sees nobody any more.
    DoctorInactive,
    /// The doctor works at this site no longer.
    NotHere,
    /// The doctor is away, or needs the time for something else.
    TimeOff,
    /// The site is closed.
    Closed,
    /// It was booked within hours that are no longer so.
    OutsideHours,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StrandedVisit {
    pub booking: Booking,
    pub by: StrandedBy,
    /// What is written beside the time off: "Diwali".
    pub detail: Option<String>,
}

/// Whose visits are looked at.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    Doctor(ProviderId),
    Site(ClinicId),
}

struct Planned {
    id: AppointmentId,
    clinic: ClinicId,
    provider: ProviderId,
    start: Instant,
    end: Instant,
    /// Whether it was booked within the hours of then: outside of them the desk may book on purpose.
    in_hours: bool,
    kept_at: Option<Instant>,
}

/// The visits to come that are stranded and that nobody has kept, the next one first; 200 at most.
/// Somebody who kept one is asked again when the hours or the time off change after that.
pub fn stranded(conn: &Connection, whose: Whose, now: Instant) -> Result<Vec<StrandedVisit>> {
    let (provider, clinic) = match whose {
        Whose::Doctor(provider) => (Some(provider), None),
        Whose::Site(clinic) => (None, Some(clinic)),
    };
    let until = now.plus_minutes(AHEAD_DAYS * 24 * 60);
    let planned: Vec<Planned> = conn
        .prepare_cached(include_str!("stranded.sql"))?
        .query_map(params![provider, clinic, now, until], |row| {
            Ok(Planned {
                id: row.get("id")?,
                clinic: row.get("clinic_id")?,
                provider: row.get("provider_id")?,
                start: row.get("scheduled_start")?,
                end: row.get("scheduled_end")?,
                in_hours: row.get("in_hours")?,
                kept_at: row.get("kept_at")?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut found = Vec::new();
    for of_doctor in planned.chunk_by(|one, other| one.provider == other.provider) {
        of_one(conn, of_doctor, &mut found)?;
    }
    found.sort_by_key(|(start, id, ..)| (*start, *id));
    let listed = found.into_iter().take(LISTED);
    listed
        .map(|(_, id, by, detail)| Ok(StrandedVisit { booking: bookings::appointment(conn, id)?, by, detail }))
        .collect()
}

type Found = (Instant, AppointmentId, StrandedBy, Option<String>);

/// The stranded ones among one doctor's visits.
fn of_one(conn: &Connection, planned: &[Planned], found: &mut Vec<Found>) -> Result<()> {
    let (Some(first), Some(last)) = (planned.first(), planned.iter().map(|visit| visit.end).max()) else {
        return Ok(());
    };
    let provider = first.provider;
    let seen = may_be_seen(conn, provider)?;
    // Closed sites, also those at which the doctor has no hours.
    let mut sites = Sites::default();
    let roster = Roster::read(conn, &mut sites, provider, first.start, last)?;
    let windows = roster.windows(None);
    for visit in planned {
        let kept = |changed: Option<Instant>| visit.kept_at.is_some_and(|kept| changed.is_none_or(|at| at <= kept));
        let mut add = |by, detail| found.push((visit.start, visit.id, by, detail));
        if !seen {
            if !kept(None) {
                add(StrandedBy::DoctorInactive, None);
            }
            continue;
        }
        if !works_at(conn, provider, visit.clinic)? {
            if !kept(None) {
                add(StrandedBy::NotHere, None);
            }
            continue;
        }
        let closed = &sites.site(conn, visit.clinic, first.start, last)?.closed;
        let off = roster.time_off.iter().chain(closed).find(|off| {
            off.concerns(provider, visit.clinic) && off.covers(visit.start, visit.end) && !kept(Some(off.updated_at))
        });
        if let Some(off) = off {
            let by = if off.provider_id.is_some() { StrandedBy::TimeOff } else { StrandedBy::Closed };
            add(by, off.reason.clone());
            continue;
        }
        let covered = windows
            .iter()
            .any(|(hours, window)| hours.clinic_id == visit.clinic && window.holds(visit.start, visit.end));
        if visit.in_hours && !covered && !kept(hours_changed_at(conn, provider, visit.clinic)?) {
            add(StrandedBy::OutsideHours, None);
        }
    }
    Ok(())
}

/// When a doctor's hours at a site were changed last.
fn hours_changed_at(conn: &Connection, provider: ProviderId, clinic: ClinicId) -> Result<Option<Instant>> {
    Ok(conn
        .prepare_cached(
            "SELECT max(updated_at) AS at FROM availability_templates WHERE provider_id = ?1 AND clinic_id = ?2",
        )?
        .query_row(params![provider, clinic], |row| row.get("at"))?)
}

/// Leaves a visit where it is although the hours do not cover it, or takes that back. Its timeline
/// says so.
pub fn keep_stranded(tx: &Tx, id: AppointmentId, kept: bool) -> Result<Booking> {
    let current = bookings::appointment(tx, id)?;
    tx.execute(
        "UPDATE appointments SET kept_at = ?1, updated_at = ?2 WHERE id = ?3",
        params![kept.then_some(tx.now), tx.now, id],
    )?;
    let note = if kept { "kept outside the hours" } else { "no longer kept outside the hours" };
    log_event(tx, id, Some(current.status), current.status, Some(note))?;
    bookings::appointment(tx, id)
}

/// Where a visit could go: the next free times of its doctor first, then those of whoever does the same;
/// four at most, none once it has begun.
pub fn times_for(conn: &Connection, id: AppointmentId, now: Instant) -> Result<Vec<FreeTime>> {
    let booking = bookings::appointment(conn, id)?;
    if !may_move(booking.status) {
        return Ok(Vec::new());
    }
    let asked = Asked {
        clinic: booking.clinic_id,
        provider: booking.provider_id,
        service: booking.service_id,
        start: booking.start,
        end: booking.end,
        except: Some(id),
    };
    free_near(conn, &asked, now)
}
