//! What a PC remembers of a snapshot on its way.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Result;
use crate::sync::commit::Origin;
use crate::sync::engine::small;
use crate::sync::log::{Author, Catalogue};
use crate::sync::snapshot::{Arriving, Beginning};
use crate::sync::tables::Table;

/// The last commit of an origin that a snapshot contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    pub device: Uuid,
    pub incarnation: u32,
    pub seq: u64,
    #[serde(with = "serde_bytes")]
    pub hash: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Records,
    /// All records are here; the log from before the snapshot is still to come.
    Log,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub epoch: Uuid,
    pub hub_seq: i64,
    pub stage: Stage,
    pub log_after: i64,
    pub next_id: i64,
    pub reserved: i64,
}

/// Whether the file has the tables for a snapshot: one kept at an older level on purpose has not.
fn possible(conn: &Connection) -> Result<bool> {
    Ok(conn.prepare_cached("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'snapshot'")?.exists([])?)
}

/// The snapshot that is on its way, if one is.
pub fn state(conn: &Connection) -> Result<Option<Kept>> {
    if !possible(conn)? {
        return Ok(None);
    }
    let mut statement =
        conn.prepare_cached("SELECT epoch, hub_seq, stage, log_after, next_id, reserved FROM snapshot WHERE only = 1")?;
    let found = statement.query_row([], |row| {
        let stage = if row.get::<_, String>("stage")? == "log" { Stage::Log } else { Stage::Records };
        Ok(Kept {
            epoch: row.get("epoch")?,
            hub_seq: row.get("hub_seq")?,
            stage,
            log_after: row.get("log_after")?,
            next_id: row.get("next_id")?,
            reserved: row.get("reserved")?,
        })
    });
    Ok(found.optional()?)
}

/// Whether a snapshot can be taken into this file.
pub fn can_take(conn: &Connection) -> Result<bool> {
    possible(conn)
}

/// Whether commits that are fetched now may concern rows that have not arrived, or that stand already as
/// the commit left them: as long as records arrive, and until everything is fetched that is in them.
pub fn lenient(conn: &Connection) -> Result<bool> {
    let Some(kept) = state(conn)? else { return Ok(false) };
    Ok(kept.stage == Stage::Records || conn.prepare_cached("SELECT 1 FROM snapshot_chunks")?.exists([])?)
}

/// Whether something of a snapshot is still to come, be it only the older log.
pub fn incomplete(conn: &Connection) -> Result<bool> {
    Ok(state(conn)?.is_some())
}

/// The last commit of an origin whose effects came with the snapshot.
pub fn base_of(conn: &Connection, origin: Origin) -> Result<Option<(u64, Vec<u8>)>> {
    if !possible(conn)? {
        return Ok(None);
    }
    let found = conn
        .prepare_cached("SELECT seq, hash FROM snapshot_origins WHERE device = ?1 AND incarnation = ?2")?
        .query_row(params![origin.device, origin.incarnation], |row| {
            Ok((row.get::<_, i64>("seq")?.unsigned_abs(), row.get("hash")?))
        })
        .optional()?;
    Ok(found)
}

/// The place of the next commit in the log where it is not simply the one behind the last: the older log
/// goes before everything that is written while it comes.
pub fn next_id(conn: &Connection, catalogue: &Catalogue) -> Result<Option<i64>> {
    if !catalogue.snapshots() {
        return Ok(None);
    }
    let found = conn
        .prepare_cached(
            "SELECT reserved + 1 AS id FROM snapshot WHERE coalesce((SELECT max(id) FROM commits), 0) <= reserved",
        )?
        .query_row([], |row| row.get("id"))
        .optional()?;
    Ok(found)
}

/// How much has arrived; none if nothing is to come.
pub fn arriving(conn: &Connection) -> Result<Option<Arriving>> {
    let Some(kept) = state(conn)? else { return Ok(None) };
    let (records, of) = counts(conn)?;
    Ok(Some(Arriving { records, of, only_history: kept.stage == Stage::Log }))
}

/// Records that have arrived, and all of them.
pub fn counts(conn: &Connection) -> Result<(u32, u32)> {
    let mut statement = conn.prepare_cached(
        "SELECT coalesce(sum(taken), 0) AS taken, coalesce(sum(rows), 0) AS rows FROM snapshot_tables",
    )?;
    Ok(statement.query_row([], |row| {
        let count = |name| row.get::<_, i64>(name).map(|count| small(count.unsigned_abs()));
        Ok((count("taken")?, count("rows")?))
    })?)
}

/// Remembers that a snapshot begins. What an earlier one has brought, and the hub does not vouch for any
/// more, goes from the log; its rows stay until theirs arrive.
pub fn begin(conn: &Connection, beginning: &Beginning) -> Result<()> {
    if let Some(earlier) = state(conn)? {
        forget_fetched(conn, earlier.reserved)?;
    }
    forget(conn)?;
    conn.execute("DELETE FROM newer_rows", [])?;
    let pulled: i64 = conn.query_row("SELECT pulled FROM hub_link WHERE only = 1", [], |row| row.get("pulled"))?;
    let last: i64 = conn.query_row("SELECT coalesce(max(id), 0) AS id FROM commits", [], |row| row.get("id"))?;
    conn.execute(
        "INSERT INTO snapshot (only, epoch, hub_seq, stage, log_after, next_id, reserved)
         VALUES (1, ?1, ?2, 'records', ?3, ?4, ?5)",
        params![
            beginning.epoch,
            beginning.hub_seq,
            pulled,
            last + 1,
            last + beginning.hub_seq.saturating_sub(pulled).max(0)
        ],
    )?;
    for (table, rows) in &beginning.tables {
        conn.prepare_cached("INSERT INTO snapshot_tables (tbl, rows, taken, done) VALUES (?1, ?2, 0, 0)")?
            .execute(params![table, *rows as i64])?;
    }
    for base in &beginning.origins {
        conn.prepare_cached("INSERT INTO snapshot_origins (device, incarnation, seq, hash) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![base.device, base.incarnation, base.seq as i64, base.hash])?;
    }
    conn.execute(
        "UPDATE hub_link SET pulled = ?1, epoch = ?2 WHERE only = 1",
        params![beginning.hub_seq, beginning.epoch],
    )?;
    Ok(())
}

/// Takes the commits of others out of the log again that were fetched since a snapshot began.
fn forget_fetched(conn: &Connection, reserved: i64) -> Result<()> {
    let own = Author::read(conn)?.origin;
    conn.execute(
        "DELETE FROM commits WHERE id > ?1 AND NOT (device = ?2 AND incarnation = ?3)",
        params![reserved, own.device, own.incarnation],
    )?;
    for table in ["touches", "unknown_commits"] {
        conn.execute(
            &format!("DELETE FROM {table} WHERE commit_id > ?1 AND commit_id NOT IN (SELECT id FROM commits)"),
            [reserved],
        )?;
    }
    conn.execute(
        "DELETE FROM quarantine WHERE NOT EXISTS (
             SELECT 1 FROM commits WHERE commits.device = quarantine.device
               AND commits.incarnation = quarantine.incarnation AND commits.seq = quarantine.seq)",
        [],
    )?;
    Ok(())
}

/// Whether the log has the last commit of every origin of which the snapshot contains one, and with it,
/// because it grows without gaps, all before it.
pub fn log_is_whole(conn: &Connection) -> Result<bool> {
    let mut statement = conn.prepare_cached(
        "SELECT NOT EXISTS (
             SELECT 1 FROM snapshot_origins AS base
             WHERE NOT EXISTS (SELECT 1 FROM commits WHERE commits.device = base.device
                                 AND commits.incarnation = base.incarnation AND commits.seq = base.seq)) AS whole",
    )?;
    Ok(statement.query_row([], |row| row.get("whole"))?)
}

/// Looks for the older log up to the hub's number `hub_seq`, behind `after`, at a hub of this epoch.
pub fn look_up_to(conn: &Connection, epoch: Uuid, after: i64, hub_seq: i64) -> Result<()> {
    conn.execute(
        "UPDATE snapshot SET epoch = ?1, log_after = ?2, hub_seq = ?3 WHERE only = 1",
        params![epoch, after, hub_seq],
    )?;
    Ok(())
}

/// Everything is here, the older log too.
pub fn forget(conn: &Connection) -> Result<()> {
    for table in ["snapshot", "snapshot_tables", "snapshot_chunks", "snapshot_origins"] {
        conn.execute(&format!("DELETE FROM {table}"), [])?;
    }
    Ok(())
}

/// All records are here.
pub fn records_are_here(conn: &Connection) -> Result<()> {
    conn.execute("UPDATE snapshot SET stage = 'log' WHERE only = 1", [])?;
    Ok(())
}

/// Everything is fetched that the records contained: from now on commits are taken as ever.
pub fn settle(conn: &Connection, pulled: i64) -> Result<()> {
    let ahead: bool = conn
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM snapshot_chunks WHERE hub_seq > ?1) AS ahead")?
        .query_row([pulled], |row| row.get("ahead"))?;
    if !ahead && state(conn)?.is_some_and(|kept| kept.stage == Stage::Log) {
        conn.execute("DELETE FROM snapshot_chunks", [])?;
    }
    Ok(())
}

/// The table whose rows come next, and behind which row they begin: known tables first, parents before
/// children, then those that only a newer version has.
pub fn next_table(conn: &Connection, catalogue: &Catalogue) -> Result<Option<(String, Option<Uuid>)>> {
    let mut statement = conn.prepare_cached("SELECT tbl FROM snapshot_tables WHERE done = 0 ORDER BY tbl")?;
    let open: Vec<String> = statement.query_map([], |row| row.get("tbl"))?.collect::<rusqlite::Result<_>>()?;
    let place = |name: &String| {
        let known = catalogue.known(name);
        known.and_then(|known| Table::ALL.iter().position(|table| *table == known)).unwrap_or(usize::MAX)
    };
    let Some(table) = open.into_iter().min_by_key(place) else { return Ok(None) };
    let after = conn
        .prepare_cached("SELECT last FROM snapshot_chunks WHERE tbl = ?1 ORDER BY last DESC LIMIT 1")?
        .query_row([&table], |row| row.get("last"))
        .optional()?;
    Ok(Some((table, after)))
}

/// Rows up to `last` have arrived; none when the table is over.
pub fn note_chunk(conn: &Connection, table: &str, last: Option<Uuid>, hub_seq: i64, rows: usize) -> Result<()> {
    conn.prepare_cached("INSERT INTO snapshot_chunks (tbl, last, hub_seq) VALUES (?1, ?2, ?3)")?.execute(params![
        table,
        last.unwrap_or(Uuid::max()),
        hub_seq
    ])?;
    conn.prepare_cached("UPDATE snapshot_tables SET taken = taken + ?2, done = ?3 WHERE tbl = ?1")?
        .execute(params![table, rows as i64, last.is_none()])?;
    Ok(())
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// As the hub had it at this number.
    At(i64),
    /// Its chunk is still to come.
    ToCome,
}

pub fn stand_of(conn: &Connection, kept: &Kept, table: &str, row: Uuid) -> Result<Stand> {
    let chunk: Option<i64> = conn
        .prepare_cached("SELECT hub_seq FROM snapshot_chunks WHERE tbl = ?1 AND last >= ?2 ORDER BY last LIMIT 1")?
        .query_row(params![table, row], |row| row.get("hub_seq"))
        .optional()?;
    if let Some(hub_seq) = chunk {
        return Ok(Stand::At(hub_seq));
    }
    let planned = conn.prepare_cached("SELECT 1 FROM snapshot_tables WHERE tbl = ?1")?.exists([table])?;
    Ok(if planned { Stand::ToCome } else { Stand::At(kept.hub_seq) })
}
