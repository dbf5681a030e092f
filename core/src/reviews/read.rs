//! Reviews in lists: for whoever chooses a doctor, and for whoever moderates.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{AppointmentId, Instant, PatientId, ProviderId, ReviewId};
use crate::page::{Page, PageRequest};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    pub id: ReviewId,
    pub provider_id: ProviderId,
    pub doctor_name: String,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub appointment_id: AppointmentId,
    /// From 1 to 5.
    pub rating: u32,
    pub text: Option<String>,
    pub visible: bool,
    pub moderated_by: Option<String>,
    /// `None` while nobody has looked at it.
    pub moderated_at: Option<Instant>,
    pub created_at: Instant,
}

impl Review {
    fn from_row(row: &Row) -> rusqlite::Result<Review> {
        Ok(Review {
            id: row.get("id")?,
            provider_id: row.get("provider_id")?,
            doctor_name: row.get("display_name")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            appointment_id: row.get("appointment_id")?,
            rating: row.get("rating")?,
            text: row.get("text")?,
            visible: row.get("visible")?,
            moderated_by: row.get("moderator")?,
            moderated_at: row.get("moderated_at")?,
            created_at: row.get("created_at")?,
        })
    }
}

pub fn review(conn: &Connection, id: ReviewId) -> Result<Review> {
    conn.prepare_cached(include_str!("one.sql"))?
        .query_row([id], Review::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The reviews of a doctor, the latest first; hidden ones only for whoever moderates.
pub fn of_provider(
    conn: &Connection,
    provider: ProviderId,
    hidden_too: bool,
    page: PageRequest,
) -> Result<Page<Review>> {
    let mut statement = conn.prepare_cached(include_str!("of_provider.sql"))?;
    let limits = params![provider, hidden_too, page.sql_limit(), page.sql_offset()];
    let rows = statement.query_map(limits, Review::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// The reviews that nobody has looked at, the oldest first.
pub fn waiting(conn: &Connection, page: PageRequest) -> Result<Page<Review>> {
    let mut statement = conn.prepare_cached(include_str!("waiting.sql"))?;
    let rows = statement.query_map([page.sql_limit(), page.sql_offset()], Review::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}
