//! How often a patient has been seen, and when last: counted whenever it is asked for.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{Instant, PatientId};
use crate::patients::same::same_person;

/// The statement, for the test that it reads by an index. `+status` keeps the index of the statuses
/// from being chosen: one person's visits are always fewer.
pub const VISITS: &str = concat!(
    "SELECT count(*) AS total, max(scheduled_start) AS last_visit_at FROM appointments WHERE patient_id IN ",
    same_person!(),
    " AND +status = 'completed' AND deleted_at IS NULL"
);

/// A patient's visits in two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Visits {
    /// Completed appointments and walk-ins, archived ones included.
    pub total: u32,
    /// When the latest of them was to begin, or the walk-in came; `None` before the first.
    pub last_visit_at: Option<Instant>,
}

/// The total and the latest of a patient's completed visits, under whichever record (B: totalVisits,
/// lastVisitAt; domain.md, ruling 7). Nothing is stored, so nothing can be counted twice.
pub fn visits(conn: &Connection, patient: PatientId) -> Result<Visits> {
    Ok(conn.prepare_cached(VISITS)?.query_row([patient], |row| {
        Ok(Visits { total: row.get("total")?, last_visit_at: row.get("last_visit_at")? })
    })?)
}
