//! Takes pulled commits in: rows merge, the log grows, conflicts and digests follow.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ids::Instant;
use crate::seeded::{Bug, seeded};
use crate::sync::commit::{Body, Inserts, Origin, Sealed};
use crate::sync::digest::Delta;
use crate::sync::fit::{self, id_in};
use crate::sync::log::{Catalogue, note_touches, write_heads};
use crate::sync::merge::StampId;
use crate::sync::newer;
use crate::sync::overlap;
use crate::sync::protocol::Pulled;
use crate::sync::rotation;
use crate::sync::row::RowState;
use crate::sync::snapshot;
use crate::sync::tables::{Class, Table};
use crate::sync::value::Value;

/// A commit whose place in its origin's chain has been checked.
pub struct Checked<'a> {
    pub origin: Origin,
    pub sealed: &'a Sealed<'a>,
    pub hash: [u8; 32],
    /// The hub's word for the commit's clock.
    pub hlc: i64,
    pub hub_seq: i64,
    /// Why the hub has set it aside.
    pub aside: Option<&'a str>,
    /// Whether the rows that it concerns may still be on their way, or contain it already.
    pub arriving: bool,
}

/// Rows touched while commits are applied, for what is derived from them afterwards.
#[derive(Default)]
pub struct Aftermath {
    pub tables: BTreeSet<Table>,
    claims: BTreeSet<Uuid>,
    /// Conflicts about which somebody has decided.
    decided: BTreeSet<Uuid>,
    groups: BTreeSet<(Table, Uuid, String)>,
}

/// Applies one commit inside the caller's transaction. One that would break a promise goes into
/// quarantine for a person to see; the log keeps it all the same. What is not asked `thorough`ly may
/// still fail in the tables, and then takes the caller's whole transaction with it.
pub fn apply(
    conn: &Connection,
    catalogue: &Catalogue,
    commit: &Checked,
    now: Instant,
    thorough: bool,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    let body = Body::decode(&commit.sealed.body);
    conn.prepare_cached(
        "INSERT INTO commits (id, device, incarnation, seq, hash, signature, hlc, hub_seq, body)
         VALUES (?9, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        commit.origin.device,
        commit.origin.incarnation,
        commit.sealed.seq as i64,
        commit.hash.as_slice(),
        &*commit.sealed.signature,
        commit.hlc,
        commit.hub_seq,
        &*commit.sealed.body,
        snapshot::next_id(conn, catalogue)?
    ])?;
    let commit_id = conn.last_insert_rowid();
    let stamp = commit.origin.stamp(commit.sealed.seq);
    let aside = |reason: &str| set_aside(conn, commit.origin, commit.sealed.seq, reason, &commit.sealed.body, now);
    if let Some(reason) = commit.aside {
        return aside(reason);
    }
    let Ok(body) = body else { return aside("cannot be read") };
    let tenant: Uuid =
        conn.prepare_cached("SELECT tenant_id FROM this_device WHERE only = 1")?.query_row([], |row| row.get(0))?;
    if let Some(reason) = fit::malformed(&body, tenant) {
        return aside(&reason);
    }
    let known = body.known_part(|table| catalogue.known(table).is_some());
    let judge = catalogue.judge(conn, thorough);
    // While records arrive, what a commit refers to may not be here; the hub has judged it with all of them.
    if !commit.arriving
        && let Some(reason) = fit::misplaced(&known, &judge, |table, id| exists(conn, catalogue, table, id))?
    {
        return aside(&reason);
    }
    if let Some(reason) = rotation::unfit(&known, commit.origin.device) {
        return aside(&reason);
    }
    // What concerns a table that only a newer version has waits in the log for this PC's update.
    if matches!(known, Cow::Owned(_)) {
        newer::note_tables(conn, commit_id, &body, catalogue)?;
    }
    note_touches(conn, commit_id, &known)?;
    let known = match commit.arriving {
        true => Cow::Owned(snapshot::to_apply(conn, catalogue, &known, commit.hub_seq)?),
        false => known,
    };
    apply_body(conn, catalogue, &known, stamp, commit.hlc, delta, aftermath)
}

/// Whether a row is there already.
pub fn exists(conn: &Connection, catalogue: &Catalogue, table: &str, id: Uuid) -> Result<bool> {
    match catalogue.known(table) {
        Some(table) => catalogue.table(table).exists(conn, id),
        None => Ok(false),
    }
}

/// Writes what a commit says; every table in it is known and the commit is fit.
pub fn apply_body(
    conn: &Connection,
    catalogue: &Catalogue,
    body: &Body,
    stamp: StampId,
    hlc: i64,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    for block in &body.inserts {
        let Some(table) = Table::by_name(&block.table) else { continue };
        insert_rows(conn, catalogue, table, &block.columns, &block.rows, delta)?;
        aftermath.touch_inserted(block);
    }
    if seeded(Bug::PageSplitsCommit) {
        conn.execute_batch("COMMIT; BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON")?;
    }
    for update in &body.updates {
        let Some(table) = Table::by_name(&update.table) else { continue };
        let writes: Vec<_> = update.groups.iter().collect();
        merge_row(conn, catalogue, table, update.row, delta, |state| {
            writes.iter().for_each(|write| state.merge(table.name(), write, stamp, hlc));
            writes.iter().map(|write| write.group.clone()).collect()
        })?;
        aftermath.touch(table, update.row, update.groups.iter().map(|write| write.group.clone()));
    }
    Ok(())
}

impl Aftermath {
    pub fn touch_inserted(&mut self, block: &Inserts) {
        let Some(table) = Table::by_name(&block.table) else { return };
        self.tables.insert(table);
        if table.class() == Class::Claim {
            let claiming = block.rows.iter().filter(|row| overlap::claims_time(&block.columns, row));
            self.claims.extend(claiming.filter_map(|row| id_in(&block.columns, row)));
        }
        if table == Table::ConflictDecisions {
            let conflicts = block.rows.iter().filter_map(|row| fit::uuid_in(&block.columns, row, "conflict_id"));
            self.decided.extend(conflicts);
        }
    }

    pub fn touch(&mut self, table: Table, row: Uuid, groups: impl Iterator<Item = String>) {
        self.tables.insert(table);
        self.groups.extend(groups.map(|group| (table, row, group)));
        if table.class() == Class::Claim && !seeded(Bug::ConflictNotMade) {
            self.claims.insert(row);
        }
    }

    /// Derives the conflicts of everything touched.
    pub fn derive(&self, conn: &Connection, catalogue: &Catalogue, now: Instant) -> Result<()> {
        for (table, row, group) in &self.groups {
            let info = catalogue.table(*table);
            let Some(values) = info.values(conn, *row)? else { continue };
            let state = info.state(conn, *row, values)?;
            overlap::note_group(conn, *table, *row, group, state.in_conflict(table.name(), group), now)?;
        }
        let mut claims = self.claims.clone();
        for conflict in &self.decided {
            let mut of = conn.prepare_cached("SELECT row FROM conflicts WHERE id = ?1 AND kind = 'booked_twice'")?;
            claims.extend(of.query_row([conflict], |row| row.get::<_, Uuid>("row")).optional()?);
        }
        for row in &claims {
            overlap::note_claim(conn, *row, now)?;
        }
        Ok(())
    }
}

/// A commit that is here already comes again: a hub that was restored and filled may have given it another
/// number and moved its clock.
pub fn heard_again(
    conn: &Connection,
    catalogue: &Catalogue,
    pulled: &Pulled,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    let stamp = StampId { device: pulled.device, incarnation: pulled.incarnation, seq: pulled.sealed.seq };
    let key = params![stamp.device, stamp.incarnation, stamp.seq as i64, pulled.hub_seq];
    // None of it is here yet while the older log is still to come.
    let held: Option<i64> = conn
        .prepare_cached(
            "UPDATE commits SET hub_seq = ?4 WHERE device = ?1 AND incarnation = ?2 AND seq = ?3 RETURNING hlc",
        )?
        .query_row(key, |row| row.get("hlc"))
        .optional()?;
    if held.is_some_and(|held| held != pulled.hlc) {
        clamp(conn, catalogue, stamp, pulled.hlc, delta, aftermath)?;
    }
    Ok(())
}

/// The hub has moved the clock of a commit that is here: what it wrote is weighed anew.
pub fn clamp(
    conn: &Connection,
    catalogue: &Catalogue,
    stamp: StampId,
    hlc: i64,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<()> {
    let body: Vec<u8> = conn.query_row(
        "UPDATE commits SET hlc = ?1 WHERE device = ?2 AND incarnation = ?3 AND seq = ?4 RETURNING body",
        params![hlc, stamp.device, stamp.incarnation, stamp.seq as i64],
        |row| row.get("body"),
    )?;
    for update in Body::decode(&body)?.updates {
        let Some(table) = catalogue.known(&update.table) else { continue };
        let groups: Vec<String> = update.groups.into_iter().map(|write| write.group).collect();
        let names = groups.clone();
        merge_row(conn, catalogue, table, update.row, delta, |state| {
            names.iter().for_each(|group| state.clamp(table.name(), group, stamp, hlc));
            names
        })?;
        aftermath.touch(table, update.row, groups.into_iter());
    }
    Ok(())
}

/// Puts a commit where a person sees that its rows did not change; one that lies there stays as it is.
pub(super) fn set_aside(
    conn: &Connection,
    origin: Origin,
    seq: u64,
    reason: &str,
    body: &[u8],
    now: Instant,
) -> Result<()> {
    conn.prepare_cached(
        "INSERT OR IGNORE INTO quarantine (device, incarnation, seq, reason, body, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![origin.device, origin.incarnation, seq as i64, reason, body, now])?;
    Ok(())
}

fn insert_rows(
    conn: &Connection,
    catalogue: &Catalogue,
    table: Table,
    columns: &[String],
    rows: &[Vec<Value>],
    delta: &mut Delta,
) -> Result<()> {
    let info = catalogue.table(table);
    // A commit of another version may order its columns otherwise, lack some or have more.
    let places: Vec<Option<usize>> =
        info.columns.iter().map(|column| columns.iter().position(|c| c == column)).collect();
    let same = columns == info.columns.as_slice();
    let reordered: Vec<Vec<Value>>;
    let ordered: Vec<&[Value]> = if same {
        rows.iter().map(Vec::as_slice).collect()
    } else {
        let value = |row: &[Value], place: &Option<usize>| place.map_or(Value::Null, |i| row[i].clone());
        reordered = rows.iter().map(|row| places.iter().map(|place| value(row, place)).collect()).collect();
        reordered.iter().map(Vec::as_slice).collect()
    };
    info.insert(conn, &ordered)?;
    for (row, values) in rows.iter().zip(ordered) {
        let Some(id) = id_in(columns, row) else { continue };
        let newer =
            columns.iter().zip(row).filter(|(column, value)| !value.is_null() && !info.columns.contains(column));
        let newer: Vec<_> = if same { Vec::new() } else { newer.collect() };
        if newer.is_empty() {
            delta.change(table.name(), id, None, info.hash_inserted(id, values));
        } else {
            if !seeded(Bug::NewerValuesDropped) {
                newer::keep_values(conn, table, id, newer.into_iter())?;
            }
            let state = RowState::inserted(columns.iter(), row.iter().cloned());
            delta.change(table.name(), id, None, state.hash(table.name(), id));
        }
    }
    Ok(())
}

/// Reads a row with its heads, changes it by `merge`, and stores what came of it.
fn merge_row(
    conn: &Connection,
    catalogue: &Catalogue,
    table: Table,
    row: Uuid,
    delta: &mut Delta,
    merge: impl FnOnce(&mut RowState) -> Vec<String>,
) -> Result<()> {
    let info = catalogue.table(table);
    let values = info
        .values(conn, row)?
        .ok_or_else(|| Error::Invariant(format!("a row of {} went missing while merging", table.name())))?;
    let mut state = info.state(conn, row, values)?;
    let before = state.clone();
    let groups = merge(&mut state);
    let kept = if seeded(Bug::LoserNotStored) && before.values == state.values { &[][..] } else { &groups[..] };
    for group in kept {
        write_heads(conn, table.name(), row, group, state.heads.get(group).map(Vec::as_slice).unwrap_or_default())?;
    }
    let changed: BTreeMap<&str, Value> = info
        .columns
        .iter()
        .filter(|column| before.values.get(*column) != state.values.get(*column))
        .map(|column| (column.as_str(), state.values.get(column).cloned().unwrap_or(Value::Null)))
        .collect();
    if !changed.is_empty() {
        let sets: Vec<String> =
            changed.keys().enumerate().map(|(i, column)| format!("{column} = ?{}", i + 2)).collect();
        let mut update =
            conn.prepare_cached(&format!("UPDATE {} SET {} WHERE id = ?1", table.name(), sets.join(", ")))?;
        update.raw_bind_parameter(1, row)?;
        for (i, value) in changed.values().enumerate() {
            update.raw_bind_parameter(i + 2, value)?;
        }
        update.raw_execute()?;
    }
    if !seeded(Bug::SumNotMoved) {
        delta.change(table.name(), row, Some(before.hash(table.name(), row)), state.hash(table.name(), row));
    }
    Ok(())
}

/// The last commit known of an origin: its number and hash.
pub fn head_of(conn: &Connection, origin: Origin) -> Result<(u64, Vec<u8>)> {
    let found = conn
        .prepare_cached(
            "SELECT seq, hash FROM commits WHERE device = ?1 AND incarnation = ?2 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![origin.device, origin.incarnation], |row| {
            let seq: i64 = row.get("seq")?;
            Ok((seq.unsigned_abs(), row.get("hash")?))
        })
        .optional()?;
    Ok(found.unwrap_or((0, crate::sync::commit::GENESIS.to_vec())))
}
