//! What a PC handed over when it was taken out, taken into the records by a person: written anew, by an
//! ordinary write. Where something newer stands, that stays.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::quarantined::{patient_of, quarantine_id};
use super::{Noted, note};
use crate::db::{Tx, columns};
use crate::error::{Code, Result};
use crate::ids::ConflictId;
use crate::sync::commit::{Body, GroupWrite, Inserts, Update};
use crate::sync::engine::small;
use crate::sync::fit::{self, HANDED_OVER};
use crate::sync::log::read_heads;
use crate::sync::merge::StampId;
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// What became of handed-over work that was taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// Changes that were taken into the records.
    pub commits: u32,
    /// Records that were made or changed.
    pub records: u32,
    /// Records that were left as they are: something newer is written there, or what they need is not here.
    /// What was handed over stays in the log.
    pub left: u32,
}

/// The name of the action, by which what was taken in before is known again.
const ACTION: &str = "accept_handed_over";

/// Takes a handed-over commit into the records, and with it those that its PC had made before: it builds on
/// them. Commits that somebody has put aside stay aside.
///
/// # Errors
/// `ChangedMeanwhile` if somebody has seen to it; `IllegalTransition` for a commit that was set aside
/// because it breaks a rule.
pub fn accept(tx: &Tx, id: ConflictId) -> Result<Accepted> {
    let open = open_handed_over(tx)?;
    let chosen = open.iter().find(|(stamp, _)| quarantine_id(*stamp) == id).map(|(stamp, _)| *stamp);
    let Some(chosen) = chosen else {
        let known = super::quarantined(tx)?.iter().any(|commit| commit.id == id);
        return Err(if known { Code::IllegalTransition } else { Code::ChangedMeanwhile }.into());
    };
    let before = |stamp: &StampId| {
        stamp.device == chosen.device && stamp.incarnation == chosen.incarnation && stamp.seq <= chosen.seq
    };
    let mut taking = Taking { tx, done: Accepted::default(), written: BTreeSet::new() };
    for (stamp, body) in open.iter().filter(|(stamp, _)| before(stamp)) {
        body.inserts.iter().try_for_each(|block| taking.insert(block))?;
        body.updates.iter().try_for_each(|update| taking.update(update))?;
        taking.done.commits += 1;
        let (title, kept) = (body.action.as_str(), patient_of(tx, body)?);
        let conflict = quarantine_id(*stamp);
        note(tx, &Noted { conflict, kind: "quarantine", outcome: "one", title, kept: kept.as_deref(), about: None })?;
    }
    Ok(taking.done)
}

/// Handed-over commits that nobody has seen to, in the order in which they were made.
fn open_handed_over(conn: &Connection) -> Result<Vec<(StampId, Body)>> {
    let mut statement = conn.prepare(
        "SELECT device, incarnation, seq, body FROM quarantine WHERE reason = ?1 ORDER BY device, incarnation, seq",
    )?;
    let rows = statement.query_map([HANDED_OVER], |row| {
        let seq: i64 = row.get("seq")?;
        let stamp =
            StampId { device: row.get("device")?, incarnation: row.get("incarnation")?, seq: seq.unsigned_abs() };
        Ok((stamp, row.get::<_, Vec<u8>>("body")?))
    })?;
    let mut open = Vec::new();
    for row in rows {
        let (stamp, bytes) = row?;
        let seen: bool = conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM conflict_decisions WHERE conflict_id = ?1)")?
            .query_row([quarantine_id(stamp)], |row| row.get(0))?;
        if !seen {
            open.push((stamp, Body::decode(&bytes)?));
        }
    }
    Ok(open)
}

struct Taking<'a> {
    tx: &'a Tx<'a>,
    done: Accepted,
    /// Groups that an earlier commit of the same PC has written here: the later ones have seen that.
    written: BTreeSet<(String, Uuid, String)>,
}

impl Taking<'_> {
    fn count(&mut self, outcome: rusqlite::Result<usize>) -> Result<()> {
        match outcome {
            Ok(0) => self.done.left += 1,
            Ok(rows) => self.done.records += small(rows as u64),
            // What it needs is not here, or a rule of today forbids it.
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                self.done.left += 1;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn insert(&mut self, block: &Inserts) -> Result<()> {
        let Some(table) = Table::by_name(&block.table) else {
            self.done.left += small(block.rows.len() as u64);
            return Ok(());
        };
        let here = columns(self.tx, table.name())?;
        let places: Vec<usize> = (0..block.columns.len()).filter(|at| here.contains(&block.columns[*at])).collect();
        let names: Vec<&str> = places.iter().map(|at| block.columns[*at].as_str()).collect();
        let marks = vec!["?"; places.len()].join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", table.name(), names.join(", "));
        for row in &block.rows {
            let values: Vec<&Value> = places.iter().map(|at| &row[*at]).collect();
            let known = fit::id_in(&block.columns, row).map(|id| exists(self.tx, table, id)).transpose()?;
            let outcome = match known {
                Some(false) => self.tx.prepare_cached(&sql)?.execute(params_from_iter(values)),
                Some(true) | None => Ok(0),
            };
            self.count(outcome)?;
        }
        Ok(())
    }

    fn update(&mut self, update: &Update) -> Result<()> {
        let Some(table) = Table::by_name(&update.table).filter(|table| !table.insert_only()) else {
            self.done.left += 1;
            return Ok(());
        };
        let here = columns(self.tx, table.name())?;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for write in &update.groups {
            if self.follows(update, write)? {
                self.written.insert((update.table.clone(), update.row, write.group.clone()));
                for (column, value) in write.fields.iter().filter(|(column, _)| here.contains(column)) {
                    names.push(column.as_str());
                    values.push(value.clone());
                }
            }
        }
        // Where nothing but the time of the change would be written, nothing is.
        if names.iter().all(|column| *column == "updated_at") {
            self.done.left += 1;
            return Ok(());
        }
        let sets: Vec<String> = names.iter().zip(2..).map(|(column, at)| format!("{column} = ?{at}")).collect();
        let sql = format!("UPDATE {} SET {} WHERE id = ?1", table.name(), sets.join(", "));
        let row = Value::Blob(update.row.as_bytes().to_vec());
        let outcome = self.tx.prepare(&sql)?.execute(params_from_iter(std::iter::once(row).chain(values)));
        self.count(outcome)
    }

    /// Whether what stands in a group is what the author had seen, or what was taken in from the same hand.
    fn follows(&self, update: &Update, write: &GroupWrite) -> Result<bool> {
        if write.group == "updated_at"
            || self.written.contains(&(update.table.clone(), update.row, write.group.clone()))
        {
            return Ok(true);
        }
        let heads = read_heads(self.tx, &update.table, update.row)?.remove(&write.group).unwrap_or_default();
        for head in heads {
            if !write.seen.contains(&head.stamp) && !taken_in(self.tx, head.stamp)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn exists(conn: &Connection, table: Table, id: Uuid) -> Result<bool> {
    let sql = format!("SELECT 1 FROM {} WHERE id = ?1", table.name());
    Ok(conn.prepare_cached(&sql)?.exists([id])?)
}

/// Whether a write was itself the taking in of handed-over work.
fn taken_in(conn: &Connection, stamp: StampId) -> Result<bool> {
    let body: Option<Vec<u8>> = conn
        .prepare_cached("SELECT body FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
        .query_row(params![stamp.device, stamp.incarnation, stamp.seq as i64], |row| row.get(0))
        .optional()?;
    let body = body.map(|bytes| Body::decode(&bytes)).transpose()?;
    Ok(body.is_some_and(|body| body.action == ACTION))
}
