//! A database that is an older copy of itself, or one of two copies of one PC: it begins a new life, so
//! that no number is ever given to two different commits. What the hub has not seen yet is signed anew
//! under the new life; what it has comes back by fetching.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::error::Result;
use crate::sync::commit::{self, Body, GENESIS, Origin};
use crate::sync::digest::Delta;
use crate::sync::log::{Author, Catalogue};
use crate::sync::merge::StampId;
use crate::sync::row::RowState;
use crate::sync::tables::Table;

/// The hash of this PC's own commit with this number, if its log has it.
pub fn hash_at(conn: &Connection, origin: Origin, seq: u64) -> Result<Option<Vec<u8>>> {
    use rusqlite::OptionalExtension;
    let found = conn
        .prepare_cached("SELECT hash FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
        .query_row(params![origin.device, origin.incarnation, seq as i64], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// Begins life `incarnation` after the last commit that this PC and the hub have in common. Everything
/// is fetched again from the beginning: another copy of this PC may have written under the old life,
/// and fetching passes over one's own.
pub fn begin(conn: &Connection, catalogue: &Catalogue, common: u64, incarnation: u32) -> Result<Origin> {
    let author = Author::read(conn)?;
    let (old, new) = (author.origin, Origin { incarnation, ..author.origin });
    let moved =
        |stamp: StampId| match stamp.device == old.device && stamp.incarnation == old.incarnation && stamp.seq > common
        {
            true => new.stamp(stamp.seq - common),
            false => stamp,
        };
    restamp_heads(conn, catalogue, old, new, common)?;
    let mut statement = conn.prepare(
        "SELECT id, seq, body FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq > ?3 ORDER BY seq",
    )?;
    let own: Vec<(i64, i64, Vec<u8>)> = statement
        .query_map(params![old.device, old.incarnation, common as i64], |row| {
            Ok((row.get("id")?, row.get("seq")?, row.get("body")?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let (mut head, mut seq) = (GENESIS.to_vec(), 0u64);
    for (id, _, bytes) in own {
        let mut body = Body::decode(&bytes)?;
        for write in body.updates.iter_mut().flat_map(|update| &mut update.groups) {
            write.seen.iter_mut().for_each(|stamp| *stamp = moved(*stamp));
        }
        let bytes = body.encode()?;
        seq += 1;
        let hash = commit::chain_hash(&head, new, seq, &bytes);
        conn.execute(
            "UPDATE commits SET incarnation = ?1, seq = ?2, hash = ?3, signature = ?4, body = ?5, hub_seq = NULL WHERE id = ?6",
            params![incarnation, seq as i64, hash.as_slice(), commit::sign(&author.key, &hash), bytes, id],
        )?;
        head = hash.to_vec();
    }
    conn.execute(
        "UPDATE this_device SET incarnation = ?1, seq = ?2, head_hash = ?3 WHERE only = 1",
        params![incarnation, seq as i64, head],
    )?;
    conn.execute("UPDATE hub_link SET pulled = 0 WHERE only = 1", [])?;
    Ok(new)
}

/// Standing writes of the commits that are signed anew carry the new stamps, and the proof follows.
fn restamp_heads(conn: &Connection, catalogue: &Catalogue, old: Origin, new: Origin, common: u64) -> Result<()> {
    let mine = params![old.device, old.incarnation, common as i64];
    let mut statement =
        conn.prepare("SELECT DISTINCT tbl, row FROM heads WHERE device = ?1 AND incarnation = ?2 AND seq > ?3")?;
    let rows: Vec<(String, Uuid)> =
        statement.query_map(mine, |row| Ok((row.get("tbl")?, row.get("row")?)))?.collect::<rusqlite::Result<_>>()?;
    let state = |table: Table, row: Uuid| -> Result<Option<RowState>> {
        let info = catalogue.table(table);
        info.values(conn, row)?.map(|values| info.state(conn, row, values)).transpose()
    };
    let mut before = BTreeMap::new();
    for (table, row) in &rows {
        if let Some(known) = catalogue.known(table)
            && let Some(state) = state(known, *row)?
        {
            before.insert((known, *row), state.hash(table, *row));
        }
    }
    conn.execute(
        "UPDATE heads SET incarnation = ?4, seq = seq - ?3 WHERE device = ?1 AND incarnation = ?2 AND seq > ?3",
        params![old.device, old.incarnation, common as i64, new.incarnation],
    )?;
    let mut delta = Delta::default();
    for ((table, row), hash) in before {
        if let Some(after) = state(table, row)? {
            delta.change(table.name(), row, Some(hash), after.hash(table.name(), row));
        }
    }
    delta.store(conn)
}
