//! When the proof fails: from the tables that differ to their buckets, from those to the rows, and
//! what the hub has in the place of what does not match. Everything put right is written down.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::Instant;
use crate::seeded::{Bug, seeded};
use crate::sync::apply::{self, Aftermath};
use crate::sync::capture;
use crate::sync::commit::Origin;
use crate::sync::digest::{self, BucketSum, Delta};
use crate::sync::engine;
use crate::sync::log::{Catalogue, write_heads};
use crate::sync::newer;
use crate::sync::protocol::{BucketsRequest, HubApi, RowsRequest};
use crate::sync::row::RowState;
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// What was wrong with a record here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RepairKind {
    /// It said something else than the hub's.
    Differed,
    /// The hub had it, this PC had not.
    Missing,
    /// This PC had it, the hub had set aside the change that made it.
    Unknown,
}

impl RepairKind {
    fn name(self) -> &'static str {
        match self {
            RepairKind::Differed => "differed",
            RepairKind::Missing => "missing",
            RepairKind::Unknown => "unknown",
        }
    }
}

/// A record that was put right after the proof had failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Repair {
    pub at: Instant,
    pub table: String,
    pub row: Uuid,
    pub kind: RepairKind,
}

/// The latest repairs of this PC, the newest first.
pub fn repairs(conn: &Connection, limit: u32) -> Result<Vec<Repair>> {
    let mut statement =
        conn.prepare_cached("SELECT at, tbl, row, kind FROM repairs ORDER BY at DESC, id DESC LIMIT ?1")?;
    let mut rows = statement.query([limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let kind = match row.get::<_, String>("kind")?.as_str() {
            "missing" => RepairKind::Missing,
            "unknown" => RepairKind::Unknown,
            _ => RepairKind::Differed,
        };
        found.push(Repair { at: row.get("at")?, table: row.get("tbl")?, row: row.get("row")?, kind });
    }
    Ok(found)
}

/// Puts right what differs in these tables. `None` if the hub or this PC went on meanwhile: then
/// nothing was compared at one moment, and the next comparison begins anew. Otherwise the number of
/// records that were changed; none if only sums were wrong.
pub async fn repair<H: HubApi>(db: &Db, hub: &H, tables: &[Table], hub_seq: i64) -> Result<Option<u32>> {
    let names = tables.iter().map(|table| table.name().to_owned()).collect();
    let theirs = hub.buckets(BucketsRequest { tables: names }).await?;
    if theirs.hub_seq != hub_seq {
        return Ok(None);
    }
    let differing = db.transact(|conn, catalogue, _| differing(conn, catalogue, tables, &theirs.sums, hub_seq))?;
    let Some(differing) = differing else { return Ok(None) };
    let mut rows = Vec::new();
    for (table, bucket) in &differing {
        let request = RowsRequest { table: table.name().to_owned(), bucket: *bucket };
        let found = hub.rows(request).await?;
        if found.hub_seq != hub_seq {
            return Ok(None);
        }
        rows.push((*table, *bucket, found.rows));
    }
    let outcome = db.transact(|conn, catalogue, now| {
        if !still_at(conn, hub_seq)? {
            return Ok(None);
        }
        let tables = differing.iter().map(|(table, _)| *table).collect();
        let mut aftermath = Aftermath::default();
        let mut changed = 0;
        capture::unguarded(conn, &tables, || {
            let mut delta = Delta::default();
            for (table, bucket, rows) in rows {
                changed += place(conn, catalogue, (table, bucket), rows, now, &mut delta, &mut aftermath)?;
            }
            delta.store(conn)
        })?;
        aftermath.derive(conn, catalogue, now)?;
        Ok(Some((changed, aftermath.tables)))
    })?;
    Ok(outcome.map(|(changed, tables)| {
        db.announce(tables.into_iter().collect());
        changed
    }))
}

/// Whether everything here is at the hub, and nothing of the hub's is missing.
fn still_at(conn: &Connection, hub_seq: i64) -> Result<bool> {
    Ok(engine::waiting(conn)? == 0 && engine::link(conn)?.is_some_and(|link| link.pulled == hub_seq))
}

/// The buckets whose rows differ from the hub's. A sum that does not fit the rows here is set right on
/// the way: then it was the sum, and not the rows.
fn differing(
    conn: &Connection,
    catalogue: &Catalogue,
    tables: &[Table],
    theirs: &[BucketSum],
    hub_seq: i64,
) -> Result<Option<Vec<(Table, u8)>>> {
    if !still_at(conn, hub_seq)? {
        return Ok(None);
    }
    let mut found = Vec::new();
    for table in tables {
        let ours = digest::bucket_sums(conn, *table)?;
        let sum_of = |sums: &[BucketSum], bucket: u8| {
            let sum = sums.iter().find(|sum| sum.table == table.name() && sum.bucket == bucket);
            sum.map_or((0, 0), |sum| (sum.sum(), sum.rows))
        };
        for bucket in 0..=u8::MAX {
            let (here, there) = (sum_of(&ours, bucket), sum_of(theirs, bucket));
            if here == there {
                continue;
            }
            let counted = counted(conn, catalogue, *table, bucket)?;
            digest::set_bucket(conn, *table, bucket, counted)?;
            if counted != there {
                found.push((*table, bucket));
            }
        }
    }
    Ok(Some(found))
}

/// The rows of a bucket: those whose id ends with this byte.
fn ids_in(conn: &Connection, table: Table, bucket: u8) -> Result<BTreeSet<Uuid>> {
    let mut statement = conn.prepare(&format!("SELECT id FROM {} WHERE substr(id, 16, 1) = ?1", table.name()))?;
    let ids = statement.query_map([[bucket].as_slice()], |row| row.get("id"))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn state_of(conn: &Connection, catalogue: &Catalogue, table: Table, row: Uuid) -> Result<Option<RowState>> {
    let info = catalogue.table(table);
    info.values(conn, row)?.map(|values| info.state(conn, row, values)).transpose()
}

/// The sum and number of a bucket's rows, from the rows themselves.
fn counted(conn: &Connection, catalogue: &Catalogue, table: Table, bucket: u8) -> Result<(u128, u64)> {
    let mut sum = 0u128;
    let ids = ids_in(conn, table, bucket)?;
    for id in &ids {
        if let Some(state) = state_of(conn, catalogue, table, *id)? {
            sum = sum.wrapping_add(state.hash(table.name(), *id));
        }
    }
    Ok((sum, ids.len() as u64))
}

/// Makes the rows of one bucket the hub's; how many were changed.
fn place(
    conn: &Connection,
    catalogue: &Catalogue,
    (table, bucket): (Table, u8),
    theirs: Vec<(Uuid, RowState)>,
    now: Instant,
    delta: &mut Delta,
    aftermath: &mut Aftermath,
) -> Result<u32> {
    let theirs: BTreeMap<Uuid, RowState> = theirs.into_iter().collect();
    let mut changed = 0;
    for id in ids_in(conn, table, bucket)?.union(&theirs.keys().copied().collect()) {
        let (ours, wanted) = (state_of(conn, catalogue, table, *id)?, theirs.get(id));
        let hash = |state: &RowState| state.hash(table.name(), *id);
        let (before, after) = (ours.as_ref().map(hash), wanted.map(hash));
        if before == after {
            continue;
        }
        let kind = match (&ours, wanted) {
            (Some(_), Some(_)) => RepairKind::Differed,
            (None, _) => RepairKind::Missing,
            (_, None) => RepairKind::Unknown,
        };
        note(conn, table, *id, kind, ours.as_ref(), now)?;
        if seeded(Bug::RepairForgets) {
            continue;
        }
        let groups: BTreeSet<String> =
            ours.iter().chain(wanted).flat_map(|state| state.heads.keys().cloned()).collect();
        match wanted {
            Some(state) => put(conn, catalogue, table, *id, state, ours.is_some())?,
            None => take_away(conn, catalogue, table, *id)?,
        }
        for group in &groups {
            let heads = wanted.and_then(|state| state.heads.get(group)).map(Vec::as_slice).unwrap_or_default();
            write_heads(conn, table.name(), *id, group, heads)?;
        }
        delta.replace(table.name(), *id, before, after);
        aftermath.touch(table, *id, groups.into_iter());
        changed += 1;
    }
    Ok(changed)
}

/// What stood here before is kept: a person may ask what was changed.
fn note(
    conn: &Connection,
    table: Table,
    row: Uuid,
    kind: RepairKind,
    before: Option<&RowState>,
    now: Instant,
) -> Result<()> {
    let before = before.map(rmp_serde::to_vec).transpose()?;
    conn.prepare_cached("INSERT INTO repairs (at, tbl, row, kind, before) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![now, table.name(), row, kind.name(), before])?;
    Ok(())
}

/// Writes a row as it stands at the hub.
pub(super) fn put(
    conn: &Connection,
    catalogue: &Catalogue,
    table: Table,
    row: Uuid,
    state: &RowState,
    exists: bool,
) -> Result<()> {
    let info = catalogue.table(table);
    let values: Vec<Value> =
        info.columns.iter().map(|column| state.values.get(column).cloned().unwrap_or(Value::Null)).collect();
    if exists {
        let sets: Vec<String> = info.columns.iter().zip(2..).map(|(column, i)| format!("{column} = ?{i}")).collect();
        let sql = format!("UPDATE {} SET {} WHERE id = ?1", table.name(), sets.join(", "));
        let mut update = conn.prepare(&sql)?;
        update.raw_bind_parameter(1, row)?;
        for (value, i) in values.iter().zip(2..) {
            update.raw_bind_parameter(i, value)?;
        }
        update.raw_execute()?;
    } else {
        info.insert(conn, &[&values])?;
    }
    conn.execute("DELETE FROM unknown_values WHERE tbl = ?1 AND row = ?2", params![table.name(), row])?;
    newer::keep_values(conn, table, row, state.values.iter().filter(|(column, _)| !info.columns.contains(column)))
}

/// Takes a row away that the hub has set aside; the commit that made it stays in the log and in the
/// quarantine, where a person sees it.
pub(super) fn take_away(conn: &Connection, catalogue: &Catalogue, table: Table, row: Uuid) -> Result<()> {
    let name = table.name();
    if catalogue.table(table).columns.iter().any(|column| column == "deleted_at") {
        // Search indexes let go of a row when it is marked.
        conn.execute(&format!("UPDATE {name} SET deleted_at = 1 WHERE id = ?1"), [row])?;
    }
    conn.execute(&format!("DELETE FROM {name} WHERE id = ?1"), [row])?;
    conn.execute("DELETE FROM unknown_values WHERE tbl = ?1 AND row = ?2", params![name, row])?;
    conn.execute("DELETE FROM conflicts WHERE row = ?1 OR other = ?1", [row])?;
    Ok(())
}

/// The hub has set commits of this PC aside: they are shown here as everywhere else.
pub(super) fn note_quarantined(
    conn: &Connection,
    origin: Origin,
    quarantined: &[(u64, String)],
    now: Instant,
) -> Result<()> {
    for (seq, reason) in quarantined {
        let body: Option<Vec<u8>> = conn
            .prepare_cached("SELECT body FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
            .query_row(params![origin.device, origin.incarnation, *seq as i64], |row| row.get("body"))
            .optional()?;
        let body = body.ok_or_else(|| Error::Invariant("a commit set aside that is not in the log".into()))?;
        apply::set_aside(conn, origin, *seq, reason, &body, now)?;
    }
    Ok(())
}
