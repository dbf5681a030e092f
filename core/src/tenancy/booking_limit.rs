//! A tenant's limit of appointments to come (B: `maxBookings`).

use rusqlite::params;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::Instant;

/// How long a count is believed. What other PCs book meanwhile is not in it: the limit is the
/// business's plan, and nobody is turned away or lost for its sake.
const BELIEVED_MINUTES: i64 = 60;

/// How many more appointments there is room for, as last counted.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    limit: i64,
    left: i64,
    counted_at: Instant,
}

/// Fails with `LimitReached` and the limit when one open appointment more would be too many. Open
/// are those requested, scheduled or confirmed whose time is still to come. They are counted once an
/// hour and when the room that was counted is used up: at every booking it would be half of its time.
pub fn check_booking_limit(tx: &Tx) -> Result<()> {
    let limit: i64 = tx
        .prepare_cached("SELECT max_bookings FROM tenants WHERE id = ?1")?
        .query_row([tx.device.tenant], |row| row.get("max_bookings"))?;
    let mut known = tx.booking_room();
    let fresh = |room: &Room| {
        let age = tx.now.0 - room.counted_at.0;
        room.limit == limit && room.left > 0 && (0..BELIEVED_MINUTES * 60_000).contains(&age)
    };
    let room = match known.filter(fresh) {
        Some(room) => room,
        None => Room { limit, left: limit - open_bookings(tx, limit)?, counted_at: tx.now },
    };
    if room.left <= 0 {
        *known = None;
        return Err(Error::with(Code::LimitReached, limit.to_string()));
    }
    // A booking that fails after this only leaves less room than there is, until it is counted again.
    *known = Some(Room { left: room.left - 1, ..room });
    Ok(())
}

/// Counting stops at the limit, so that it costs the same whatever the calendar holds.
fn open_bookings(tx: &Tx, limit: i64) -> Result<i64> {
    let mut statement = tx.prepare_cached(include_str!("open_bookings.sql"))?;
    Ok(statement.query_row(params![tx.now, limit], |row| row.get("open"))?)
}
