//! Visits that repeat: the others of one, and what is done to one, to this and the later ones, or to all.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{AppointmentId, Instant};
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::cancel::cancel_appointment;
use crate::scheduling::waitlist::WaitlistEntry;
use crate::scheduling::{Move, move_appointment};
use crate::tenancy;

/// How much of a series something is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SeriesScope {
    One,
    /// This one and those after it.
    Following,
    /// All from today on: what has been cannot be changed.
    All,
}

/// What was cancelled, and who waits for such times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CancelledSeries {
    pub bookings: Vec<Booking>,
    pub waiting: Vec<WaitlistEntry>,
}

/// The visits of a series that are still plans, in the order of time; one of no series alone.
pub fn series(conn: &Connection, id: AppointmentId) -> Result<Vec<Booking>> {
    let booking = bookings::appointment(conn, id)?;
    match booking.series_id {
        Some(series) => bookings::of_series(conn, series, Instant(0)),
        None => Ok(vec![booking]),
    }
}

/// The visits that a scope means, seen from one of them, in the order of time.
pub(super) fn affected(conn: &Connection, booking: Booking, scope: SeriesScope, now: Instant) -> Result<Vec<Booking>> {
    let from = match scope {
        SeriesScope::One => return Ok(vec![booking]),
        SeriesScope::Following => booking.start,
        SeriesScope::All => {
            let zone = tenancy::clinic(conn, booking.clinic_id)?.zone();
            now.day(zone).bounds(zone).0
        }
    };
    match booking.series_id {
        Some(series) => bookings::of_series(conn, series, from),
        None => Ok(vec![booking]),
    }
}

/// Cancels as much of a series as the scope says, with a reason that every timeline keeps.
///
/// # Errors
/// `IllegalTransition` when this one can no longer be cancelled; a reason is needed.
pub fn cancel_appointments(tx: &Tx, id: AppointmentId, reason: &str, scope: SeriesScope) -> Result<CancelledSeries> {
    let booking = bookings::appointment(tx, id)?;
    let mut done = CancelledSeries { bookings: Vec::new(), waiting: Vec::new() };
    for one in affected(tx, booking, scope, tx.now)? {
        let cancelled = cancel_appointment(tx, one.id, reason)?;
        done.bookings.push(cancelled.booking);
        let new = cancelled.waiting.into_iter().filter(|entry| done.waiting.iter().all(|known| known.id != entry.id));
        done.waiting.extend(new.collect::<Vec<_>>());
    }
    Ok(done)
}

/// Takes the last step of several visits back, of all or of none: a booking is cancelled, what was
/// cancelled holds its time again.
///
/// # Errors
/// `SlotTaken` when somebody else has one of the times by now; `IllegalTransition`.
pub fn undo_appointments(tx: &Tx, ids: &[AppointmentId]) -> Result<()> {
    ids.iter().try_for_each(|id| move_appointment(tx, *id, Move::Undo, "").map(drop))
}
