//! Conflicts for a person: what each PC wrote, who, where and when; and the decision, which is an
//! ordinary write that has seen all of them.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{ConflictId, Instant};
use crate::sync::commit::Body;
use crate::sync::log::read_heads;
use crate::sync::merge::{self, Head, StampId};
use crate::sync::tables::{Table, rule_of};
use crate::sync::value::Value;

/// Two or more versions of a few fields that belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldConflict {
    pub id: ConflictId,
    /// Whom or what it concerns.
    pub title: String,
    pub table: String,
    pub group: String,
    /// A status that ended in one place and went on in another; otherwise fields that differ.
    pub is_status: bool,
    /// Only a clinician sees it and decides it.
    pub clinical: bool,
    /// The one that shows first, then the others, the latest first.
    pub versions: Vec<Version>,
    pub detected_at: Instant,
}

/// What one write said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Names the write, for deciding.
    pub stamp: String,
    pub device: String,
    pub user: Option<String>,
    /// By the clock of the PC that wrote it.
    pub at: Instant,
    pub fields: Vec<FieldValue>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FieldValue {
    pub field: String,
    /// None where the field was emptied.
    pub value: Option<String>,
}

/// A decision of the last days, for the list beneath the open ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub conflict_id: ConflictId,
    pub kind: String,
    pub title: String,
    pub kept: Option<String>,
    pub by: Option<String>,
    pub at: Instant,
}

struct Open {
    id: ConflictId,
    table: String,
    row: Uuid,
    group: String,
    title: String,
    detected_at: Instant,
}

/// The open conflicts of fields and of statuses, the latest first; of clinical ones, what is said in
/// them is left out for whoever is no clinician.
pub fn field_conflicts(conn: &Connection, clinician: bool) -> Result<Vec<FieldConflict>> {
    let mut found = all(conn)?;
    for conflict in found.iter_mut().filter(|conflict| conflict.clinical && !clinician) {
        conflict.versions.iter_mut().for_each(|version| version.fields.clear());
    }
    Ok(found)
}

fn all(conn: &Connection) -> Result<Vec<FieldConflict>> {
    let mut statement = conn.prepare_cached(include_str!("conflicts.sql"))?;
    let open: Vec<Open> = statement
        .query_map([], |row| {
            Ok(Open {
                id: row.get("id")?,
                table: row.get("tbl")?,
                row: row.get("row")?,
                group: row.get::<_, Option<String>>("grp")?.unwrap_or_default(),
                title: row.get("title")?,
                detected_at: row.get("detected_at")?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    open.into_iter().filter(|conflict| !conflict.group.is_empty()).map(|conflict| described(conn, conflict)).collect()
}

fn described(conn: &Connection, open: Open) -> Result<FieldConflict> {
    let rule = rule_of(&open.table, &open.group);
    let mut heads = read_heads(conn, &open.table, open.row)?.remove(&open.group).unwrap_or_default();
    let shown = merge::winner(rule, &heads).map(|head| head.stamp);
    heads.sort_by_key(|head| (Some(head.stamp) != shown, std::cmp::Reverse(head.hlc)));
    Ok(FieldConflict {
        id: open.id,
        title: open.title,
        is_status: matches!(rule, merge::Rule::Forward(_)),
        clinical: Table::by_name(&open.table).is_some_and(Table::clinical),
        versions: heads.iter().map(|head| version(conn, head)).collect::<Result<_>>()?,
        table: open.table,
        group: open.group,
        detected_at: open.detected_at,
    })
}

fn version(conn: &Connection, head: &Head) -> Result<Version> {
    let commit: Option<Vec<u8>> = conn
        .prepare_cached("SELECT body FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
        .query_row(params![head.stamp.device, head.stamp.incarnation, head.stamp.seq as i64], |row| row.get(0))
        .optional()?;
    let body = commit.map(|bytes| Body::decode(&bytes)).transpose()?;
    let name = |sql: &str, id: Option<Uuid>| -> Result<Option<String>> {
        Ok(conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
    };
    let fields = head.fields.iter().map(|(field, value)| FieldValue { field: field.clone(), value: said(value) });
    Ok(Version {
        stamp: stamp_text(head.stamp),
        device: name("SELECT name FROM devices WHERE id = ?1", Some(head.stamp.device))?.unwrap_or_default(),
        user: name("SELECT full_name FROM profiles WHERE user_id = ?1", body.as_ref().and_then(|body| body.user))?,
        at: Instant(body.map_or(0, |body| body.at)),
        fields: fields.collect(),
    })
}

fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Int(int) => Some(int.to_string()),
        Value::Real(real) => Some(real.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Blob(bytes) => Some(Uuid::from_slice(bytes).map(|id| id.to_string()).unwrap_or_default()),
    }
}

fn stamp_text(stamp: StampId) -> String {
    format!("{}.{}.{}", stamp.device.simple(), stamp.incarnation, stamp.seq)
}

/// Decides for one version. The write names every version as seen, so the others are put aside
/// everywhere; they stay in the log. A version that has gone meanwhile is not decided for.
pub fn keep_version(tx: &Tx, conflict: ConflictId, stamp: &str, clinician: bool) -> Result<()> {
    let open = all(tx)?.into_iter().find(|open| open.id == conflict).ok_or(Code::ChangedMeanwhile)?;
    if open.clinical && !clinician {
        return Err(Code::NotAllowed.into());
    }
    let table = Table::by_name(&open.table).ok_or(Code::NotFound)?;
    let row: Uuid = tx.query_row("SELECT row FROM conflicts WHERE id = ?1", [conflict], |row| row.get(0))?;
    let heads = read_heads(tx, &open.table, row)?.remove(&open.group).unwrap_or_default();
    let chosen = heads.iter().find(|head| stamp_text(head.stamp) == stamp).ok_or(Code::ChangedMeanwhile)?;
    for (column, value) in &chosen.fields {
        tx.execute(&format!("UPDATE {} SET {column} = ?1 WHERE id = ?2", open.table), params![value, row])?;
    }
    tx.decide(table, row, &open.group);
    let kept = chosen.fields.iter().filter_map(|(_, value)| said(value)).collect::<Vec<_>>().join(", ");
    // The list of decisions is everybody's; what a clinician kept is in the record alone.
    let kept = (!open.clinical).then_some(kept.as_str());
    note(tx, &Noted { conflict, kind: &open.group, outcome: "one", title: &open.title, kept, about: None })
}

/// A decision to be remembered.
pub struct Noted<'a> {
    pub conflict: ConflictId,
    pub kind: &'a str,
    pub outcome: &'a str,
    pub title: &'a str,
    pub kept: Option<&'a str>,
    /// What it was decided about, where the decision holds for that alone.
    pub about: Option<&'a str>,
}

/// Writes down that somebody decided.
pub fn note(tx: &Tx, decision: &Noted) -> Result<()> {
    tx.execute(
        "INSERT INTO conflict_decisions (id, tenant_id, conflict_id, kind, outcome, title, kept, about, decided_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
        params![
            tx.new_id(),
            tx.device.tenant,
            decision.conflict,
            decision.kind,
            decision.outcome,
            decision.title,
            decision.kept,
            decision.about,
            tx.user()?,
            tx.now
        ],
    )?;
    Ok(())
}

/// What was decided since `since`, the latest first, fifty at most.
pub fn decided(conn: &Connection, since: Instant) -> Result<Vec<Decided>> {
    let mut statement = conn.prepare_cached(
        "SELECT conflict_id, kind, title, kept, full_name, conflict_decisions.created_at FROM conflict_decisions
         LEFT JOIN profiles ON user_id = decided_by
         WHERE conflict_decisions.created_at >= ?1 ORDER BY conflict_decisions.created_at DESC LIMIT 50",
    )?;
    let rows = statement.query_map([since], |row| {
        Ok(Decided {
            conflict_id: row.get("conflict_id")?,
            kind: row.get("kind")?,
            title: row.get("title")?,
            kept: row.get("kept")?,
            by: row.get("full_name")?,
            at: row.get("created_at")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A commit that could not be applied: kept whole, for somebody to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Quarantined {
    pub id: ConflictId,
    pub device: String,
    pub user: Option<String>,
    /// What was being done, as the audit calls it.
    pub action: Option<String>,
    pub reason: String,
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
        let head = Head { stamp, hlc: 0, fields: Vec::new() };
        let written = version(conn, &head)?;
        let action = Body::decode(&bytes).ok().map(|body| body.action);
        found.push(Quarantined { id, device: written.device, user: written.user, action, reason, at });
    }
    Ok(found)
}

/// How many commits in quarantine nobody has put aside.
pub fn open_quarantine(conn: &Connection) -> Result<u32> {
    let none: bool =
        conn.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM quarantine)")?.query_row([], |row| row.get(0))?;
    if none { Ok(0) } else { Ok(quarantined(conn)?.len() as u32) }
}

fn quarantine_id(stamp: StampId) -> ConflictId {
    ConflictId(Uuid::new_v5(&stamp.device, format!("quarantine/{}/{}", stamp.incarnation, stamp.seq).as_bytes()))
}

/// Somebody has seen to a commit in quarantine; it stays in the log.
pub fn put_aside(tx: &Tx, id: ConflictId) -> Result<()> {
    let found = quarantined(tx)?.into_iter().find(|commit| commit.id == id).ok_or(Code::ChangedMeanwhile)?;
    let title = found.action.unwrap_or(found.reason);
    note(tx, &Noted { conflict: id, kind: "quarantine", outcome: "dismissed", title: &title, kept: None, about: None })
}
