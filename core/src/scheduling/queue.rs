//! Queue tickets: a number per clinic, day and lane, never given twice and never renumbered.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AppointmentId, ClinicId, Instant, LocalDate, TicketId};
use crate::tenancy;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    Waiting,
    Called,
    Served,
    Left,
}

crate::ids::named_values!(TicketStatus { Waiting = "waiting", Called = "called", Served = "served", Left = "left" });

/// The number as it is printed and said: `A-014`.
pub fn number_text(lane: &str, number: u32) -> String {
    format!("{lane}-{number:03}")
}

/// The next number of this PC's lane at a site on a day: one more than the last that the PC itself gave,
/// past those on paper slips, whether these lie in the drawer still or were entered already.
pub(super) fn next_number(conn: &Connection, clinic: ClinicId, day: LocalDate, lane: &str) -> Result<u32> {
    let next = conn
        .prepare_cached(
            "SELECT coalesce(max(number), 0) + 1 FROM queue_tickets
             WHERE clinic_id = ?1 AND day = ?2 AND lane = ?3 AND entered_at IS NULL",
        )?
        .query_row(params![clinic, day, lane], |row| row.get(0))?;
    let mut statement = conn.prepare_cached(include_str!("numbers_on_paper.sql"))?;
    let on_paper = statement.query_map(params![clinic, day, lane, next], |row| row.get::<_, u32>("number"))?;
    on_paper.into_iter().try_fold(next, |next, taken| Ok(if taken? == next { next + 1 } else { next }))
}

/// Gives an appointment its number of today; one that has a number already keeps it.
pub(super) fn issue_for(tx: &Tx, appointment: AppointmentId) -> Result<TicketId> {
    let clinic: ClinicId =
        tx.query_row("SELECT clinic_id FROM appointments WHERE id = ?1", [appointment], |row| row.get(0))?;
    let day = tx.now.day(tenancy::clinic(tx, clinic)?.zone());
    let existing: Option<TicketId> = tx
        .query_row(
            "SELECT id FROM queue_tickets WHERE appointment_id = ?1 AND day = ?2",
            params![appointment, day],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(ticket) = existing {
        set_status(tx, appointment, TicketStatus::Waiting)?;
        return Ok(ticket);
    }
    let number = next_number(tx, clinic, day, &tx.device.lane)?;
    insert(tx, appointment, day, number, &Given { at: tx.now, status: TicketStatus::Waiting, on_paper: false })
}

/// When a number was given, and how.
pub(super) struct Given {
    pub at: Instant,
    pub status: TicketStatus,
    /// Written on a slip first and entered now.
    pub on_paper: bool,
}

pub(super) fn insert(
    tx: &Tx,
    appointment: AppointmentId,
    day: LocalDate,
    number: u32,
    given: &Given,
) -> Result<TicketId> {
    let ticket = TicketId(tx.new_id());
    tx.prepare_cached(
        "INSERT INTO queue_tickets (id, tenant_id, clinic_id, day, lane, number, appointment_id, patient_id, provider_id,
                                    status, issued_at, entered_at, created_at, updated_at)
         SELECT ?1, tenant_id, clinic_id, ?2, ?3, ?4, id, patient_id, provider_id, ?5, ?6, ?7, ?8, ?8
         FROM appointments WHERE id = ?9",
    )?
    .execute(params![
        ticket,
        day,
        tx.device.lane,
        number,
        given.status,
        given.at,
        given.on_paper.then_some(tx.now),
        tx.now,
        appointment
    ])?;
    Ok(ticket)
}

/// Moves the ticket of an appointment, if it has one.
pub(crate) fn set_status(tx: &Tx, appointment: AppointmentId, to: TicketStatus) -> Result<()> {
    let called = (to == TicketStatus::Called).then_some(tx.now);
    let served = (to == TicketStatus::Served).then_some(tx.now);
    tx.prepare_cached(
        "UPDATE queue_tickets
         SET status = ?1, updated_at = ?2, called_at = coalesce(?3, CASE ?1 WHEN 'waiting' THEN NULL ELSE called_at END),
             served_at = coalesce(?4, served_at)
         WHERE appointment_id = ?5 AND status <> ?1",
    )?
    .execute(params![to, tx.now, called, served, appointment])?;
    Ok(())
}

pub(super) fn status_of(conn: &Connection, appointment: AppointmentId) -> Result<Option<TicketStatus>> {
    Ok(conn
        .prepare_cached("SELECT status FROM queue_tickets WHERE appointment_id = ?1 ORDER BY issued_at DESC LIMIT 1")?
        .query_row([appointment], |row| row.get(0))
        .optional()?)
}

/// The number of an appointment's ticket, as it is printed.
pub fn number_of(conn: &Connection, appointment: AppointmentId) -> Result<Option<String>> {
    Ok(conn
        .prepare_cached(
            "SELECT lane, number FROM queue_tickets WHERE appointment_id = ?1 ORDER BY issued_at DESC LIMIT 1",
        )?
        .query_row([appointment], |row| Ok(number_text(&row.get::<_, String>("lane")?, row.get("number")?)))
        .optional()?)
}
