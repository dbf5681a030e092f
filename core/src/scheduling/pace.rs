//! How quickly a doctor's queue moves: what the visits really took.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{Instant, ProviderId};
use crate::scheduling::walk_in::USUAL_MINUTES;

/// The shortest and the longest visit that a wait is reckoned with, in minutes: one visit that was
/// left open over lunch must not frighten the whole queue.
const BOUNDS: (i64, i64) = (5, 60);
/// How many visits the reckoning looks back at.
const LOOK_BACK: u32 = 20;
/// From so many visits on, today says more than the days before.
const ENOUGH: usize = 3;

/// What an expected wait is reckoned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PaceBasis {
    /// The doctor's visits of today.
    Today,
    /// The doctor's last visits.
    Lately,
    /// Nothing is known of this doctor yet.
    Usual,
}

/// What a visit with a doctor takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The middle one of the visits, in minutes, within bounds.
    pub minutes: u32,
    pub basis: PaceBasis,
    /// How long the visit that runs now still takes, about, in minutes.
    pub current: u32,
}

impl Pace {
    /// How long until the turn of somebody with so many ahead, in minutes.
    pub fn wait(&self, ahead: u32) -> u32 {
        self.current + self.minutes * ahead
    }
}

/// The pace of a doctor since the beginning of the day: from today's visits once there are three,
/// else from the last twenty, else a usual visit.
pub fn pace(conn: &Connection, provider: ProviderId, day_began: Instant, now: Instant) -> Result<Pace> {
    let mut statement = conn.prepare_cached(
        "SELECT started_at, (ended_at - started_at) / 60000 AS minutes FROM consultations
         WHERE provider_id = ?1 AND ended_at IS NOT NULL ORDER BY started_at DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![provider, LOOK_BACK], |row| {
        Ok((row.get::<_, Instant>("started_at")?, row.get::<_, i64>("minutes")?))
    })?;
    let visits: Vec<(Instant, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    let of_today = visits.iter().take_while(|(started, _)| *started >= day_began).count();
    let (counted, basis) = match (of_today, visits.len()) {
        (ENOUGH.., _) => (of_today, PaceBasis::Today),
        (_, 0) => (0, PaceBasis::Usual),
        (_, all) => (all, PaceBasis::Lately),
    };
    let mut lengths: Vec<i64> = visits.iter().take(counted).map(|(_, minutes)| *minutes).collect();
    lengths.sort_unstable();
    let middle = lengths.get(lengths.len() / 2).copied().unwrap_or(USUAL_MINUTES).clamp(BOUNDS.0, BOUNDS.1);
    let running: Option<Instant> = conn
        .prepare_cached(
            "SELECT started_at FROM consultations
             WHERE provider_id = ?1 AND ended_at IS NULL AND started_at BETWEEN ?2 AND ?3 AND mode <> 'ai'
             ORDER BY started_at DESC LIMIT 1",
        )?
        .query_row(params![provider, day_began, now], |row| row.get("started_at"))
        .optional()?;
    let current = running.map_or(0, |started| (middle - (now.0 - started.0) / 60_000).max(0));
    Ok(Pace { minutes: middle as u32, basis, current: current as u32 })
}
