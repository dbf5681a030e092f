//! What was decided, with what was put aside by it; and a decision taken back, which is an ordinary
//! write too.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use super::{FieldValue, Noted, Version, line, note, values_of, version, write};
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{ConflictId, DecisionId, Instant};
use crate::sync::commit::Body;
use crate::sync::fit::id_in;
use crate::sync::log::read_heads;
use crate::sync::merge::{self, Head, StampId};
use crate::sync::tables::{Table, rule_of};

/// A decision of the last days, for the list beneath the open ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub id: DecisionId,
    pub conflict_id: ConflictId,
    /// The field group; `booked_twice` or `quarantine`.
    pub kind: String,
    pub outcome: Outcome,
    pub title: String,
    /// The table of the row that it was about, where it was about fields.
    pub table: Option<String>,
    /// In one line; `keeps` says more where it still stands.
    pub kept: Option<String>,
    /// What was kept, while it stands.
    pub keeps: Vec<FieldValue>,
    /// What was put aside by it, the one that undoing brings back first. Of clinical ones nothing, for
    /// whoever is no clinician.
    pub aside: Vec<Version>,
    pub by: Option<String>,
    pub at: Instant,
    /// Whether it can be taken back: nothing has been written over it since.
    pub undoable: bool,
    /// Somebody has taken it back.
    pub undone: bool,
}

/// How it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "DecisionOutcome", rename_all = "snake_case")]
pub enum Outcome {
    /// One version holds.
    One,
    /// Both bookings stay.
    Both,
    /// One of two bookings has another time.
    Moved,
    /// Put aside.
    Dismissed,
}

crate::ids::named_values!(Outcome { One = "one", Both = "both", Moved = "moved", Dismissed = "dismissed" });

/// What was decided since `since`, the latest first, fifty at most; what takes a decision back marks
/// that one and is no line of its own.
pub fn decided(conn: &Connection, since: Instant, clinician: bool) -> Result<Vec<Decided>> {
    let mut statement = conn.prepare_cached(
        "SELECT conflict_decisions.id, conflict_id, kind, outcome, title, kept, about, full_name, conflict_decisions.created_at,
                EXISTS (SELECT 1 FROM conflict_decisions AS later
                        WHERE later.conflict_id = conflict_decisions.conflict_id AND later.outcome = 'dismissed'
                          AND later.about = lower(hex(conflict_decisions.id))) AS undone
         FROM conflict_decisions
         LEFT JOIN profiles ON user_id = decided_by
         WHERE conflict_decisions.created_at >= ?1 AND NOT (kind = 'booked_twice' AND outcome = 'dismissed')
         ORDER BY conflict_decisions.created_at DESC, conflict_decisions.id DESC LIMIT 50",
    )?;
    let rows = statement.query_map([since], |row| {
        let (outcome, undone): (Outcome, bool) = (row.get("outcome")?, row.get("undone")?);
        let found = Decided {
            id: row.get("id")?,
            conflict_id: row.get("conflict_id")?,
            kind: row.get("kind")?,
            outcome,
            title: row.get("title")?,
            table: None,
            kept: row.get("kept")?,
            keeps: Vec::new(),
            aside: Vec::new(),
            by: row.get("full_name")?,
            at: row.get("created_at")?,
            undoable: !undone && matches!(outcome, Outcome::Both | Outcome::Moved),
            undone,
        };
        Ok((found, row.get::<_, Option<String>>("about")?))
    })?;
    let rows: Vec<(Decided, Option<String>)> = rows.collect::<rusqlite::Result<_>>()?;
    rows.into_iter().map(|(found, about)| with_versions(conn, found, about.as_deref(), clinician)).collect()
}

fn with_versions(conn: &Connection, mut found: Decided, about: Option<&str>, clinician: bool) -> Result<Decided> {
    if found.outcome != Outcome::One {
        return Ok(found);
    }
    let Some((table, row)) = about.and_then(place) else { return Ok(found) };
    found.table = Some(table.name().to_owned());
    let may_read = clinician || !table.clinical();
    if let Some(standing) = standing(conn, table, row, &found.kind, found.id)? {
        found.undoable = may_read && !standing.aside.is_empty();
        if may_read {
            found.keeps = values_of(conn, &standing.kept)?;
            found.aside = standing.aside.iter().map(|head| version(conn, head)).collect::<Result<_>>()?;
        }
    }
    Ok(found)
}

/// `table/row`.
fn place(about: &str) -> Option<(Table, Uuid)> {
    let (table, row) = about.split_once('/')?;
    Some((Table::by_name(table)?, Uuid::parse_str(row).ok()?))
}

/// A decision that nothing has been written over: what it kept, and the other versions that it had seen.
struct Standing {
    kept: Head,
    /// The one that would show without the decision first.
    aside: Vec<Head>,
}

fn standing(conn: &Connection, table: Table, row: Uuid, group: &str, decision: DecisionId) -> Result<Option<Standing>> {
    let heads = read_heads(conn, table.name(), row)?.remove(group).unwrap_or_default();
    let [kept] = heads.as_slice() else { return Ok(None) };
    let Some(body) = body_of(conn, kept.stamp)? else { return Ok(None) };
    let decisions = body.inserts.iter().filter(|block| block.table == Table::ConflictDecisions.name());
    let mut made = decisions.flat_map(|block| block.rows.iter().filter_map(|values| id_in(&block.columns, values)));
    if !made.any(|id| id == decision.0) {
        return Ok(None);
    }
    let mut aside: Vec<Head> = Vec::new();
    for stamp in write_of(&body, table, row, group).map(|write| write.seen.as_slice()).unwrap_or_default() {
        let Some(body) = body_of(conn, *stamp)? else { continue };
        let Some(write) = write_of(&body, table, row, group) else { continue };
        if write.fields != kept.fields {
            aside.push(Head { stamp: *stamp, hlc: body.hlc, fields: write.fields.clone() });
        }
    }
    let shown = merge::winner(rule_of(table.name(), group), &aside).map(|head| head.stamp);
    aside.sort_by_key(|head| (Some(head.stamp) != shown, std::cmp::Reverse(head.hlc)));
    Ok(Some(Standing { kept: kept.clone(), aside }))
}

fn body_of(conn: &Connection, stamp: StampId) -> Result<Option<Body>> {
    let bytes: Option<Vec<u8>> = conn
        .prepare_cached("SELECT body FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
        .query_row(params![stamp.device, stamp.incarnation, stamp.seq as i64], |row| row.get("body"))
        .optional()?;
    bytes.map(|bytes| Body::decode(&bytes)).transpose()
}

fn write_of<'a>(body: &'a Body, table: Table, row: Uuid, group: &str) -> Option<&'a crate::sync::commit::GroupWrite> {
    let updates = body.updates.iter().filter(|update| update.table == table.name() && update.row == row);
    updates.flat_map(|update| &update.groups).find(|write| write.group == group)
}

/// Takes a decision for one version back: what it put aside is written again, by a write that has seen
/// the decision, and noted as a decision of its own.
///
/// # Errors
/// `NotFound`; `NotAllowed` for what only a clinician decides; `ChangedMeanwhile` once anything else has
/// been written there.
pub fn undo_version(tx: &Tx, id: DecisionId, clinician: bool) -> Result<DecisionId> {
    let (conflict, group, title, about): (ConflictId, String, String, Option<String>) = tx
        .query_row(
            "SELECT conflict_id, kind, title, about FROM conflict_decisions WHERE id = ?1 AND outcome = 'one'",
            [id],
            |row| Ok((row.get("conflict_id")?, row.get("kind")?, row.get("title")?, row.get("about")?)),
        )
        .optional()?
        .ok_or(Code::NotFound)?;
    let (table, row) = about.as_deref().and_then(place).ok_or(Code::ChangedMeanwhile)?;
    if table.clinical() && !clinician {
        return Err(Code::NotAllowed.into());
    }
    let standing = standing(tx, table, row, &group, id)?.ok_or(Code::ChangedMeanwhile)?;
    let other = standing.aside.first().ok_or(Code::ChangedMeanwhile)?;
    write(tx, table, row, &group, other)?;
    let kept = line(tx, other, std::slice::from_ref(&standing.kept))?;
    let kept = (!table.clinical()).then_some(kept.as_str());
    note(tx, &Noted { conflict, kind: &group, outcome: "one", title: &title, kept, about: about.as_deref() })
}
