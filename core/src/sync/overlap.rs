//! Conflicts as rows that every replica derives for itself, with ids that come out the same.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{ConflictId, Instant};
use crate::sync::merge::Rule;
use crate::sync::tables::{Table, rule_of};

/// The name space of conflict ids (a UUIDv5 needs one; the value is arbitrary, and fixed for ever).
const CONFLICTS: Uuid = Uuid::from_u128(0x6e65_656d_0000_4000_8000_636f_6e66_6c69);

/// Opens or closes the conflict of one field group.
pub fn note_group(conn: &Connection, table: Table, row: Uuid, group: &str, open: bool, now: Instant) -> Result<()> {
    let id = ConflictId(Uuid::new_v5(&CONFLICTS, format!("{}/{row}/{group}", table.name()).as_bytes()));
    if !open {
        conn.prepare_cached("DELETE FROM conflicts WHERE id = ?1")?.execute([id])?;
        return Ok(());
    }
    let kind = match rule_of(table.name(), group) {
        Rule::Forward(_) => "status",
        Rule::Latest | Rule::Silent => "fields",
    };
    conn.prepare_cached(
        "INSERT OR IGNORE INTO conflicts (id, kind, tbl, row, other, grp, detected_at) VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6)",
    )?
    .execute(params![id, kind, table.name(), row, group, now])?;
    Ok(())
}

/// Opens a conflict for every appointment that overlaps this one with the same provider, and
/// closes those that no longer overlap. Walk-ins wait in the queue and claim no time.
pub fn note_claim(conn: &Connection, appointment: Uuid, now: Instant) -> Result<()> {
    conn.prepare_cached("DELETE FROM conflicts WHERE kind = 'booked_twice' AND (row = ?1 OR other = ?1)")?
        .execute([appointment])?;
    let mut overlapping = conn.prepare_cached(include_str!("overlapping.sql"))?;
    let others: Vec<Uuid> =
        overlapping.query_map([appointment], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    for other in others {
        let (first, second) = if appointment < other { (appointment, other) } else { (other, appointment) };
        let name = [first.as_bytes().as_slice(), second.as_bytes()].concat();
        conn.prepare_cached(
            "INSERT OR IGNORE INTO conflicts (id, kind, tbl, row, other, grp, detected_at)
             VALUES (?1, 'booked_twice', 'appointments', ?2, ?3, NULL, ?4)",
        )?
        .execute(params![Uuid::new_v5(&CONFLICTS, &name), first, second, now])?;
    }
    Ok(())
}

/// What two PCs did differently while apart, in one line each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConflictSummary {
    pub id: ConflictId,
    pub kind: ConflictKind,
    /// Whom or what it concerns.
    pub title: String,
    pub first: String,
    pub second: String,
    pub detected_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    BookedTwice,
    Fields,
    Status,
}

crate::ids::named_values!(ConflictKind { BookedTwice = "booked_twice", Fields = "fields", Status = "status" });

/// The open conflicts, the latest first. Both versions are readable until a person decides.
pub fn list(conn: &Connection) -> Result<Vec<ConflictSummary>> {
    let mut statement = conn.prepare_cached(include_str!("conflicts.sql"))?;
    let found: Vec<(ConflictSummary, String, Uuid, Option<String>)> = statement
        .query_map([], |row| {
            let summary = ConflictSummary {
                id: row.get("id")?,
                kind: row.get("kind")?,
                title: row.get("title")?,
                first: row.get::<_, Option<String>>("first")?.unwrap_or_default(),
                second: row.get::<_, Option<String>>("second")?.unwrap_or_default(),
                detected_at: row.get("detected_at")?,
            };
            Ok((summary, row.get("tbl")?, row.get("row")?, row.get("grp")?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    found
        .into_iter()
        .map(|(mut summary, table, row, group)| {
            if let Some(group) = group {
                let heads = crate::sync::log::read_heads(conn, &table, row)?;
                let rule = rule_of(&table, &group);
                let standing = heads.get(&group).map(Vec::as_slice).unwrap_or_default();
                let shown = crate::sync::merge::winner(rule, standing);
                summary.first = shown.map(said).unwrap_or_default();
                summary.second = standing.iter().find(|head| Some(*head) != shown).map(said).unwrap_or_default();
            }
            Ok(summary)
        })
        .collect()
}

/// The texts of a version, for reading.
fn said(head: &crate::sync::merge::Head) -> String {
    let texts: Vec<&str> = head.fields.iter().filter_map(|(_, value)| value.as_text()).collect();
    texts.join(", ")
}
