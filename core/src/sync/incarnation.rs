//! A database that is an older copy of itself, or one of several copies of one PC: it begins a new life, so
//! that no number is ever given to two different commits. What the hub has not seen yet is signed anew
//! under the new life; what it has comes back by fetching.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::error::Result;
use crate::ids::Instant;
use crate::seeded::{Bug, seeded};
use crate::sync::apply::{self, Aftermath};
use crate::sync::commit::{self, Body, GENESIS, Origin};
use crate::sync::copies::Elsewhere;
use crate::sync::digest::Delta;
use crate::sync::log::{Author, Catalogue};
use crate::sync::merge::StampId;
use crate::sync::rotation;
use crate::sync::row::RowState;
use crate::sync::tables::Table;

/// The hash of this PC's own commit with this number, if its log has it.
pub fn hash_at(conn: &Connection, origin: Origin, seq: u64) -> Result<Option<Vec<u8>>> {
    let found = conn
        .prepare_cached("SELECT hash FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
        .query_row(params![origin.device, origin.incarnation, seq as i64], |row| row.get(0))
        .optional()?;
    Ok(found)
}

/// This PC's own commits after number `common`, with their places in the log.
fn own_after(conn: &Connection, origin: Origin, common: u64) -> Result<Vec<(i64, Vec<u8>)>> {
    let sql = "SELECT id, body FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq > ?3 ORDER BY seq";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map(params![origin.device, origin.incarnation, common as i64], |row| {
        Ok((row.get("id")?, row.get("body")?))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The bodies of the commits that the hub does not have under this life.
pub fn waiting_after(conn: &Connection, origin: Origin, common: u64) -> Result<Vec<Vec<u8>>> {
    Ok(own_after(conn, origin, common)?.into_iter().map(|(_, body)| body).collect())
}

/// Where the commits after `common` go: the first of them to other copies' lives, the rest to the new one.
struct Moves {
    old: Origin,
    new: Origin,
    common: u64,
    /// What those that the hub has already are called there.
    taken_over: Vec<StampId>,
}

impl Moves {
    fn of(&self, stamp: StampId) -> StampId {
        if stamp.device != self.old.device || stamp.incarnation != self.old.incarnation || stamp.seq <= self.common {
            return stamp;
        }
        let place = stamp.seq - self.common;
        let taken_over = usize::try_from(place - 1).ok().and_then(|place| self.taken_over.get(place));
        taken_over.copied().unwrap_or_else(|| self.new.stamp(place - self.taken_over.len() as u64))
    }
}

/// Begins life `incarnation` after the last commit that this PC and the hub have in common; `elsewhere` are
/// those that follow it and that the hub has under other copies' lives. Everything is fetched again from
/// the beginning: another copy of this PC may have written under the old life, and fetching passes over
/// one's own.
pub fn begin(
    conn: &Connection,
    catalogue: &Catalogue,
    common: u64,
    incarnation: u32,
    elsewhere: &[Elsewhere],
    now: Instant,
) -> Result<Origin> {
    let author = Author::read(conn)?;
    let (old, new) = (author.origin, Origin { incarnation, ..author.origin });
    // What was fetched already stands in the log under that life and cannot be taken over again.
    let mut unknown = 0;
    while unknown < elsewhere.len() && apply::head_of(conn, elsewhere[unknown].origin)?.0 == 0 {
        unknown += 1;
    }
    let elsewhere = &elsewhere[..unknown];
    let taken_over = elsewhere.iter().map(|there| there.origin.stamp(there.seq)).collect();
    let moves = Moves { old, new, common, taken_over };
    restamp_heads(conn, catalogue, &moves)?;
    let (mut head, mut seq) = (GENESIS.to_vec(), 0u64);
    let mut there = elsewhere.iter();
    let mine = own_after(conn, old, common)?;
    let bodies: Vec<Vec<u8>> = mine.iter().map(|(_, body)| body.clone()).collect();
    for ((id, bytes), key) in mine.into_iter().zip(rotation::signers(conn, &author, &bodies)?) {
        if let Some(there) = there.next() {
            conn.execute(
                "UPDATE commits SET incarnation = ?1, seq = ?2, hash = ?3, signature = ?4, body = ?5, hub_seq = ?6 WHERE id = ?7",
                params![
                    there.origin.incarnation,
                    there.seq as i64,
                    there.hash.as_slice(),
                    there.signature,
                    there.body,
                    there.hub_seq,
                    id
                ],
            )?;
            if let Some(reason) = &there.aside {
                apply::set_aside(conn, there.origin, there.seq, reason, &there.body, now)?;
            }
            continue;
        }
        let mut body = Body::decode(&bytes)?;
        let updates = if seeded(Bug::SeenNotMoved) { &mut [][..] } else { &mut body.updates[..] };
        for write in updates.iter_mut().flat_map(|update| &mut update.groups) {
            write.seen.iter_mut().for_each(|stamp| *stamp = moves.of(*stamp));
        }
        let bytes = body.encode()?;
        seq += 1;
        let hash = commit::chain_hash(&head, new, seq, &bytes);
        conn.execute(
            "UPDATE commits SET incarnation = ?1, seq = ?2, hash = ?3, signature = ?4, body = ?5, hub_seq = NULL WHERE id = ?6",
            params![incarnation, seq as i64, hash.as_slice(), commit::sign(&key, &hash), bytes, id],
        )?;
        head = hash.to_vec();
    }
    weigh_anew(conn, catalogue, elsewhere, now)?;
    conn.execute(
        "UPDATE this_device SET incarnation = ?1, seq = ?2, head_hash = ?3 WHERE only = 1",
        params![incarnation, seq as i64, head],
    )?;
    if !seeded(Bug::NotReadAgain) {
        conn.execute("UPDATE hub_link SET pulled = 0 WHERE only = 1", [])?;
    }
    Ok(new)
}

/// The hub may have moved the clocks of what was taken over.
fn weigh_anew(conn: &Connection, catalogue: &Catalogue, elsewhere: &[Elsewhere], now: Instant) -> Result<()> {
    let (mut delta, mut aftermath) = (Delta::default(), Aftermath::default());
    for there in elsewhere {
        let stamp = there.origin.stamp(there.seq);
        apply::clamp(conn, catalogue, stamp, there.hlc, &mut delta, &mut aftermath)?;
    }
    aftermath.derive(conn, catalogue, now)?;
    delta.store(conn)
}

/// Standing writes of the commits that are signed anew carry the new stamps, and the proof follows.
fn restamp_heads(conn: &Connection, catalogue: &Catalogue, moves: &Moves) -> Result<()> {
    let mine = params![moves.old.device, moves.old.incarnation, moves.common as i64];
    let mut statement =
        conn.prepare("SELECT DISTINCT tbl, row, seq FROM heads WHERE device = ?1 AND incarnation = ?2 AND seq > ?3")?;
    let heads: Vec<(String, Uuid, i64)> = statement
        .query_map(mine, |row| Ok((row.get("tbl")?, row.get("row")?, row.get("seq")?)))?
        .collect::<rusqlite::Result<_>>()?;
    let state = |table: Table, row: Uuid| -> Result<Option<RowState>> {
        let info = catalogue.table(table);
        info.values(conn, row)?.map(|values| info.state(conn, row, values)).transpose()
    };
    let mut before = BTreeMap::new();
    for (table, row, _) in &heads {
        if let Some(known) = catalogue.known(table)
            && !before.contains_key(&(known, *row))
            && let Some(state) = state(known, *row)?
        {
            before.insert((known, *row), state.hash(table, *row));
        }
    }
    for (table, row, seq) in &heads {
        let stamp = moves.of(moves.old.stamp(seq.unsigned_abs()));
        conn.execute(
            "UPDATE heads SET incarnation = ?1, seq = ?2
             WHERE tbl = ?3 AND row = ?4 AND device = ?5 AND incarnation = ?6 AND seq = ?7",
            params![stamp.incarnation, stamp.seq as i64, table, row, moves.old.device, moves.old.incarnation, seq],
        )?;
    }
    let mut delta = Delta::default();
    for ((table, row), hash) in before {
        if let Some(after) = state(table, row)? {
            delta.change(table.name(), row, Some(hash), after.hash(table.name(), row));
        }
    }
    delta.store(conn)
}
