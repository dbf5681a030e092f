//! When nobody can be seen: leave of a doctor, holidays of a site, blocked times.

use chrono::Days;
use chrono_tz::Tz;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE};
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, TimeOffId};
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::local_time::{first_instant, minutes_at, minutes_of};
use crate::scheduling::recurrence::Recurrence;
use crate::tenancy;

/// How many visits are named as lying in a time off.
const MOST_STRANDED: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TimeOffKind {
    /// A doctor is away.
    Leave,
    /// A site is closed.
    Holiday,
    /// The time is needed for something else.
    Blocked,
}

crate::ids::named_values!(TimeOffKind { Leave = "leave", Holiday = "holiday", Blocked = "blocked" });

/// No provider: the whole site. No site: the provider, wherever.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimeOff {
    pub id: TimeOffId,
    pub provider_id: Option<ProviderId>,
    pub clinic_id: Option<ClinicId>,
    pub kind: TimeOffKind,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub reason: Option<String>,
    /// An RRULE (RFC 5545) without DTSTART, for one that comes again; `starts_at` and `ends_at` are
    /// those of the occurrence, or of the first.
    pub recurrence: Option<String>,
    /// The zone in which its days are meant.
    pub timezone: Option<String>,
    pub updated_at: Instant,
}

impl TimeOff {
    fn from_row(row: &Row) -> rusqlite::Result<TimeOff> {
        Ok(TimeOff {
            id: row.get("id")?,
            provider_id: row.get("provider_id")?,
            clinic_id: row.get("clinic_id")?,
            kind: row.get("kind")?,
            starts_at: row.get("starts_at")?,
            ends_at: row.get("ends_at")?,
            reason: row.get("reason")?,
            recurrence: row.get("recurrence")?,
            timezone: row.get("timezone")?,
            updated_at: row.get("updated_at")?,
        })
    }

    /// When it lies between two instants: once, or as often as its rule says, the first first.
    pub fn occurrences(self, from: Instant, to: Instant) -> Vec<TimeOff> {
        let zone: Tz = self.timezone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(chrono_tz::UTC);
        // Of a rule that only a newer version can read, the first occurrence is known.
        let Some(rule) = self.recurrence.as_deref().and_then(|text| Recurrence::parse(text, zone)) else {
            return if self.covers(from, to) { vec![self] } else { Vec::new() };
        };
        let (first, last) = (self.starts_at.day(zone), self.ends_at.day(zone));
        let (starts, ends) = (minutes_at(self.starts_at, zone), minutes_at(self.ends_at, zone));
        let lasts = last.0.signed_duration_since(first.0).num_days().unsigned_abs();
        let earliest = from.day(zone).0.checked_sub_days(Days::new(lasts + 1)).map_or(first, LocalDate);
        let days = rule.days(first, earliest, to.day(zone));
        let on = days.into_iter().map(|day| TimeOff {
            starts_at: first_instant(day, starts, zone),
            ends_at: first_instant(LocalDate(day.0 + Days::new(lasts)), ends, zone),
            ..self.clone()
        });
        on.filter(|off| off.covers(from, to)).collect()
    }

    /// Whether it keeps this doctor from this site.
    pub fn concerns(&self, provider: ProviderId, clinic: ClinicId) -> bool {
        self.provider_id.is_none_or(|who| who == provider) && self.clinic_id.is_none_or(|site| site == clinic)
    }

    pub fn covers(&self, start: Instant, end: Instant) -> bool {
        self.starts_at < end && start < self.ends_at
    }
}

/// The form "Time off": whole days, or, with times, parts of days.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimeOffForm {
    pub kind: TimeOffKind,
    pub provider_id: Option<ProviderId>,
    pub clinic_id: Option<ClinicId>,
    pub from_day: String,
    /// `HH:MM`; left out, the whole first day.
    pub from_time: String,
    /// Left out, the first day is the last.
    pub to_day: String,
    /// Left out, the whole last day.
    pub to_time: String,
    /// An RRULE; left out, it comes once.
    pub recurrence: String,
    pub reason: String,
}

/// What was added, and the visits that lie in it. They are not changed: a person calls the patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TimeOffAdded {
    pub time_off: TimeOff,
    /// 200 at most; of one that comes again, those of a year.
    pub stranded: Vec<Booking>,
}

/// Writes down a time off. Leave needs a doctor, a holiday a site, a blocked time either.
pub fn add_time_off(tx: &Tx, typed: &TimeOffForm) -> Result<TimeOffAdded> {
    let mut form = Form::default();
    let provider_needed =
        typed.kind == TimeOffKind::Leave || (typed.kind == TimeOffKind::Blocked && typed.clinic_id.is_none());
    if provider_needed && typed.provider_id.is_none() {
        form.problem("providerId", Code::Required, None);
    }
    if typed.kind == TimeOffKind::Holiday && typed.clinic_id.is_none() {
        form.problem("clinicId", Code::Required, None);
    }
    let zone = zone_of(tx, typed.clinic_id)?;
    let bounds = bounds(&mut form, typed, zone);
    let recurrence = form.optional("recurrence", &typed.recurrence, LINE).map(|text| text.to_uppercase());
    if recurrence.as_ref().is_some_and(|text| Recurrence::parse(text, zone).is_none()) {
        form.problem("recurrence", Code::NotARecurrence, None);
    }
    let reason = form.optional("reason", &typed.reason, LINE);
    form.finish()?;
    let (starts_at, ends_at) = bounds.ok_or(Code::Required)?;
    if let Some(provider) = typed.provider_id {
        let exists = "SELECT EXISTS (SELECT 1 FROM providers WHERE id = ?1 AND deleted_at IS NULL)";
        if !tx.query_row(exists, [provider], |row| row.get(0))? {
            return Err(Code::NotFound.into());
        }
    }
    // A site's holiday is everybody's.
    let provider_id = typed.provider_id.filter(|_| typed.kind != TimeOffKind::Holiday);
    let id = TimeOffId(tx.new_id());
    tx.execute(
        "INSERT INTO time_off (id, tenant_id, provider_id, clinic_id, kind, starts_at, ends_at, recurrence, timezone, reason, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)",
        params![
            id,
            tx.device.tenant,
            provider_id,
            typed.clinic_id,
            typed.kind,
            starts_at,
            ends_at,
            recurrence,
            zone.name(),
            reason,
            tx.user()?,
            tx.now
        ],
    )?;
    let time_off = TimeOff {
        id,
        provider_id,
        clinic_id: typed.clinic_id,
        kind: typed.kind,
        starts_at,
        ends_at,
        reason,
        recurrence,
        timezone: Some(zone.name().to_owned()),
        updated_at: tx.now,
    };
    Ok(TimeOffAdded { stranded: stranded(tx, &time_off)?, time_off })
}

/// The zone in which days are meant: the site's, or that of the site where this PC stands.
fn zone_of(tx: &Tx, clinic: Option<ClinicId>) -> Result<Tz> {
    match clinic.or(tx.device.clinic) {
        Some(clinic) => Ok(tenancy::clinic(tx, clinic)?.zone()),
        None => Ok(tenancy::clinics(tx)?.first().map_or(chrono_tz::UTC, tenancy::Clinic::zone)),
    }
}

fn bounds(form: &mut Form, typed: &TimeOffForm, zone: Tz) -> Option<(Instant, Instant)> {
    let from = form.day("fromDay", &typed.from_day);
    if typed.from_day.trim().is_empty() {
        form.problem("fromDay", Code::Required, None);
    }
    let to = if typed.to_day.trim().is_empty() { from } else { form.day("toDay", &typed.to_day) };
    let mut time = |field: &str, text: &str, whole: u32| {
        if text.trim().is_empty() {
            return Some(whole);
        }
        let minutes = minutes_of(text);
        if minutes.is_none() {
            form.problem(field, Code::NotATime, None);
        }
        minutes
    };
    let from_minutes = time("fromTime", &typed.from_time, 0);
    let to_minutes = time("toTime", &typed.to_time, 24 * 60);
    let at = |day: LocalDate, minutes: u32| first_instant(day, minutes, zone);
    let (start, end) = (at(from?, from_minutes?), at(to?, to_minutes?));
    if end <= start {
        form.problem(
            if to > from || typed.to_time.trim().is_empty() { "toDay" } else { "toTime" },
            Code::EndsBeforeStart,
            None,
        );
        return None;
    }
    Some((start, end))
}

/// The visits that lie in a time off, for one that comes again those of the coming year.
fn stranded(conn: &Connection, off: &TimeOff) -> Result<Vec<Booking>> {
    let year = off.starts_at.plus_minutes(366 * 24 * 60).max(off.ends_at);
    let mut found = Vec::new();
    for occurrence in off.clone().occurrences(off.starts_at, year) {
        found.extend(stranded_once(conn, &occurrence)?);
    }
    found.truncate(MOST_STRANDED);
    Ok(found)
}

fn stranded_once(conn: &Connection, off: &TimeOff) -> Result<Vec<Booking>> {
    match (off.provider_id, off.clinic_id) {
        (Some(provider), clinic) => {
            let mut found = bookings::of_provider_between(conn, provider, off.starts_at, off.ends_at)?;
            found.retain(|booking| clinic.is_none_or(|clinic| booking.clinic_id == clinic));
            Ok(found)
        }
        (None, Some(clinic)) => bookings::of_clinic_between(conn, clinic, off.starts_at, off.ends_at),
        (None, None) => Ok(Vec::new()),
    }
}

/// One time off, as it was written down.
pub fn time_off(conn: &Connection, id: TimeOffId) -> Result<TimeOff> {
    conn.prepare_cached("SELECT * FROM time_off WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], TimeOff::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// Takes a time off back.
pub fn cancel_time_off(tx: &Tx, id: TimeOffId) -> Result<()> {
    let changed = tx.execute(
        "UPDATE time_off SET deleted_at = ?1, updated_at = ?1 WHERE id = ?2 AND deleted_at IS NULL",
        params![tx.now, id],
    )?;
    if changed == 0 { Err(Code::NotFound.into()) } else { Ok(()) }
}

/// What is off at a site between two instants: its holidays, and the leave of the doctors who work
/// there; the first first, 500 at most.
pub fn list_time_off(conn: &Connection, clinic: ClinicId, from: Instant, to: Instant) -> Result<Vec<TimeOff>> {
    let mut statement = conn.prepare_cached(include_str!("time_off_of_clinic.sql"))?;
    occurring(statement.query_map(params![clinic, from, to], TimeOff::from_row)?, from, to)
}

/// The time off of a doctor, or of a whole site, that is still to come, one that comes again once; the
/// first first.
pub fn planned_time_off(
    conn: &Connection,
    provider: Option<ProviderId>,
    clinic: Option<ClinicId>,
    now: Instant,
) -> Result<Vec<TimeOff>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM time_off
         WHERE provider_id IS ?1 AND (?2 IS NULL OR clinic_id = ?2) AND (ends_at > ?3 OR recurrence IS NOT NULL)
           AND deleted_at IS NULL
         ORDER BY starts_at, id LIMIT 500",
    )?;
    let rows = statement.query_map(params![provider, clinic, now], TimeOff::from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn occurring(
    rows: impl Iterator<Item = rusqlite::Result<TimeOff>>,
    from: Instant,
    to: Instant,
) -> Result<Vec<TimeOff>> {
    let mut found = Vec::new();
    for row in rows {
        found.extend(row?.occurrences(from, to));
    }
    found.sort_by_key(|off| (off.starts_at, off.id));
    Ok(found)
}

/// What keeps a doctor from work between two instants: the doctor's own time off, whatever the site.
pub(super) fn of_provider(conn: &Connection, provider: ProviderId, from: Instant, to: Instant) -> Result<Vec<TimeOff>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM time_off
         WHERE provider_id = ?1 AND (ends_at > ?2 OR recurrence IS NOT NULL) AND starts_at < ?3 AND deleted_at IS NULL",
    )?;
    occurring(statement.query_map(params![provider, from, to], TimeOff::from_row)?, from, to)
}

/// When a site is closed to everybody between two instants.
pub(super) fn of_clinic(conn: &Connection, clinic: ClinicId, from: Instant, to: Instant) -> Result<Vec<TimeOff>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM time_off
         WHERE clinic_id = ?1 AND (ends_at > ?2 OR recurrence IS NOT NULL) AND starts_at < ?3 AND provider_id IS NULL
           AND deleted_at IS NULL",
    )?;
    occurring(statement.query_map(params![clinic, from, to], TimeOff::from_row)?, from, to)
}
