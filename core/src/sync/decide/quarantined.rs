//! Commits that could not be applied: told in plain words, and put aside once somebody has seen to them.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::{Noted, note, version};
use crate::db::{Tx, columns};
use crate::error::{Code, Result};
use crate::ids::{ConflictId, DecisionId, Instant};
use crate::sync::commit::Body;
use crate::sync::fit::{HANDED_OVER, uuid_in};
use crate::sync::merge::{Head, StampId};
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// A commit that could not be applied: kept whole, for somebody to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Quarantined {
    pub id: ConflictId,
    pub device: String,
    pub user: Option<String>,
    /// Whom it concerns, where it concerns a patient.
    pub patient: Option<String>,
    /// What was being done, as the audit calls it.
    pub action: Option<String>,
    /// The tables that it would have written.
    pub tables: Vec<String>,
    pub reason: String,
    /// It breaks no rule: its PC was taken out before it was sent, and it can be taken into the records.
    pub handed_over: bool,
    /// By the clock of the PC that made it; none if that cannot be read.
    pub made_at: Option<Instant>,
    /// When it came to this PC.
    pub at: Instant,
}

/// The commits in quarantine that nobody has put aside yet.
pub fn quarantined(conn: &Connection) -> Result<Vec<Quarantined>> {
    let mut statement =
        conn.prepare_cached("SELECT device, incarnation, seq, reason, body, at FROM quarantine ORDER BY at DESC")?;
    let rows = statement.query_map([], |row| {
        let seq: i64 = row.get("seq")?;
        let stamp =
            StampId { device: row.get("device")?, incarnation: row.get("incarnation")?, seq: seq.unsigned_abs() };
        Ok((stamp, row.get::<_, String>("reason")?, row.get::<_, Vec<u8>>("body")?, row.get::<_, Instant>("at")?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (stamp, reason, bytes, at) = row?;
        let id = quarantine_id(stamp);
        let aside: bool = conn
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM conflict_decisions WHERE conflict_id = ?1)")?
            .query_row([id], |row| row.get(0))?;
        if aside {
            continue;
        }
        let body = Body::decode(&bytes).ok();
        // What cannot be read has no author either: only the PC is known then.
        let written = body.as_ref().map(|_| version(conn, &Head { stamp, hlc: 0, fields: Vec::new() })).transpose()?;
        let device = conn.query_row("SELECT name FROM devices WHERE id = ?1", [stamp.device], |row| row.get("name"));
        found.push(Quarantined {
            id,
            device: device.optional()?.unwrap_or_default(),
            user: written.and_then(|written| written.user),
            patient: body.as_ref().map(|body| patient_of(conn, body)).transpose()?.flatten(),
            tables: body.as_ref().map(tables_of).unwrap_or_default(),
            made_at: body.as_ref().map(|body| Instant(body.at)),
            action: body.map(|body| body.action),
            handed_over: reason == HANDED_OVER,
            reason,
            at,
        });
    }
    Ok(found)
}

fn tables_of(body: &Body) -> Vec<String> {
    let inserted = body.inserts.iter().map(|block| &block.table);
    let mut tables: Vec<String> = inserted.chain(body.updates.iter().map(|update| &update.table)).cloned().collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

/// The name of the patient whom a commit concerns: one that it would have made, or one that is known here.
pub(super) fn patient_of(conn: &Connection, body: &Body) -> Result<Option<String>> {
    for block in &body.inserts {
        for row in &block.rows {
            let position = block.columns.iter().position(|column| column == "full_name");
            let name = position.and_then(|at| row.get(at)).and_then(Value::as_text);
            if let Some(name) = name.filter(|_| block.table == Table::Patients.name()) {
                return Ok(Some(name.to_owned()));
            }
            if let Some(id) = uuid_in(&block.columns, row, "patient_id") {
                return name_of_patient(conn, id);
            }
        }
    }
    for update in &body.updates {
        let id = match Table::by_name(&update.table) {
            Some(Table::Patients) => Some(update.row),
            Some(table) if columns(conn, table.name())?.iter().any(|column| column == "patient_id") => conn
                .query_row(&format!("SELECT patient_id FROM {} WHERE id = ?1", table.name()), [update.row], |row| {
                    row.get("patient_id")
                })
                .optional()?,
            Some(_) | None => None,
        };
        if let Some(id) = id {
            return name_of_patient(conn, id);
        }
    }
    Ok(None)
}

fn name_of_patient(conn: &Connection, id: Uuid) -> Result<Option<String>> {
    Ok(conn.query_row("SELECT full_name FROM patients WHERE id = ?1", [id], |row| row.get("full_name")).optional()?)
}

/// How many commits in quarantine nobody has put aside.
pub fn open_quarantine(conn: &Connection) -> Result<u32> {
    let none: bool =
        conn.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM quarantine)")?.query_row([], |row| row.get(0))?;
    if none { Ok(0) } else { Ok(quarantined(conn)?.len() as u32) }
}

pub(super) fn quarantine_id(stamp: StampId) -> ConflictId {
    ConflictId(Uuid::new_v5(&stamp.device, format!("quarantine/{}/{}", stamp.incarnation, stamp.seq).as_bytes()))
}

/// Somebody has seen to a commit in quarantine; it stays in the log.
pub fn put_aside(tx: &Tx, id: ConflictId) -> Result<DecisionId> {
    let found = quarantined(tx)?.into_iter().find(|commit| commit.id == id).ok_or(Code::ChangedMeanwhile)?;
    let title = found.action.unwrap_or(found.reason);
    let kept = found.patient.as_deref();
    note(tx, &Noted { conflict: id, kind: "quarantine", outcome: "dismissed", title: &title, kept, about: None })
}
