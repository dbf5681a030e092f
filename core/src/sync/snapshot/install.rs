//! Rows of a snapshot into the tables, many at once.

use std::collections::{BTreeSet, HashSet};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ids::Instant;
use crate::sync::apply::Aftermath;
use crate::sync::commit::{Body, Origin};
use crate::sync::digest::Delta;
use crate::sync::log::{Catalogue, TableInfo, write_heads};
use crate::sync::merge::Head;
use crate::sync::newer;
use crate::sync::overlap;
use crate::sync::repair;
use crate::sync::row::RowState;
use crate::sync::shallow;
use crate::sync::snapshot::{State, TableRows};
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// Fewer rows than these are looked up one by one.
const FEW: usize = 500;

/// Puts rows into their table as the hub had them at its number `hub_seq`. One that is here already becomes
/// the hub's as well, with what this PC wrote to it and the hub has not seen on top. Takes the clock of
/// this PC along, so that what is written here is later than what is read here.
pub fn install(
    conn: &Connection,
    catalogue: &Catalogue,
    part: &TableRows,
    hub_seq: i64,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    let Some(table) = catalogue.known(&part.table) else { return keep_newer(conn, part) };
    let info = catalogue.table(table);
    let here = here(conn, info, part)?;
    let (mut fresh, mut rest) = (Vec::with_capacity(part.rows.len()), Vec::new());
    let mut hlc = 0;
    for (id, state) in &part.rows {
        let state: RowState = shallow::from_slice(&state.0)?;
        hlc = state.heads.values().flatten().map(|head| head.hlc).fold(hlc, i64::max);
        if here.contains(id) { rest.push((*id, state)) } else { fresh.push((*id, state)) }
    }
    insert(conn, info, fresh, delta, aftermath)?;
    for (id, state) in rest {
        replace(conn, catalogue, table, id, state, hub_seq, delta, aftermath)?;
    }
    conn.prepare_cached("UPDATE this_device SET hlc = max(hlc, ?1) WHERE only = 1")?.execute([hlc])?;
    aftermath.tables.insert(table);
    Ok(())
}

/// Rows of a table that only a newer version has wait for this PC's update.
fn keep_newer(conn: &Connection, part: &TableRows) -> Result<()> {
    let mut insert = conn.prepare_cached("INSERT OR REPLACE INTO newer_rows (tbl, row, state) VALUES (?1, ?2, ?3)")?;
    for (id, state) in &part.rows {
        insert.execute(params![part.table, id, &*state.0])?;
    }
    Ok(())
}

/// After an update of this PC: the rows that waited for it go into their tables. Which tables got some.
pub fn place_newer(
    conn: &Connection,
    catalogue: &Catalogue,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<BTreeSet<Table>> {
    let mut placed = BTreeSet::new();
    if !catalogue.snapshots() {
        return Ok(placed);
    }
    let mut statement = conn.prepare("SELECT DISTINCT tbl FROM newer_rows")?;
    let names: Vec<String> = statement.query_map([], |row| row.get("tbl"))?.collect::<rusqlite::Result<_>>()?;
    for table in names.iter().filter_map(|name| catalogue.known(name)) {
        let mut statement = conn.prepare("SELECT row, state FROM newer_rows WHERE tbl = ?1 ORDER BY row")?;
        let rows = statement
            .query_map([table.name()], |row| Ok((row.get("row")?, State(row.get::<_, Vec<u8>>("state")?.into()))))?
            .collect::<rusqlite::Result<_>>()?;
        // Nothing was written here to a table that was not known.
        install(conn, catalogue, &TableRows { table: table.name().to_owned(), rows }, i64::MAX, delta, aftermath)?;
        conn.execute("DELETE FROM newer_rows WHERE tbl = ?1", [table.name()])?;
        placed.insert(table);
    }
    Ok(placed)
}

/// Which of these rows are here.
fn here(conn: &Connection, info: &TableInfo, part: &TableRows) -> Result<HashSet<Uuid>> {
    let (Some(first), Some(last)) =
        (part.rows.iter().map(|(id, _)| *id).min(), part.rows.iter().map(|(id, _)| *id).max())
    else {
        return Ok(HashSet::new());
    };
    if part.rows.len() < FEW {
        let mut found = HashSet::new();
        for (id, _) in &part.rows {
            if info.exists(conn, *id)? {
                found.insert(*id);
            }
        }
        return Ok(found);
    }
    let sql = format!("SELECT id FROM {} WHERE id BETWEEN ?1 AND ?2", info.table.name());
    let mut statement = conn.prepare_cached(&sql)?;
    let ids = statement.query_map([first, last], |row| row.get("id"))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// The triggers of a connection are away as long as this lives.
struct WithoutTriggers<'a>(&'a Connection);

impl WithoutTriggers<'_> {
    fn on(conn: &Connection) -> Result<WithoutTriggers<'_>> {
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
        Ok(WithoutTriggers(conn))
    }
}

impl Drop for WithoutTriggers<'_> {
    fn drop(&mut self) {
        // Cannot fail on an open connection: it only sets a flag.
        let back = self.0.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true);
        debug_assert!(back.is_ok(), "the triggers stay away");
    }
}

fn insert(
    conn: &Connection,
    info: &TableInfo,
    rows: Vec<(Uuid, RowState)>,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let table = info.table;
    let mut values: Vec<Vec<Value>> = Vec::with_capacity(rows.len());
    let mut heads = Vec::new();
    for (id, mut state) in rows {
        delta.change(table.name(), id, None, state.hash(table.name(), id));
        for group in state.heads.keys().filter(|group| state.in_conflict(table.name(), group)) {
            aftermath.touch(table, id, std::iter::once(group.clone()));
        }
        let take = |column| state.values.remove(column).unwrap_or(Value::Null);
        values.push(info.columns.iter().map(take).collect());
        // What is left belongs to columns that only a newer version has.
        newer::keep_values(conn, table, id, state.values.iter())?;
        heads.extend(state.heads.into_iter().map(|(group, heads)| (id, group, heads)));
    }
    let values: Vec<&[Value]> = values.iter().map(Vec::as_slice).collect();
    // The capture reports nothing while commits are applied, and ids are known to be new: what is left of
    // the triggers is their cost. Those that keep a search index are needed.
    let muted = if indexed_by_triggers(conn, table)? { None } else { Some(WithoutTriggers::on(conn)?) };
    info.insert(conn, &values)?;
    drop(muted);
    insert_heads(conn, table, &heads)
}

/// Whether triggers of the schema's own keep something in step with the table.
fn indexed_by_triggers(conn: &Connection, table: Table) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT 1 FROM sqlite_master
             WHERE type = 'trigger' AND tbl_name = ?1 AND name NOT LIKE 'capture\\_%' ESCAPE '\\'",
        )?
        .exists([table.name()])?)
}

fn insert_heads(conn: &Connection, table: Table, heads: &[(Uuid, String, Vec<Head>)]) -> Result<()> {
    let mut insert = conn.prepare_cached(
        "INSERT INTO heads (tbl, row, grp, device, incarnation, seq, hlc, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (row, group, heads) in heads {
        for head in heads {
            insert.execute(params![
                table.name(),
                row,
                group,
                head.stamp.device,
                head.stamp.incarnation,
                head.stamp.seq as i64,
                head.hlc,
                rmp_serde::to_vec(&head.fields)?
            ])?;
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a row with its place, and what follows from it")]
fn replace(
    conn: &Connection,
    catalogue: &Catalogue,
    table: Table,
    row: Uuid,
    mut state: RowState,
    hub_seq: i64,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    let name = table.name();
    for (stamp, hlc, body) in own_since(conn, row, hub_seq)? {
        for update in body.updates.iter().filter(|update| update.table == name && update.row == row) {
            update.groups.iter().for_each(|write| state.merge(name, write, stamp, hlc));
        }
    }
    let Some(before) = repair::state_of(conn, catalogue, table, row)? else { return Ok(()) };
    let (was, is) = (before.hash(name, row), state.hash(name, row));
    // A row that never changes and differs all the same is for the proof to find.
    if was == is || table.insert_only() {
        return Ok(());
    }
    let groups: BTreeSet<String> = before.heads.keys().chain(state.heads.keys()).cloned().collect();
    repair::put(conn, catalogue, table, row, &state, true)?;
    for group in &groups {
        write_heads(conn, name, row, group, state.heads.get(group).map(Vec::as_slice).unwrap_or_default())?;
    }
    delta.change(name, row, Some(was), is);
    aftermath.touch(table, row, groups.into_iter());
    Ok(())
}

/// What this PC has written to a row and the hub had not seen at its number `hub_seq`.
fn own_since(conn: &Connection, row: Uuid, hub_seq: i64) -> Result<Vec<(crate::sync::merge::StampId, i64, Body)>> {
    let mut statement = conn.prepare_cached(
        "SELECT commits.device, commits.incarnation, commits.seq, commits.hlc, commits.body
         FROM touches
         JOIN commits ON commits.id = touches.commit_id
         JOIN this_device ON this_device.device_id = commits.device AND this_device.incarnation = commits.incarnation
         WHERE touches.row = ?1 AND (commits.hub_seq IS NULL OR commits.hub_seq > ?2)
           AND NOT EXISTS (SELECT 1 FROM quarantine WHERE quarantine.device = commits.device
                             AND quarantine.incarnation = commits.incarnation AND quarantine.seq = commits.seq)
         ORDER BY commits.seq",
    )?;
    let mut rows = statement.query(params![row, hub_seq])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
        let body = Body::decode(row.get_ref("body")?.as_blob().unwrap_or_default())?;
        found.push((origin.stamp(row.get::<_, i64>("seq")?.unsigned_abs()), row.get("hlc")?, body));
    }
    Ok(found)
}

/// Finds every double booking among the rows that have arrived.
pub fn derive_claims(conn: &Connection, now: Instant) -> Result<()> {
    let mut statement = conn.prepare(include_str!("../../overlaps.sql"))?;
    let mut claims: BTreeSet<Uuid> = statement.query_map([], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    let mut statement = conn.prepare("SELECT row FROM conflicts WHERE kind = 'booked_twice'")?;
    claims.extend(statement.query_map([], |row| row.get::<_, Uuid>("row"))?.collect::<rusqlite::Result<Vec<_>>>()?);
    claims.into_iter().try_for_each(|claim| overlap::note_claim(conn, claim, now))
}

/// The rows of a part, if it has come as it was sent.
pub fn read<'a>(rows: &'a [u8], hash: &[u8]) -> Result<Vec<TableRows<'a>>> {
    if super::hash_of(rows) != hash {
        return Err(Error::Encoding("a part of the snapshot that was damaged on its way".into()));
    }
    Ok(shallow::from_slice(rows)?)
}
