//! Conflicts as rows that every replica derives for itself, with ids that come out the same.

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{ConflictId, Instant};
use crate::sync::merge::Rule;
use crate::sync::tables::{Table, rule_of};

/// The name space of conflict ids (a UUIDv5 needs one; the value is arbitrary, and fixed for ever).
const CONFLICTS: Uuid = Uuid::from_u128(0x6e65_656d_0000_4000_8000_636f_6e66_6c69);

/// Opens or closes the conflict of one field group.
pub fn note_group(conn: &Connection, table: Table, row: Uuid, group: &str, open: bool, now: Instant) -> Result<()> {
    let id = ConflictId(Uuid::new_v5(&CONFLICTS, format!("{}/{row}/{group}", table.name()).as_bytes()));
    if !open {
        conn.prepare_cached("DELETE FROM conflicts WHERE id = ?1")?.execute([id])?;
        return Ok(());
    }
    let kind = match rule_of(table.name(), group) {
        Rule::Forward(_) => "status",
        Rule::Latest | Rule::Silent => "fields",
    };
    conn.prepare_cached(
        "INSERT OR IGNORE INTO conflicts (id, kind, tbl, row, other, grp, detected_at) VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6)",
    )?
    .execute(params![id, kind, table.name(), row, group, now])?;
    Ok(())
}

/// Opens a conflict for every appointment that overlaps this one with the same provider, and
/// closes those that no longer overlap. Walk-ins wait in the queue and claim no time.
pub fn note_claim(conn: &Connection, appointment: Uuid, now: Instant) -> Result<()> {
    conn.prepare_cached("DELETE FROM conflicts WHERE kind = 'booked_twice' AND (row = ?1 OR other = ?1)")?
        .execute([appointment])?;
    let mut overlapping = conn.prepare_cached(include_str!("overlapping.sql"))?;
    let others: Vec<Uuid> =
        overlapping.query_map([appointment], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    for other in others {
        let (first, second) = if appointment < other { (appointment, other) } else { (other, appointment) };
        let name = [first.as_bytes().as_slice(), second.as_bytes()].concat();
        conn.prepare_cached(
            "INSERT OR IGNORE INTO conflicts (id, kind, tbl, row, other, grp, detected_at)
             VALUES (?1, 'booked_twice', 'appointments', ?2, ?3, NULL, ?4)",
        )?
        .execute(params![Uuid::new_v5(&CONFLICTS, &name), first, second, now])?;
    }
    Ok(())
}
