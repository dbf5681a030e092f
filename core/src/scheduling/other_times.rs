//! Where a booking that cannot stay could go: the same doctor first, then whoever does the same on the
//! same day.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{ClinicId, Instant, ProviderId};
use crate::scheduling::book::{Asked, place};
use crate::scheduling::reschedule::may_move;
use crate::scheduling::{BookedHere, FreeSlot, FreeSlotQuery, free_slots};
use crate::tenancy;

/// How many times are offered.
const OFFERED: usize = 4;
/// How many free slots are tried for them: the first ones may be too short.
const TRIED: u32 = 24;
/// How far ahead they are looked for, in minutes.
const AHEAD_MINUTES: i64 = 14 * 24 * 60;

/// A time to which a booking can move as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FreeTime {
    pub start: Instant,
    pub end: Instant,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub clinic_id: ClinicId,
    pub clinic_name: String,
}

/// The free times for a booking with `provider`, four at most, those of this doctor first.
pub(super) fn other_times(
    conn: &Connection,
    booking: &BookedHere,
    provider: ProviderId,
    now: Instant,
) -> Result<Vec<FreeTime>> {
    if !may_move(booking.status) {
        return Ok(Vec::new());
    }
    let asked = Asked {
        clinic: booking.clinic_id,
        provider,
        service: booking.service_id,
        start: booking.start,
        end: booking.end,
        except: Some(booking.appointment_id),
    };
    free_near(conn, &asked, now)
}

/// The free times nearest to one that cannot be had, four at most, those of the same doctor first.
pub(super) fn free_near(conn: &Connection, asked: &Asked, now: Instant) -> Result<Vec<FreeTime>> {
    let (provider, from) = (asked.provider, asked.start.max(now));
    let query = FreeSlotQuery { service_id: asked.service, limit: TRIED, ..FreeSlotQuery::between(from, from) };
    let same = FreeSlotQuery { provider_ids: vec![provider], to: from.plus_minutes(AHEAD_MINUTES), ..query.clone() };
    let mut found = fitting(conn, asked, &same, |_| true)?;
    let zone = tenancy::clinic(conn, asked.clinic)?.zone();
    let evening = from.day(zone).bounds(zone).1;
    let specialization = match asked.service {
        Some(_) => String::new(),
        None => specialization(conn, provider)?,
    };
    // A doctor who is gone for long has no times: whoever else does the same may have them on another day.
    let until = if found.is_empty() { from.plus_minutes(AHEAD_MINUTES) } else { evening };
    let elsewhere = FreeSlotQuery { to: until, specialization, ..query };
    let elsewhere =
        if until > from { fitting(conn, asked, &elsewhere, |slot| slot.provider_id != provider)? } else { Vec::new() };
    found.truncate(OFFERED - elsewhere.len().min(1));
    found.extend(elsewhere);
    found.truncate(OFFERED);
    Ok(found)
}

/// The free slots of a question in which the wish fits whole.
fn fitting(
    conn: &Connection,
    wish: &Asked,
    query: &FreeSlotQuery,
    wanted: impl Fn(&FreeSlot) -> bool,
) -> Result<Vec<FreeTime>> {
    let slots = match free_slots(conn, query) {
        Ok(slots) => slots,
        // A service that the clinic no longer offers has no free times.
        Err(error) if error.code() == Code::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let lasts = wish.end.0 - wish.start.0;
    let mut found = Vec::new();
    for slot in slots.into_iter().filter(|slot| wanted(slot)) {
        let (start, end) = (slot.start, Instant(slot.start.0 + lasts));
        let (clinic, provider) = (slot.clinic_id, slot.provider_id);
        if place(conn, Asked { clinic, provider, start, end, ..*wish }).is_ok() {
            let (provider_name, clinic_name) = (slot.provider_name, slot.clinic_name);
            found.push(FreeTime { start, end, provider_id: provider, provider_name, clinic_id: clinic, clinic_name });
        }
        if found.len() == OFFERED {
            break;
        }
    }
    Ok(found)
}

fn specialization(conn: &Connection, provider: ProviderId) -> Result<String> {
    let found: Option<String> = conn
        .prepare_cached("SELECT specialization FROM providers WHERE id = ?1")?
        .query_row([provider], |row| row.get("specialization"))?;
    Ok(found.unwrap_or_default())
}
