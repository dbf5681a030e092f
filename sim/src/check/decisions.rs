//! A conflict is open until a person decides it, and not longer.

use neem_core::{Db, Result};
use rusqlite::Connection;
use uuid::Uuid;

/// A field group that is in conflict.
pub type InConflict = (String, Uuid, String);

fn read(conn: &Connection) -> Result<Vec<InConflict>> {
    let mut statement = conn.prepare_cached("SELECT tbl, row, grp FROM conflicts WHERE grp IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The field groups that are in conflict at a PC.
pub fn open_conflicts(db: &Db) -> Vec<InConflict> {
    db.read(read).unwrap_or_default()
}

/// A conflict that was open before a write and whose other versions that write has put aside, although it
/// decides nothing.
pub fn decided_by_the_way(db: &Db, before: &[InConflict]) -> Option<String> {
    if before.is_empty() {
        return None;
    }
    let after = db.read(|conn| {
        let mut gone = Vec::new();
        let mut heads = conn.prepare_cached("SELECT count(*) FROM heads WHERE tbl = ?1 AND row = ?2 AND grp = ?3")?;
        for (table, row, group) in before {
            let standing: i64 = heads.query_row((table, row, group), |row| row.get(0))?;
            if standing < 2 {
                gone.push(format!("{table} {row} {group} was decided by the way"));
            }
        }
        Ok(gone)
    });
    after.ok()?.pop()
}
