//! Versions beside each other: what a newer one wrote is kept whole by an older one, and takes its
//! place once the older one is updated.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::error::Result;
use crate::ids::Instant;
use crate::sync::apply::{self, Aftermath};
use crate::sync::commit::{Body, Origin};
use crate::sync::digest::Delta;
use crate::sync::fit;
use crate::sync::log::{Catalogue, note_touches, read_heads};
use crate::sync::merge;
use crate::sync::snapshot;
use crate::sync::tables::{Table, rule_of};
use crate::sync::value::Value;

/// Remembers that a commit concerns tables which this version has not.
pub fn note_tables(conn: &Connection, commit_id: i64, body: &Body, catalogue: &Catalogue) -> Result<()> {
    let named = body.inserts.iter().map(|i| &i.table).chain(body.updates.iter().map(|u| &u.table));
    let unknown: BTreeSet<&String> = named.filter(|table| catalogue.known(table).is_none()).collect();
    for table in unknown {
        conn.execute("INSERT INTO unknown_commits (commit_id, tbl) VALUES (?1, ?2)", params![commit_id, table])?;
    }
    Ok(())
}

/// Keeps the values of an inserted row for columns that this version has not.
pub fn keep_values<'a>(
    conn: &Connection,
    table: Table,
    row: Uuid,
    values: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Result<()> {
    let mut insert =
        conn.prepare_cached("INSERT INTO unknown_values (tbl, row, col, value) VALUES (?1, ?2, ?3, ?4)")?;
    for (column, value) in values {
        insert.execute(params![table.name(), row, column, rmp_serde::to_vec(value)?])?;
    }
    Ok(())
}

/// The kept values of a row.
pub fn kept_values(conn: &Connection, table: Table, row: Uuid) -> Result<Vec<(String, Value)>> {
    let mut statement = conn.prepare_cached("SELECT col, value FROM unknown_values WHERE tbl = ?1 AND row = ?2")?;
    let mut rows = statement.query(params![table.name(), row])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push((row.get("col")?, rmp_serde::from_slice(row.get_ref("value")?.as_blob().unwrap_or_default())?));
    }
    Ok(found)
}

/// After an update of this PC: what was kept takes its place. `before` is the schema as it was.
pub fn integrate(conn: &Connection, before: &Catalogue, now_known: &Catalogue, now: Instant) -> Result<()> {
    place_values(conn, now_known)?;
    show_heads(conn, before, now_known)?;
    let (mut delta, mut aftermath) = (Delta::default(), Aftermath::default());
    let placed = snapshot::place_newer(conn, now_known, &mut delta, &mut aftermath)?;
    apply_commits(conn, now_known, now, &placed, &mut delta, &mut aftermath)?;
    aftermath.derive(conn, now_known, now)?;
    delta.store(conn)
}

fn place_values(conn: &Connection, catalogue: &Catalogue) -> Result<()> {
    let mut statement = conn.prepare("SELECT tbl, row, col, value FROM unknown_values")?;
    let mut rows = statement.query([])?;
    let mut found: Vec<(Table, Uuid, String, Value)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (table, column): (String, String) = (row.get("tbl")?, row.get("col")?);
        let Some(table) = catalogue.known(&table) else { continue };
        if catalogue.table(table).columns.contains(&column) {
            let value = rmp_serde::from_slice(row.get_ref("value")?.as_blob().unwrap_or_default())?;
            found.push((table, row.get("row")?, column, value));
        }
    }
    for (table, row, column, value) in found {
        conn.execute(&format!("UPDATE {} SET {column} = ?1 WHERE id = ?2", table.name()), params![value, row])?;
        conn.execute(
            "DELETE FROM unknown_values WHERE tbl = ?1 AND row = ?2 AND col = ?3",
            params![table.name(), row, column],
        )?;
    }
    Ok(())
}

/// Changed fields that were not known lived in the heads alone; those that show are written out.
fn show_heads(conn: &Connection, before: &Catalogue, catalogue: &Catalogue) -> Result<()> {
    for table in catalogue.tables() {
        let Some(old) = before.known(table.name()) else { continue };
        let old_columns = &before.table(old).columns;
        let new: Vec<&String> = catalogue.table(table).columns.iter().filter(|c| !old_columns.contains(c)).collect();
        if new.is_empty() {
            continue;
        }
        let mut statement = conn.prepare("SELECT DISTINCT row FROM heads WHERE tbl = ?1")?;
        let rows: Vec<Uuid> =
            statement.query_map([table.name()], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for row in rows {
            for (group, heads) in read_heads(conn, table.name(), row)? {
                let Some(shown) = merge::winner(rule_of(table.name(), &group), &heads) else { continue };
                for (column, value) in shown.fields.iter().filter(|(column, _)| new.contains(&column)) {
                    conn.execute(
                        &format!("UPDATE {} SET {column} = ?1 WHERE id = ?2", table.name()),
                        params![value, row],
                    )?;
                }
            }
        }
    }
    Ok(())
}

/// Those of `placed` tables have come with a snapshot, which may contain what a commit says: what is there is
/// not made again, and a change that is made again in the hub's order comes to the same.
fn apply_commits(
    conn: &Connection,
    catalogue: &Catalogue,
    now: Instant,
    placed: &BTreeSet<Table>,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    let mut waiting: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    let mut statement = conn.prepare("SELECT commit_id, tbl FROM unknown_commits")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let table: String = row.get("tbl")?;
        if catalogue.known(&table).is_some() {
            waiting.entry(row.get("commit_id")?).or_default().insert(table);
        }
    }
    let tenant: Uuid = match waiting.is_empty() {
        true => return Ok(()),
        false => conn.query_row("SELECT tenant_id FROM this_device WHERE only = 1", [], |row| row.get(0))?,
    };
    for (commit_id, tables) in waiting {
        let (origin, seq, hlc, bytes) = conn.query_row(
            "SELECT device, incarnation, seq, hlc, body FROM commits WHERE id = ?1",
            [commit_id],
            |row| {
                let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
                Ok((origin, row.get::<_, i64>("seq")?, row.get("hlc")?, row.get::<_, Vec<u8>>("body")?))
            },
        )?;
        let mut part = Body::decode(&bytes)?;
        part.inserts.retain(|block| tables.contains(&block.table));
        part.updates.retain(|update| tables.contains(&update.table));
        drop_what_is_there(conn, catalogue, &mut part, placed)?;
        match fit::unfit(&part, tenant, &catalogue.judge(conn, true), |table, id| {
            apply::exists(conn, catalogue, table, id)
        })? {
            Some(reason) => {
                apply::set_aside(conn, origin, seq.unsigned_abs(), &reason, &bytes, now)?;
            }
            None => {
                note_touches(conn, commit_id, &part)?;
                let stamp = origin.stamp(seq.unsigned_abs());
                apply::apply_body(conn, catalogue, &part, stamp, hlc, delta, aftermath)?;
            }
        }
        for table in tables {
            conn.execute("DELETE FROM unknown_commits WHERE commit_id = ?1 AND tbl = ?2", params![commit_id, table])?;
        }
    }
    Ok(())
}

fn drop_what_is_there(
    conn: &Connection,
    catalogue: &Catalogue,
    part: &mut Body,
    placed: &BTreeSet<Table>,
) -> Result<()> {
    let came = |name: &str| catalogue.known(name).is_some_and(|table| placed.contains(&table));
    for block in part.inserts.iter_mut().filter(|block| came(&block.table)) {
        let mut rows = Vec::new();
        for row in std::mem::take(&mut block.rows) {
            let id = fit::id_in(&block.columns, &row);
            if !id.map_or(Ok(false), |id| apply::exists(conn, catalogue, &block.table, id))? {
                rows.push(row);
            }
        }
        block.rows = rows;
    }
    Ok(())
}
