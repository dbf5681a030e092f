//! "The first dermatologist this week after four": free times across doctors, services and sites.

use chrono_tz::Tz;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{ClinicId, Instant, ProviderId, ServiceId, SlotId};
use crate::scheduling::Mode;
use crate::scheduling::capacity::{Claim, crowding, taken};
use crate::scheduling::local_time::{minutes_at, minutes_of};
use crate::scheduling::roster::{Roster, Sites};

/// The longest time that one question covers, in days: a quarter of a year.
const MOST_DAYS: i64 = 92;
const MOST: u32 = 500;

/// What somebody at the phone asks for. Whatever is left out is anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FreeSlotQuery {
    pub clinic_id: Option<ClinicId>,
    pub provider_ids: Vec<ProviderId>,
    /// Part of a specialization's name.
    pub specialization: String,
    /// Decides how long the visit is, and who can do it.
    pub service_id: Option<ServiceId>,
    pub from: Instant,
    /// Slots that begin before this.
    pub to: Instant,
    pub mode: Option<Mode>,
    /// Local time of the site, `HH:MM`: slots that begin then or later.
    pub after_time: String,
    /// Slots that begin before then.
    pub before_time: String,
    /// 500 at most.
    pub limit: u32,
}

impl FreeSlotQuery {
    /// Anything between two instants.
    pub fn between(from: Instant, to: Instant) -> FreeSlotQuery {
        FreeSlotQuery {
            clinic_id: None,
            provider_ids: Vec::new(),
            specialization: String::new(),
            service_id: None,
            from,
            to,
            mode: None,
            after_time: String::new(),
            before_time: String::new(),
            limit: MOST,
        }
    }
}

/// A time that can be booked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FreeSlot {
    pub slot_id: SlotId,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub specialization: Option<String>,
    pub clinic_id: ClinicId,
    pub clinic_name: String,
    pub timezone: String,
    pub start: Instant,
    /// With a service, when that would end; otherwise the slot's end.
    pub end: Instant,
    pub mode: Mode,
    pub capacity: u32,
    /// How many more patients it takes.
    pub left: u32,
}

struct Wanted {
    after: u32,
    before: u32,
    minutes: Option<u32>,
}

/// The free times that answer a question, the first first. They come from the templates, the time off
/// and the appointments as they are now, so that one booked a moment ago counts.
pub fn free_slots(conn: &Connection, query: &FreeSlotQuery) -> Result<Vec<FreeSlot>> {
    let mut wanted = check(query)?;
    if let Some(service) = query.service_id {
        wanted.minutes = Some(crate::scheduling::book::service_minutes(conn, service)?);
    }
    let mut sites = Sites::default();
    let mut found = Vec::new();
    for doctor in doctors(conn, query)? {
        let roster = Roster::read(conn, &mut sites, doctor.id, query.from, query.to.plus_minutes(8 * 60))?;
        for (slot, zone) in roster.slots(query.clinic_id) {
            if slot.start >= query.to {
                continue;
            }
            let end = wanted.minutes.map_or(slot.end, |minutes| slot.start.plus_minutes(i64::from(minutes)));
            let fits = query.mode.is_none_or(|mode| mode == slot.mode)
                && end <= slot.window_end
                && wanted.takes(slot.start, zone)
                && doctor.sites.contains(&slot.clinic);
            if !fits {
                continue;
            }
            let off = |start, end| {
                roster.time_off.iter().any(|off| off.concerns(slot.provider, slot.clinic) && off.covers(start, end))
            };
            let claim = Claim { start: slot.start, end, capacity: slot.capacity };
            let near = roster.near(slot.start, end);
            if off(slot.start, end) || !crowding(&claim, near).is_empty() {
                continue;
            }
            let clinic = &sites.site(conn, slot.clinic, query.from, query.to)?.clinic;
            found.push(FreeSlot {
                slot_id: slot.id,
                provider_id: slot.provider,
                provider_name: doctor.name.clone(),
                specialization: doctor.specialization.clone(),
                clinic_id: slot.clinic,
                clinic_name: clinic.name.clone(),
                timezone: clinic.timezone.clone(),
                start: slot.start,
                end,
                mode: slot.mode,
                capacity: slot.capacity,
                left: slot.capacity.saturating_sub(taken(&claim, near)),
            });
        }
    }
    found.sort_by(|one, other| {
        (one.start, &one.provider_name, one.slot_id).cmp(&(other.start, &other.provider_name, other.slot_id))
    });
    found.truncate(query.limit.clamp(1, MOST) as usize);
    Ok(found)
}

impl Wanted {
    fn takes(&self, start: Instant, zone: Tz) -> bool {
        (self.after == 0 && self.before >= 24 * 60) || (self.after..self.before).contains(&minutes_at(start, zone))
    }
}

fn check(query: &FreeSlotQuery) -> Result<Wanted> {
    let mut form = Form::default();
    if query.to <= query.from {
        form.problem("to", Code::EndsBeforeStart, None);
    } else if query.to.0 - query.from.0 > MOST_DAYS * 24 * 3_600_000 {
        form.problem("to", Code::OutOfRange, Some(MOST_DAYS as u32));
    }
    let mut time = |field: &str, text: &str, whole: u32| {
        let minutes = if text.trim().is_empty() { Some(whole) } else { minutes_of(text) };
        if minutes.is_none() {
            form.problem(field, Code::NotATime, None);
        }
        minutes.unwrap_or(whole)
    };
    let wanted = Wanted {
        after: time("afterTime", &query.after_time, 0),
        before: time("beforeTime", &query.before_time, 24 * 60),
        minutes: None,
    };
    form.finish()?;
    Ok(wanted)
}

struct Doctor {
    id: ProviderId,
    name: String,
    specialization: Option<String>,
    sites: Vec<ClinicId>,
}

/// The doctors who come into question: approved, active, at work at an active site, able to do it.
fn doctors(conn: &Connection, query: &FreeSlotQuery) -> Result<Vec<Doctor>> {
    let mut statement = conn.prepare_cached(include_str!("able_doctors.sql"))?;
    let mut rows = statement.query(params![query.clinic_id, query.service_id])?;
    let wanted = query.specialization.trim().to_lowercase();
    let mut found: Vec<Doctor> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, site): (ProviderId, ClinicId) = (row.get("id")?, row.get("clinic_id")?);
        if let Some(last) = found.last_mut().filter(|last| last.id == id) {
            last.sites.push(site);
            continue;
        }
        let specialization: Option<String> = row.get("specialization")?;
        let tags: Option<String> = row.get("tags")?;
        let named = [&specialization, &tags].into_iter().flatten().any(|text| text.to_lowercase().contains(&wanted));
        if (query.provider_ids.is_empty() || query.provider_ids.contains(&id)) && (wanted.is_empty() || named) {
            found.push(Doctor { id, name: row.get("display_name")?, specialization, sites: vec![site] });
        }
    }
    Ok(found)
}
