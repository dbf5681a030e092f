//! Who would come if a time were free.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, ServiceId, WaitlistId};
use crate::page::{Page, PageRequest};
use crate::scheduling::book::{can_perform, service_minutes, works_at};
use crate::scheduling::local_time::{minutes_at, minutes_of, text_of};
use crate::tenancy;

/// How many who wait are named for one time.
const MOST_MATCHES: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WaitlistStatus {
    Waiting,
    Offered,
    Booked,
    Expired,
    Cancelled,
}

crate::ids::named_values!(WaitlistStatus {
    Waiting = "waiting",
    Offered = "offered",
    Booked = "booked",
    Expired = "expired",
    Cancelled = "cancelled",
});

/// Whether an entry may go from one status to another. An offer can be made again for another time.
pub fn waitlist_allowed(from: WaitlistStatus, to: WaitlistStatus) -> bool {
    use WaitlistStatus::*;
    match from {
        Waiting => matches!(to, Offered | Booked | Expired | Cancelled),
        Offered => matches!(to, Offered | Booked | Expired | Cancelled),
        Booked | Expired | Cancelled => false,
    }
}

/// How the last offer to an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OfferStanding {
    /// Nothing was offered yet.
    None,
    /// Somebody has offered a time and waits for the answer: it is offered to nobody else.
    Open,
    Declined,
    /// No answer for two hours, or the time has come: it can be offered again, to anybody.
    Lapsed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitlistEntry {
    pub id: WaitlistId,
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub patient_phone: Option<String>,
    /// None: any doctor.
    pub provider_id: Option<ProviderId>,
    pub provider_name: Option<String>,
    pub service_id: Option<ServiceId>,
    pub service_name: Option<String>,
    pub desired_from: Instant,
    pub desired_to: Instant,
    /// From when in a day they can come, `HH:MM` at the site.
    pub after_time: Option<String>,
    /// Until when.
    pub before_time: Option<String>,
    pub status: WaitlistStatus,
    pub note: Option<String>,
    pub offered_start: Option<Instant>,
    pub offered_at: Option<Instant>,
    pub offer: OfferStanding,
    /// The times that they have declined: those are not offered again.
    pub declined: Vec<Instant>,
    pub appointment_id: Option<AppointmentId>,
    pub created_at: Instant,
}

impl WaitlistEntry {
    fn from_row(row: &Row, now: Instant) -> rusqlite::Result<WaitlistEntry> {
        let (offered_start, offered_at) = (row.get("offered_start")?, row.get("offered_at")?);
        let declined: Option<String> = row.get("declined")?;
        Ok(WaitlistEntry {
            after_time: row.get("after_time")?,
            before_time: row.get("before_time")?,
            offer: standing(offered_start, offered_at, row.get("declined_at")?, now),
            declined: declined
                .iter()
                .flat_map(|list| list.split(','))
                .filter_map(|at| at.parse().ok().map(Instant))
                .collect(),
            id: row.get("id")?,
            clinic_id: row.get("clinic_id")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("patient_name")?,
            patient_phone: row.get("patient_phone")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("provider_name")?,
            service_id: row.get("service_id")?,
            service_name: row.get("service_name")?,
            desired_from: row.get("desired_from")?,
            desired_to: row.get("desired_to")?,
            status: row.get("status")?,
            note: row.get("note")?,
            offered_start,
            offered_at,
            appointment_id: row.get("appointment_id")?,
            created_at: row.get("created_at")?,
        })
    }
}

impl WaitlistEntry {
    /// Whether a visit that begins so many minutes after midnight is in the part of the day they want.
    fn can_come_at(&self, minutes: u32) -> bool {
        let limit = |text: &Option<String>| text.as_deref().and_then(minutes_of);
        limit(&self.after_time).is_none_or(|after| minutes >= after)
            && limit(&self.before_time).is_none_or(|before| minutes < before)
    }
}

/// How long an offer is left to the one it was made to, in minutes.
const OFFER_STANDS_MINUTES: i64 = 120;

fn standing(
    start: Option<Instant>,
    offered: Option<Instant>,
    declined: Option<Instant>,
    now: Instant,
) -> OfferStanding {
    match (start.zip(offered), declined) {
        (None, None) => OfferStanding::None,
        (None, Some(_)) => OfferStanding::Declined,
        (Some((_, offered)), Some(declined)) if declined >= offered => OfferStanding::Declined,
        (Some((start, offered)), _) if start <= now || offered.plus_minutes(OFFER_STANDS_MINUTES) <= now => {
            OfferStanding::Lapsed
        }
        (Some(_), _) => OfferStanding::Open,
    }
}

/// The form "Put on the waiting list", as typed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitlistForm {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    /// None: any doctor.
    pub provider_id: Option<ProviderId>,
    /// None: a visit of the usual length.
    pub service_id: Option<ServiceId>,
    /// Left out, from today.
    pub from_day: String,
    /// The last day on which they would come, included.
    pub to_day: String,
    /// `HH:MM`; left out, from the morning on.
    pub after_time: String,
    /// A visit begins before this; left out, until the evening.
    pub before_time: String,
    pub note: String,
}

/// Puts a patient on the waiting list of a site.
pub fn add_to_waitlist(tx: &Tx, typed: &WaitlistForm) -> Result<WaitlistEntry> {
    let zone = tenancy::clinic(tx, typed.clinic_id)?.zone();
    let mut form = Form::default();
    let today = tx.now.day(zone);
    let first = form.day("fromDay", &typed.from_day);
    let first = if typed.from_day.trim().is_empty() { Some(today) } else { first };
    let last = form.day("toDay", &typed.to_day);
    if typed.to_day.trim().is_empty() {
        form.problem("toDay", Code::Required, None);
    }
    if first.zip(last).is_some_and(|(first, last)| last < first) {
        form.problem("toDay", Code::EndsBeforeStart, None);
    } else if last.is_some_and(|last| last < today) {
        form.problem("toDay", Code::OutOfRange, None);
    }
    let mut time = |field: &str, text: &str| {
        let minutes = minutes_of(text);
        if minutes.is_none() && !text.trim().is_empty() {
            form.problem(field, Code::NotATime, None);
        }
        minutes
    };
    let (after, before) = (time("afterTime", &typed.after_time), time("beforeTime", &typed.before_time));
    if after.zip(before).is_some_and(|(after, before)| before <= after) {
        form.problem("beforeTime", Code::EndsBeforeStart, None);
    }
    let note = form.optional("note", &typed.note, LINE);
    form.finish()?;
    let (first, last) = first.zip(last).ok_or(Code::Required)?;
    let patient = "SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)";
    if !tx.query_row(patient, [typed.patient_id], |row| row.get::<_, bool>(0))? {
        return Err(Code::NotFound.into());
    }
    if let Some(service) = typed.service_id {
        service_minutes(tx, service)?;
    }
    if let Some(provider) = typed.provider_id {
        if !works_at(tx, provider, typed.clinic_id)? {
            return Err(Code::DoesNotWorkHere.into());
        }
        if let Some(service) = typed.service_id
            && !can_perform(tx, provider, service)?
        {
            return Err(Code::CannotPerform.into());
        }
    }
    let id = WaitlistId(tx.new_id());
    tx.execute(
        "INSERT INTO waitlist (id, tenant_id, clinic_id, patient_id, provider_id, service_id, desired_from, desired_to,
                               after_time, before_time, status, note, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 'waiting', ?11, ?12, ?13, ?13)",
        params![
            id,
            tx.device.tenant,
            typed.clinic_id,
            typed.patient_id,
            typed.provider_id,
            typed.service_id,
            first.bounds(zone).0,
            last.bounds(zone).1,
            after.map(text_of),
            before.map(text_of),
            note,
            tx.user()?,
            tx.now
        ],
    )?;
    waitlist_entry(tx, id, tx.now)
}

/// One entry, with how its offer stands at `now`.
pub fn waitlist_entry(conn: &Connection, id: WaitlistId, now: Instant) -> Result<WaitlistEntry> {
    conn.prepare_cached(concat!(include_str!("waitlist.sql"), " WHERE waitlist.id = ?1"))?
        .query_row([id], |row| WaitlistEntry::from_row(row, now))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The entries of a site that are still open, or all of them; the longest wait first.
pub fn waitlist(
    conn: &Connection,
    clinic: ClinicId,
    open: bool,
    page: PageRequest,
    now: Instant,
) -> Result<Page<WaitlistEntry>> {
    let sql = if open {
        concat!(
            include_str!("waitlist.sql"),
            " WHERE waitlist.clinic_id = ?1 AND waitlist.status IN ('waiting', 'offered')
              ORDER BY waitlist.created_at, waitlist.id LIMIT ?2 OFFSET ?3"
        )
    } else {
        concat!(
            include_str!("waitlist.sql"),
            " WHERE waitlist.clinic_id = ?1 ORDER BY waitlist.created_at DESC, waitlist.id LIMIT ?2 OFFSET ?3"
        )
    };
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement
        .query_map(params![clinic, page.sql_limit(), page.sql_offset()], |row| WaitlistEntry::from_row(row, now))?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

pub const WAITING_FOR: &str = concat!(
        include_str!("waitlist.sql"),
        " WHERE waitlist.status IN ('waiting', 'offered')
            AND waitlist.clinic_id IN (SELECT clinic_id FROM provider_clinics WHERE provider_id = ?1 AND active = 1)
            AND (waitlist.provider_id IS NULL OR waitlist.provider_id = ?1)
            AND desired_from <= ?2 AND desired_to >= ?3
            AND (waitlist.service_id IS NULL
                 OR (services.duration_min * 60000 <= ?3 - ?2
                     AND (NOT EXISTS (SELECT 1 FROM service_providers AS any
                                      WHERE any.service_id = waitlist.service_id AND any.removed_at IS NULL)
                          OR EXISTS (SELECT 1 FROM service_providers AS able
                                     WHERE able.service_id = waitlist.service_id AND able.provider_id = ?1 AND able.removed_at IS NULL))))
          ORDER BY waitlist.created_at, waitlist.id LIMIT 100"
    );

/// Who waits for a time like this with a doctor, the longest wait first, 20 at most: in the range they
/// want, at a site where the doctor works, for what the doctor can do and the time is long enough for.
/// Not who has declined it, and not who thinks about another offer.
pub fn matches_for(
    conn: &Connection,
    provider: ProviderId,
    start: Instant,
    end: Instant,
    now: Instant,
) -> Result<Vec<WaitlistEntry>> {
    let mut statement = conn.prepare_cached(WAITING_FOR)?;
    let rows = statement.query_map(params![provider, start, end], |row| WaitlistEntry::from_row(row, now))?;
    let mut found: Vec<WaitlistEntry> = rows.collect::<rusqlite::Result<_>>()?;
    let mut zones = HashMap::new();
    for entry in &found {
        zones.insert(entry.clinic_id, tenancy::clinic(conn, entry.clinic_id)?.zone());
    }
    found.retain(|entry| {
        let local = minutes_at(start, zones[&entry.clinic_id]);
        entry.offer != OfferStanding::Open && !entry.declined.contains(&start) && entry.can_come_at(local)
    });
    found.truncate(MOST_MATCHES);
    Ok(found)
}

/// The patient no longer waits.
pub fn cancel_waiting(tx: &Tx, id: WaitlistId) -> Result<WaitlistEntry> {
    let current = waitlist_entry(tx, id, tx.now)?;
    step(&current, WaitlistStatus::Cancelled)?;
    tx.execute("UPDATE waitlist SET status = 'cancelled', updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    waitlist_entry(tx, id, tx.now)
}

/// Closes the entries whose desired range has passed; tells how many.
pub fn expire_waitlist(tx: &Tx) -> Result<u32> {
    let closed = tx.execute(
        "UPDATE waitlist SET status = 'expired', updated_at = ?1
         WHERE status IN ('waiting', 'offered') AND desired_to <= ?1",
        params![tx.now],
    )?;
    Ok(closed as u32)
}

pub(super) fn step(entry: &WaitlistEntry, to: WaitlistStatus) -> Result<()> {
    if waitlist_allowed(entry.status, to) {
        Ok(())
    } else {
        Err(Error::with(Code::IllegalTransition, entry.status.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::WaitlistStatus::*;
    use super::*;

    #[test]
    fn an_offer_stands_for_two_hours_or_until_it_is_declined() {
        let at = |minutes: i64| Instant(0).plus_minutes(minutes);
        for (start, offered, declined, now, expected) in [
            (None, None, None, 10, OfferStanding::None),
            (None, None, Some(5), 10, OfferStanding::Declined),
            (Some(600), Some(5), None, 10, OfferStanding::Open),
            (Some(600), Some(5), None, 125, OfferStanding::Lapsed),
            (Some(10), Some(5), None, 10, OfferStanding::Lapsed),
            (Some(600), Some(5), Some(6), 10, OfferStanding::Declined),
            (Some(600), Some(7), Some(6), 10, OfferStanding::Open),
        ] {
            let found = standing(start.map(at), offered.map(at), declined.map(at), at(now));
            assert_eq!(found, expected, "{start:?} offered {offered:?}, declined {declined:?}, at {now}");
        }
    }

    #[test]
    fn an_entry_goes_one_way() {
        let all = [Waiting, Offered, Booked, Expired, Cancelled];
        for (from, to) in all.into_iter().flat_map(|from| all.map(|to| (from, to))) {
            let expected = matches!(from, Waiting | Offered) && to != Waiting;
            assert_eq!(waitlist_allowed(from, to), expected, "{from:?} to {to:?}");
        }
    }
}
