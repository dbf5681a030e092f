//! Conflicts as rows that every replica derives for itself, with ids that come out the same.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::{ConflictId, DecisionId, Instant};
use crate::seeded::{Bug, seeded};
use crate::sync::crowding::{Claim, crowding};
use crate::sync::decide::{self, Noted};
use crate::sync::merge::Rule;
use crate::sync::tables::{Table, rule_of};
use crate::sync::value::Value;

/// The name space of conflict ids (a UUIDv5 needs one; the value is arbitrary, and fixed for ever).
const CONFLICTS: Uuid = Uuid::from_u128(0x6e65_656d_0000_4000_8000_636f_6e66_6c69);

/// Opens or closes the conflict of one field group.
pub fn note_group(conn: &Connection, table: Table, row: Uuid, group: &str, open: bool, now: Instant) -> Result<()> {
    let id = ConflictId(Uuid::new_v5(&CONFLICTS, format!("{}/{row}/{group}", table.name()).as_bytes()));
    if !open {
        if seeded(Bug::ConflictNotClosed) {
            return Ok(());
        }
        conn.prepare_cached("DELETE FROM conflicts WHERE id = ?1")?.execute([id])?;
        return Ok(());
    }
    let kind = match rule_of(table.name(), group) {
        Rule::Forward(_) => "status",
        Rule::Latest | Rule::Silent | Rule::Cautious(_) => "fields",
    };
    conn.prepare_cached(
        "INSERT OR IGNORE INTO conflicts (id, kind, tbl, row, other, grp, detected_at) VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6)",
    )?
    .execute(params![id, kind, table.name(), row, group, now])?;
    Ok(())
}

/// Whether a new appointment can stand in conflict: walk-ins wait in the queue and claim no time.
pub fn claims_time(columns: &[String], row: &[Value]) -> bool {
    let channel = columns.iter().position(|column| column == "channel").and_then(|at| row.get(at)?.as_text());
    channel != Some("walk_in")
}

/// Opens a conflict for every appointment with which this one shares an instant that carries more
/// than its capacity allows, and closes those that no longer do. Walk-ins wait in the queue and claim
/// no time. What stands is a function of the rows alone: every replica derives the same conflicts.
pub fn note_claim(conn: &Connection, appointment: Uuid, now: Instant) -> Result<()> {
    let before = partners(conn, appointment)?;
    let shared = derive(conn, appointment, &before, now)?;
    // Whether two others crowd each other can depend on this one, but only where both share their
    // time: a visit for one alone crowds whatever it overlaps. The former partners count as well,
    // because this one may have gone from among them.
    for other in before {
        if !shared.iter().any(|(id, _)| *id == other) && capacity_of(conn, other)? > 1 {
            derive(conn, other, &partners(conn, other)?, now)?;
        }
    }
    for (other, claim) in shared {
        if claim.capacity > 1 {
            derive(conn, other, &partners(conn, other)?, now)?;
        }
    }
    Ok(())
}

/// With whom an appointment stands in conflict.
fn partners(conn: &Connection, appointment: Uuid) -> Result<Vec<Uuid>> {
    let mut statement = conn.prepare_cached(
        "SELECT other AS partner FROM conflicts WHERE kind = 'booked_twice' AND row = ?1
         UNION ALL SELECT row FROM conflicts WHERE kind = 'booked_twice' AND other = ?1",
    )?;
    let rows = statement.query_map([appointment], |row| row.get("partner"))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn capacity_of(conn: &Connection, appointment: Uuid) -> Result<u32> {
    let found = conn
        .prepare_cached("SELECT coalesce(capacity, 1) AS capacity FROM appointments WHERE id = ?1")?
        .query_row([appointment], |row| row.get("capacity"))
        .optional()?;
    Ok(found.unwrap_or(1))
}

/// Makes the conflicts of one appointment those that its rows give; answers with all that overlap it.
fn derive(conn: &Connection, appointment: Uuid, before: &[Uuid], now: Instant) -> Result<Vec<(Uuid, Claim)>> {
    let mut this = None;
    let overlapping: Vec<(Uuid, Claim)> = conn
        .prepare_cached(include_str!("overlapping.sql"))?
        .query_map([appointment], |row| {
            let claim = |start, end, capacity| -> rusqlite::Result<Claim> {
                Ok(Claim { start: row.get(start)?, end: row.get(end)?, capacity: row.get(capacity)? })
            };
            this = Some(claim("this_start", "this_end", "this_capacity")?);
            Ok((row.get("id")?, claim("scheduled_start", "scheduled_end", "capacity")?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let claims: Vec<Claim> = overlapping.iter().map(|(_, claim)| *claim).collect();
    let crowded = this.map(|this| crowding(&this, &claims)).unwrap_or_default();
    let mut standing = Vec::new();
    for (other, claim) in crowded.into_iter().map(|at| overlapping[at]) {
        let (id, first, _) = pair(appointment, other);
        let both = this.map(|this| if first == appointment { about(&this, &claim) } else { about(&claim, &this) });
        if !kept_both(conn, id, both.as_deref())? {
            standing.push(other);
        }
    }
    for gone in before.iter().filter(|partner| !standing.contains(partner)) {
        conn.prepare_cached("DELETE FROM conflicts WHERE id = ?1")?.execute([pair(appointment, *gone).0])?;
    }
    for other in standing.iter().filter(|other| !before.contains(other)) {
        let (id, first, second) = pair(appointment, *other);
        conn.prepare_cached(
            "INSERT OR IGNORE INTO conflicts (id, kind, tbl, row, other, grp, detected_at)
             VALUES (?1, 'booked_twice', 'appointments', ?2, ?3, NULL, ?4)",
        )?
        .execute(params![id, first, second, now])?;
    }
    Ok(overlapping)
}

/// The times that a decision to keep both bookings is about: when one of them moves, it is to be
/// decided again.
fn about(first: &Claim, second: &Claim) -> String {
    format!("{}-{}/{}-{}", first.start.0, first.end.0, second.start.0, second.end.0)
}

fn kept_both(conn: &Connection, conflict: Uuid, about: Option<&str>) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM conflict_decisions AS kept
                            WHERE kept.conflict_id = ?1 AND kept.outcome = 'both' AND kept.about = ?2
                              AND NOT EXISTS (SELECT 1 FROM conflict_decisions AS later
                                              WHERE later.conflict_id = ?1 AND later.outcome = 'dismissed'
                                                AND later.about = lower(hex(kept.id))))",
        )?
        .query_row(params![conflict, about], |row| row.get(0))?)
}

/// Somebody keeps both bookings of a conflict at the times that they have now.
pub fn keep_both(tx: &Tx, conflict: ConflictId) -> Result<DecisionId> {
    let rows: Option<(Uuid, Uuid)> = tx
        .query_row("SELECT row, other FROM conflicts WHERE id = ?1 AND kind = 'booked_twice'", [conflict], |row| {
            Ok((row.get("row")?, row.get("other")?))
        })
        .optional()?;
    let Some((first, second)) = rows else { return Err(Code::ChangedMeanwhile.into()) };
    let claim = |id: Uuid| -> Result<(Claim, String)> {
        Ok(tx.query_row(
            "SELECT scheduled_start, scheduled_end, coalesce(capacity, 1) AS capacity, full_name
             FROM appointments JOIN patients ON patients.id = patient_id WHERE appointments.id = ?1",
            [id],
            |row| {
                let (start, end) = (row.get("scheduled_start")?, row.get("scheduled_end")?);
                Ok((Claim { start, end, capacity: row.get("capacity")? }, row.get("full_name")?))
            },
        )?)
    };
    let ((first, one), (second, other)) = (claim(first)?, claim(second)?);
    let (title, times) = (format!("{one}, {other}"), about(&first, &second));
    let about = Some(times.as_str());
    decide::note(tx, &Noted { conflict, kind: "booked_twice", outcome: "both", title: &title, kept: None, about })
}

/// Takes back that both bookings are kept: the conflict opens again where both still stand as they did.
///
/// # Errors
/// `NotFound`; `ChangedMeanwhile` when it has been taken back already, or one of the two has moved since.
pub fn undo_keep_both(tx: &Tx, decision: DecisionId) -> Result<DecisionId> {
    let (conflict, title, times): (ConflictId, String, String) = tx
        .query_row(
            "SELECT conflict_id, title, about FROM conflict_decisions WHERE id = ?1 AND outcome = 'both'",
            [decision],
            |row| Ok((row.get("conflict_id")?, row.get("title")?, row.get("about")?)),
        )
        .optional()?
        .ok_or(Code::NotFound)?;
    if !kept_both(tx, conflict.0, Some(&times))? {
        return Err(Code::ChangedMeanwhile.into());
    }
    let [first, second] = still_there(tx, conflict, &times)?.ok_or(Code::ChangedMeanwhile)?;
    // Written again, so that every replica looks at the two anew.
    tx.execute("UPDATE appointments SET updated_at = ?1 WHERE id IN (?2, ?3)", params![tx.now, first, second])?;
    let about = decision.0.simple().to_string();
    let about = Some(about.as_str());
    decide::note(tx, &Noted { conflict, kind: "booked_twice", outcome: "dismissed", title: &title, kept: None, about })
}

/// The two appointments of a conflict, if they are at the times that a decision was about. The id of the
/// conflict is a hash of theirs, so it is the proof that they are the two.
fn still_there(conn: &Connection, conflict: ConflictId, times: &str) -> Result<Option<[Uuid; 2]>> {
    let at = |time: &str| -> Result<Vec<Uuid>> {
        let Some((start, end)) = time.split_once('-') else { return Ok(Vec::new()) };
        let mut statement = conn.prepare_cached(
            "SELECT id FROM appointments WHERE scheduled_start = CAST(?1 AS INTEGER) AND scheduled_end = CAST(?2 AS INTEGER)",
        )?;
        let rows = statement.query_map([start, end], |row| row.get("id"))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    let Some((first, second)) = times.split_once('/') else { return Ok(None) };
    let (first, second) = (at(first)?, at(second)?);
    let mut pairs = first.iter().flat_map(|one| second.iter().map(move |other| (*one, *other)));
    Ok(pairs.find(|(one, other)| one != other && pair(*one, *other).0 == conflict.0).map(|(one, other)| [one, other]))
}

/// The conflict of two appointments: its id, and the two in the order that every replica gives them.
fn pair(one: Uuid, other: Uuid) -> (Uuid, Uuid, Uuid) {
    let sorted = one < other || seeded(Bug::ConflictIdUnsorted);
    let (first, second) = if sorted { (one, other) } else { (other, one) };
    let name = [first.as_bytes().as_slice(), second.as_bytes()].concat();
    (Uuid::new_v5(&CONFLICTS, &name), first, second)
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
            let clinical = Table::by_name(&table).is_some_and(Table::clinical);
            // The list is everybody's; what a clinician wrote is not.
            if let Some(group) = group.filter(|_| !clinical) {
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
    let open = head.fields.iter().filter(|(column, _)| !decide::SECRET.contains(&column.as_str()));
    let texts: Vec<&str> = open.filter_map(|(_, value)| value.as_text()).collect();
    texts.join(", ")
}
