//! The queue as it stands: who is next, how long it takes, how many there are.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, TicketId};
use crate::scheduling::number_text;
use crate::scheduling::pace::{Pace, pace};
use crate::scheduling::queue::TicketStatus;
use crate::tenancy;

/// Why somebody goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Elderly,
    Pregnant,
    Urgent,
}

crate::ids::named_values!(Priority { Elderly = "elderly", Pregnant = "pregnant", Urgent = "urgent" });

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueueRow {
    pub ticket_id: TicketId,
    pub appointment_id: AppointmentId,
    pub number: String,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub status: TicketStatus,
    pub priority: Option<Priority>,
    pub priority_reason: Option<String>,
    pub issued_at: Instant,
    pub called_at: Option<Instant>,
    pub skipped_at: Option<Instant>,
    /// How long until it is their turn, about; nothing for who has been called.
    pub about_minutes: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueueCounts {
    pub waiting: u32,
    pub called: u32,
    pub served: u32,
    pub left: u32,
    /// Of those who wait, who was called and did not come.
    pub skipped: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Queue {
    pub day: LocalDate,
    pub counts: QueueCounts,
    /// Called first, then in the order of their turn.
    pub rows: Vec<QueueRow>,
}

/// The queue of a site's local day, of one doctor or of all. Who has priority goes before who has
/// not, then the order of the numbers; who was skipped goes behind everybody.
pub fn queue(
    conn: &Connection,
    clinic: ClinicId,
    day: LocalDate,
    provider: Option<ProviderId>,
    now: Instant,
) -> Result<Queue> {
    let (day_began, _) = day.bounds(tenancy::clinic(conn, clinic)?.zone());
    let mut statement = conn.prepare_cached(include_str!("queue.sql"))?;
    let found = statement.query_map(params![clinic, day, provider], |row| {
        Ok(QueueRow {
            ticket_id: row.get("id")?,
            appointment_id: row.get("appointment_id")?,
            number: number_text(&row.get::<_, String>("lane")?, row.get("number")?),
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("display_name")?,
            status: row.get("status")?,
            priority: row.get("priority")?,
            priority_reason: row.get("priority_reason")?,
            issued_at: row.get("issued_at")?,
            called_at: row.get("called_at")?,
            skipped_at: row.get("skipped_at")?,
            about_minutes: 0,
        })
    })?;
    let mut rows: Vec<QueueRow> = found.collect::<rusqlite::Result<_>>()?;
    // Each doctor's queue moves at that doctor's pace; those who were called are ahead of the rest.
    let mut paces: Vec<(ProviderId, Pace, u32)> = Vec::new();
    for row in &mut rows {
        let at = match paces.iter().position(|(id, ..)| *id == row.provider_id) {
            Some(at) => at,
            None => {
                paces.push((row.provider_id, pace(conn, row.provider_id, day_began, now)?, 0));
                paces.len() - 1
            }
        };
        let (_, pace, ahead) = &mut paces[at];
        if row.status == TicketStatus::Waiting {
            row.about_minutes = pace.wait(*ahead);
        }
        *ahead += 1;
    }
    Ok(Queue { day, counts: counts(conn, clinic, day, provider)?, rows })
}

/// How many of a day are where.
pub fn counts(
    conn: &Connection,
    clinic: ClinicId,
    day: LocalDate,
    provider: Option<ProviderId>,
) -> Result<QueueCounts> {
    let mut statement = conn.prepare_cached(
        "SELECT status, count(*) AS number, count(skipped_at) AS skipped FROM queue_tickets
         WHERE clinic_id = ?1 AND day = ?2 AND (?3 IS NULL OR provider_id = ?3) GROUP BY status",
    )?;
    let mut rows = statement.query(params![clinic, day, provider])?;
    let mut counts = QueueCounts::default();
    while let Some(row) = rows.next()? {
        let number = row.get("number")?;
        match row.get("status")? {
            TicketStatus::Waiting => (counts.waiting, counts.skipped) = (number, row.get("skipped")?),
            TicketStatus::Called => counts.called = number,
            TicketStatus::Served => counts.served = number,
            TicketStatus::Left => counts.left = number,
        }
    }
    Ok(counts)
}

/// The numbers that wait at a site, in the order of their turn, without names.
pub(super) fn waiting_numbers(conn: &Connection, clinic: ClinicId, day: LocalDate) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(include_str!("queue.sql"))?;
    let found = statement.query_map(params![clinic, day, None::<ProviderId>], |row| {
        let number = number_text(&row.get::<_, String>("lane")?, row.get("number")?);
        Ok((row.get::<_, TicketStatus>("status")?, number))
    })?;
    let rows: Vec<(TicketStatus, String)> = found.collect::<rusqlite::Result<_>>()?;
    Ok(rows.into_iter().filter(|(status, _)| *status == TicketStatus::Waiting).map(|(_, number)| number).collect())
}
