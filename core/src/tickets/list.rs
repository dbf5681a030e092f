//! Which tickets there are to see to.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{AppointmentId, Instant, PatientId, SupportTicketId, UserId};
use crate::page::{Page, PageRequest};
use crate::tickets::{TicketCategory, TicketPriority, TicketState};

/// A ticket as the list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TicketLine {
    pub id: SupportTicketId,
    pub number: String,
    pub subject: String,
    pub category: TicketCategory,
    pub priority: TicketPriority,
    pub status: TicketState,
    pub patient_id: Option<PatientId>,
    pub patient_name: Option<String>,
    pub appointment_id: Option<AppointmentId>,
    pub opened_by: Option<UserId>,
    pub opened_name: Option<String>,
    pub assigned_to: Option<UserId>,
    pub assigned_name: Option<String>,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl TicketLine {
    fn from_row(row: &Row) -> rusqlite::Result<TicketLine> {
        Ok(TicketLine {
            id: row.get("id")?,
            number: row.get("number")?,
            subject: row.get("subject")?,
            category: row.get("category")?,
            priority: row.get("priority")?,
            status: row.get("status")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("patient_name")?,
            appointment_id: row.get("appointment_id")?,
            opened_by: row.get("opened_by")?,
            opened_name: row.get("opened_name")?,
            assigned_to: row.get("assigned_to")?,
            assigned_name: row.get("assigned_name")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// The tickets of a status, of one priority or of all: the most urgent first, then the oldest.
pub fn list(
    conn: &Connection,
    status: TicketState,
    priority: Option<TicketPriority>,
    page: PageRequest,
) -> Result<Page<TicketLine>> {
    let mut statement = conn.prepare_cached(include_str!("list.sql"))?;
    let rows =
        statement.query_map(params![status, priority, page.sql_limit(), page.sql_offset()], TicketLine::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// One ticket.
pub fn ticket(conn: &Connection, id: SupportTicketId) -> Result<TicketLine> {
    conn.prepare_cached(include_str!("ticket.sql"))?
        .query_row([id], TicketLine::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}
