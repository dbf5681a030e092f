//! The slots of the coming weeks as rows, for lists and outside readers. Derived on every PC for
//! itself; what can be booked is always computed anew.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Db;
use crate::error::Result;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, SlotId};
use crate::scheduling::Mode;
use crate::scheduling::capacity::{Claim, crowding, taken};
use crate::scheduling::roster::{Roster, Sites};
use crate::scheduling::slots::DaySpan;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SlotStatus {
    Available,
    /// As many patients as it takes.
    Booked,
    /// Leave, a holiday or a blocked time lies over it.
    Blocked,
}

crate::ids::named_values!(SlotStatus { Available = "available", Booked = "booked", Blocked = "blocked" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Slot {
    pub id: SlotId,
    pub provider_id: ProviderId,
    pub clinic_id: ClinicId,
    pub start: Instant,
    pub end: Instant,
    pub mode: Mode,
    pub status: SlotStatus,
    pub capacity: u32,
    pub taken: u32,
}

/// What the slots were made of: another text says that hours, time off or who is at work have changed
/// since, here or on another PC.
pub fn hours_mark(conn: &Connection) -> Result<String> {
    Ok(conn.prepare_cached(include_str!("hours_mark.sql"))?.query_row([], |row| row.get(0))?)
}

/// Makes the slots of these local days anew, one doctor a transaction; tells how many there are. A
/// second time changes nothing.
pub fn materialise(db: &Db, from: LocalDate, to: LocalDate) -> Result<u32> {
    let days = DaySpan { from, to };
    let providers: Vec<ProviderId> = db.read(|conn| {
        let mut statement = conn.prepare_cached(
            "SELECT provider_id FROM availability_templates WHERE deleted_at IS NULL UNION SELECT provider_id FROM slots",
        )?;
        Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    })?;
    let mut made = 0;
    for provider in providers {
        made += db.write_local(|conn| of_provider(conn, provider, days))?;
    }
    Ok(made)
}

fn of_provider(conn: &Connection, provider: ProviderId, days: DaySpan) -> Result<u32> {
    // The days of different zones begin at different hours: all that any of them touches is read.
    let (from, _) = days.from.bounds(chrono_tz::Pacific::Kiritimati);
    let (_, to) = days.to.bounds(chrono_tz::Etc::GMTPlus12);
    let inside = |start: Instant, zone| (days.from..=days.to).contains(&start.day(zone));
    let roster = Roster::read(conn, &mut Sites::default(), provider, from, to)?;
    let zones = clinic_zones(conn)?;
    let stale: Vec<(SlotId, ClinicId, Instant)> = conn
        .prepare_cached(
            "SELECT id, clinic_id, starts_at FROM slots WHERE provider_id = ?1 AND starts_at >= ?2 AND starts_at < ?3",
        )?
        .query_map(params![provider, from, to], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (id, clinic, start) in stale {
        let zone = zones.iter().find(|(id, _)| *id == clinic).map_or(chrono_tz::UTC, |(_, zone)| *zone);
        if inside(start, zone) {
            conn.prepare_cached("DELETE FROM slots WHERE id = ?1")?.execute([id])?;
        }
    }
    let mut insert = conn.prepare_cached(
        "INSERT OR IGNORE INTO slots (id, provider_id, clinic_id, template_id, starts_at, ends_at, mode, status, capacity, taken)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let mut made = 0;
    for (slot, zone) in roster.slots(None) {
        if !inside(slot.start, zone) {
            continue;
        }
        let claim = Claim { start: slot.start, end: slot.end, capacity: slot.capacity };
        let near = roster.near(slot.start, slot.end);
        let status = if slot.blocked {
            SlotStatus::Blocked
        } else if crowding(&claim, near).is_empty() {
            SlotStatus::Available
        } else {
            SlotStatus::Booked
        };
        made += insert.execute(params![
            slot.id,
            slot.provider,
            slot.clinic,
            slot.template,
            slot.start,
            slot.end,
            slot.mode,
            status,
            slot.capacity,
            taken(&claim, near)
        ])? as u32;
    }
    Ok(made)
}

fn clinic_zones(conn: &Connection) -> Result<Vec<(ClinicId, chrono_tz::Tz)>> {
    let mut statement = conn.prepare_cached("SELECT id, timezone FROM clinics")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get("id")?, row.get::<_, String>("timezone")?.parse().unwrap_or(chrono_tz::UTC)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The slots of a doctor as last made, between two instants, in the order of time; 2,000 at most.
pub fn slots(conn: &Connection, provider: ProviderId, from: Instant, to: Instant) -> Result<Vec<Slot>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM slots WHERE provider_id = ?1 AND starts_at >= ?2 AND starts_at < ?3 ORDER BY starts_at LIMIT 2000",
    )?;
    let rows = statement.query_map(params![provider, from, to], |row| {
        Ok(Slot {
            id: row.get("id")?,
            provider_id: row.get("provider_id")?,
            clinic_id: row.get("clinic_id")?,
            start: row.get("starts_at")?,
            end: row.get("ends_at")?,
            mode: row.get("mode")?,
            status: row.get("status")?,
            capacity: row.get("capacity")?,
            taken: row.get("taken")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
