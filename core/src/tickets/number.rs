//! Ticket numbers: running for each lane, so that two PCs apart never give out the same one.

use rusqlite::Connection;

use crate::error::Result;
use crate::running_number;

/// The next number of a lane: `T-A-0001`.
pub(super) fn next(conn: &Connection, lane: &str) -> Result<String> {
    let prefix = format!("T-{lane}-");
    let last = running_number::highest(conn, "tickets", "number", &prefix)?;
    Ok(format!("{prefix}{:04}", last.unwrap_or(0) + 1))
}
