//! A time for somebody who waits: found, offered, booked.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{ClinicId, Instant, ProviderId, WaitlistId};
use crate::page::PageRequest;
use crate::scheduling::AppointmentStatus;
use crate::scheduling::book::{Channel, NewAppointment, book};
use crate::scheduling::free_slots::{FreeSlot, FreeSlotQuery, free_slots};
use crate::scheduling::waitlist::{self, OfferStanding, WaitlistEntry, WaitlistStatus};

/// How far ahead a time is looked for, in milliseconds: thirteen weeks.
const AHEAD: i64 = 91 * 24 * 3_600_000;
/// Most times that would do are near: those are looked for first, in milliseconds.
const NEAR: i64 = 7 * 24 * 3_600_000;
/// How many entries are looked at, the longest wait first.
const LOOKED_AT: PageRequest = PageRequest { offset: 0, limit: 50 };

/// Somebody who waits, and the first free time that would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitlistOffer {
    pub entry: WaitlistEntry,
    pub slot: FreeSlot,
}

/// Which of the offered time and doctor is meant; what is left out comes from the offer and the entry.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitlistBooking {
    pub start: Option<Instant>,
    pub provider_id: Option<ProviderId>,
    /// Desk, phone or online.
    pub channel: Channel,
}

/// Who of a site's waiting list can be given a time now, the longest wait first. The same free time
/// may stand beside several: it goes to whom it is given first. What has been offered to somebody whose
/// answer is awaited stands beside nobody else, and what somebody has declined not beside them.
pub fn waitlist_offers(conn: &Connection, clinic: ClinicId, now: Instant) -> Result<Vec<WaitlistOffer>> {
    let entries = waitlist::waitlist(conn, clinic, true, LOOKED_AT, now)?.items;
    let awaited: Vec<(Option<ProviderId>, Instant)> = entries
        .iter()
        .filter(|entry| entry.offer == OfferStanding::Open)
        .filter_map(|entry| Some((entry.provider_id, entry.offered_start?)))
        .collect();
    let spoken_for = |slot: &FreeSlot| {
        awaited.iter().any(|(doctor, start)| *start == slot.start && doctor.is_none_or(|id| id == slot.provider_id))
    };
    let mut offers = Vec::new();
    for entry in entries {
        let from = entry.desired_from.max(now);
        let to = entry.desired_to.min(Instant(from.0 + AHEAD));
        let near = to.min(Instant(from.0 + NEAR));
        let wanted = |slot: &FreeSlot| match (entry.offer, entry.offered_start) {
            (OfferStanding::Open, Some(start)) => slot.start == start,
            _ => !entry.declined.contains(&slot.start) && !spoken_for(slot),
        };
        let mut slot = slots_for(conn, &entry, from, near)?.into_iter().find(wanted);
        if slot.is_none() {
            slot = slots_for(conn, &entry, near, to)?.into_iter().find(wanted);
        }
        if let Some(slot) = slot {
            offers.push(WaitlistOffer { entry, slot });
        }
    }
    Ok(offers)
}

/// The free times between two instants that would do for an entry.
fn slots_for(conn: &Connection, entry: &WaitlistEntry, from: Instant, to: Instant) -> Result<Vec<FreeSlot>> {
    if to <= from {
        return Ok(Vec::new());
    }
    let query = FreeSlotQuery {
        clinic_id: Some(entry.clinic_id),
        provider_ids: entry.provider_id.into_iter().collect(),
        service_id: entry.service_id,
        after_time: entry.after_time.clone().unwrap_or_default(),
        before_time: entry.before_time.clone().unwrap_or_default(),
        ..FreeSlotQuery::between(from, to)
    };
    let mut found = free_slots(conn, &query)?;
    found.retain(|slot| slot.end <= entry.desired_to);
    Ok(found)
}

/// Writes down that a time was offered. It is held for nobody: booking decides.
pub fn offer_waiting(tx: &Tx, id: WaitlistId, start: Instant) -> Result<WaitlistEntry> {
    let entry = waitlist::waitlist_entry(tx, id, tx.now)?;
    waitlist::step(&entry, WaitlistStatus::Offered)?;
    if start < tx.now || start < entry.desired_from || start >= entry.desired_to {
        let mut form = crate::form::Form::default();
        form.problem("start", Code::OutOfRange, None);
        form.finish()?;
    }
    tx.execute(
        "UPDATE waitlist SET status = 'offered', offered_start = ?1, offered_at = ?2, updated_at = ?2 WHERE id = ?3",
        params![start, tx.now, id],
    )?;
    waitlist::waitlist_entry(tx, id, tx.now)
}

/// Writes down that they do not want this time. They wait on, and are offered others.
pub fn decline_offer(tx: &Tx, id: WaitlistId, start: Instant) -> Result<WaitlistEntry> {
    let entry = waitlist::waitlist_entry(tx, id, tx.now)?;
    waitlist::step(&entry, WaitlistStatus::Offered)?;
    // What lies in the past is never offered again.
    let kept = entry.declined.into_iter().filter(|at| *at > tx.now && *at != start);
    let list: Vec<String> = kept.chain([start]).map(|at| at.0.to_string()).collect();
    tx.execute(
        "UPDATE waitlist SET declined = ?1, declined_at = ?2, updated_at = ?2 WHERE id = ?3",
        params![list.join(","), tx.now, id],
    )?;
    waitlist::waitlist_entry(tx, id, tx.now)
}

/// Books the offered time (or another) for somebody who waits, and links the appointment: both or
/// neither. `NotAvailable` when no doctor of the entry is free then.
pub fn book_waiting(tx: &Tx, id: WaitlistId, typed: &WaitlistBooking) -> Result<WaitlistEntry> {
    let entry = waitlist::waitlist_entry(tx, id, tx.now)?;
    waitlist::step(&entry, WaitlistStatus::Booked)?;
    let start = typed.start.or(entry.offered_start).ok_or(Code::NotAvailable)?;
    let wanted = typed.provider_id.or(entry.provider_id);
    // Who is called may agree to a time outside of the wish.
    let anyone = WaitlistEntry {
        provider_id: wanted,
        desired_to: Instant(i64::MAX),
        after_time: None,
        before_time: None,
        ..entry.clone()
    };
    let slots = slots_for(tx, &anyone, start, Instant(start.0 + 1))?;
    let slot = slots.into_iter().next().ok_or(Code::NotAvailable)?;
    let new = NewAppointment {
        clinic: entry.clinic_id,
        patient: entry.patient_id,
        provider: slot.provider_id,
        service: entry.service_id,
        start: slot.start,
        end: slot.end,
        status: AppointmentStatus::Scheduled,
        channel: typed.channel,
        reason: entry.note.clone().unwrap_or_default(),
    };
    let appointment = book(tx, &new)?;
    tx.execute(
        "UPDATE waitlist SET status = 'booked', appointment_id = ?1, updated_at = ?2 WHERE id = ?3",
        params![appointment, tx.now, id],
    )?;
    waitlist::waitlist_entry(tx, id, tx.now)
}
