//! Conflicts for a person: what each PC wrote, who, where and when; and the decision, which is an
//! ordinary write that has seen all of them.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

mod decided;
mod handed_over;
mod quarantined;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{ConflictId, DecisionId, Instant};
use crate::sync::commit::Body;
use crate::sync::log::read_heads;
use crate::sync::merge::{self, Head, StampId};
use crate::sync::tables::{Table, rule_of};
use crate::sync::value::Value;

pub use decided::{Decided, decided, undo_version};
pub use handed_over::{Accepted, accept};
pub use quarantined::{Quarantined, open_quarantine, put_aside, quarantined};

/// Shown to nobody, not even to whoever decides.
pub(super) const SECRET: &[&str] = &["password_hash", "mfa_secret", "content_key", "token_hash"];

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
    /// None where the field was emptied; dots for what nobody is to read.
    pub value: Option<String>,
    /// Where the value is the id of a row that is known here: what people call that row.
    pub name: Option<String>,
    /// Of an amount of money, which is counted in the currency's smallest unit.
    pub currency: Option<String>,
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

/// How many open conflicts only a clinician decides.
pub fn open_clinical(conn: &Connection) -> Result<u32> {
    let mut statement = conn.prepare_cached("SELECT tbl FROM conflicts")?;
    let tables: Vec<String> = statement.query_map([], |row| row.get("tbl"))?.collect::<rusqlite::Result<_>>()?;
    Ok(tables.iter().filter(|name| Table::by_name(name).is_some_and(Table::clinical)).count() as u32)
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
    Ok(Version {
        stamp: stamp_text(head.stamp),
        device: name("SELECT name FROM devices WHERE id = ?1", Some(head.stamp.device))?.unwrap_or_default(),
        user: name("SELECT full_name FROM profiles WHERE user_id = ?1", body.as_ref().and_then(|body| body.user))?,
        at: Instant(body.map_or(0, |body| body.at)),
        fields: values_of(conn, head)?,
    })
}

fn values_of(conn: &Connection, head: &Head) -> Result<Vec<FieldValue>> {
    let currency = |field: &str| -> Result<Option<String>> {
        if !field.ends_with("_minor") {
            return Ok(None);
        }
        let beside = head.fields.iter().find(|(name, _)| name == "currency").and_then(|(_, value)| value.as_text());
        match beside {
            Some(code) => Ok(Some(code.to_owned())),
            None => Ok(conn.query_row("SELECT currency FROM tenants", [], |row| row.get("currency")).optional()?),
        }
    };
    let value_of = |(field, value): &(String, Value)| -> Result<FieldValue> {
        let secret = SECRET.contains(&field.as_str());
        Ok(FieldValue {
            field: field.clone(),
            value: if secret { said(value).map(|_| "••••••".to_owned()) } else { said(value) },
            name: if secret { None } else { name_of(conn, value)? },
            currency: currency(field)?,
        })
    };
    head.fields.iter().map(value_of).collect()
}

/// What people call the row of which a value is the id, if this PC knows it.
fn name_of(conn: &Connection, value: &Value) -> Result<Option<String>> {
    let Some(id) = value.as_blob().filter(|id| id.len() == 16) else { return Ok(None) };
    Ok(conn.prepare_cached(include_str!("names.sql"))?.query_row([id], |row| row.get(0)).optional()?)
}

/// What a write said otherwise than others, in one line.
fn line(conn: &Connection, write: &Head, others: &[Head]) -> Result<String> {
    let said_alike = |field: &(String, Value)| others.iter().all(|other| other.fields.contains(field));
    let fields = write.fields.iter().filter(|field| !said_alike(field)).cloned().collect();
    let values = values_of(conn, &Head { fields, ..*write })?;
    let texts: Vec<&str> = values.iter().filter_map(|one| one.name.as_deref().or(one.value.as_deref())).collect();
    Ok(texts.join(", "))
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
pub fn keep_version(tx: &Tx, conflict: ConflictId, stamp: &str, clinician: bool) -> Result<DecisionId> {
    let open = all(tx)?.into_iter().find(|open| open.id == conflict).ok_or(Code::ChangedMeanwhile)?;
    if open.clinical && !clinician {
        return Err(Code::NotAllowed.into());
    }
    let table = Table::by_name(&open.table).ok_or(Code::NotFound)?;
    let row: Uuid = tx.query_row("SELECT row FROM conflicts WHERE id = ?1", [conflict], |row| row.get(0))?;
    let heads = read_heads(tx, &open.table, row)?.remove(&open.group).unwrap_or_default();
    let chosen = heads.iter().find(|head| stamp_text(head.stamp) == stamp).ok_or(Code::ChangedMeanwhile)?;
    write(tx, table, row, &open.group, chosen)?;
    let kept = line(tx, chosen, &heads)?;
    // The list of decisions is everybody's; what a clinician kept is in the record alone.
    let kept = (!open.clinical).then_some(kept.as_str());
    let place = format!("{}/{row}", open.table);
    let about = Some(place.as_str());
    note(tx, &Noted { conflict, kind: &open.group, outcome: "one", title: &open.title, kept, about })
}

/// Writes what one write said over all others that stand.
fn write(tx: &Tx, table: Table, row: Uuid, group: &str, chosen: &Head) -> Result<()> {
    for (column, value) in &chosen.fields {
        tx.execute(&format!("UPDATE {} SET {column} = ?1 WHERE id = ?2", table.name()), params![value, row])?;
    }
    tx.decide(table, row, group);
    Ok(())
}

/// A decision to be remembered.
pub struct Noted<'a> {
    pub conflict: ConflictId,
    pub kind: &'a str,
    pub outcome: &'a str,
    pub title: &'a str,
    pub kept: Option<&'a str>,
    /// What it was decided about: `table/row` of a version, the times of two bookings that are kept,
    /// where a booking moved, or the decision that is taken back.
    pub about: Option<&'a str>,
}

/// Writes down that somebody decided.
pub fn note(tx: &Tx, decision: &Noted) -> Result<DecisionId> {
    let id = DecisionId(tx.new_id());
    tx.execute(
        "INSERT INTO conflict_decisions (id, tenant_id, conflict_id, kind, outcome, title, kept, about, decided_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)",
        params![
            id,
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
    Ok(id)
}
