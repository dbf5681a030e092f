//! Pairs of records that may be one person, for somebody to look at. Derived on every PC for itself.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::{Db, Tx};
use crate::error::{Code, Result};
use crate::ids::{Instant, LocalDate, MergeId, PatientId};
use crate::page::{Page, PageRequest};
use crate::patients::duplicates::{Wanted, candidate, weigh};
use crate::patients::fellegi_sunter::{Agreement, Evidence, LIKELY, POSSIBLE};
use crate::patients::{Patient, patient};
use crate::sync::Table;
use crate::sync::making::{Making, making};

/// How many records are looked at while the writer is held: about one millisecond each.
const BATCH: u32 = 10;

/// Two records side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PossibleDuplicate {
    /// The earlier record: the one that a merge keeps.
    pub first: Patient,
    pub second: Patient,
    /// In bits; see [`LIKELY`] and [`POSSIBLE`].
    pub score: f64,
    pub likely: bool,
    pub agreeing: Vec<Agreement>,
    /// Who registered each, on which PC.
    pub first_made: Option<Making>,
    pub second_made: Option<Making>,
    pub found_at: Instant,
}

/// A pair about which somebody has decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DecidedDuplicate {
    /// The earlier record; of a merge the one that was kept.
    pub first_id: PatientId,
    pub first_name: String,
    pub first_number: String,
    pub second_name: String,
    pub second_number: String,
    /// Of a merge; none where they are two people.
    pub merge_id: Option<MergeId>,
    pub undone: bool,
    pub by: Option<String>,
    pub at: Instant,
}

/// Looks again at every record that changed since this was last done. Returns how many there were.
pub fn find_possible_duplicates(db: &Db) -> Result<u32> {
    let now = db.now();
    let mut looked_at = 0;
    loop {
        let batch = db.write_local(|conn| look_at_batch(conn, now))?;
        looked_at += batch;
        if batch < BATCH {
            return Ok(looked_at);
        }
    }
}

fn look_at_batch(conn: &Connection, now: Instant) -> Result<u32> {
    let mut statement =
        conn.prepare_cached("DELETE FROM duplicate_suspects WHERE patient_id IN (SELECT patient_id FROM duplicate_suspects LIMIT ?1) RETURNING patient_id")?;
    let suspects: Vec<PatientId> =
        statement.query_map([BATCH], |row| row.get("patient_id"))?.collect::<rusqlite::Result<_>>()?;
    drop(statement);
    for id in &suspects {
        conn.prepare_cached("DELETE FROM possible_duplicates WHERE first_id = ?1")?.execute([id])?;
        conn.prepare_cached("DELETE FROM possible_duplicates WHERE second_id = ?1")?.execute([id])?;
        let Some((record, names)) = candidate(conn, *id)? else { continue };
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
        let wanted = Wanted { id: Some(*id), names: &names, traits: &record.traits, least: POSSIBLE };
        for (other, evidence) in weigh(conn, &wanted)? {
            note_pair(conn, *id, other, &evidence, now)?;
        }
    }
    Ok(suspects.len() as u32)
}

fn note_pair(conn: &Connection, one: PatientId, other: PatientId, evidence: &Evidence, now: Instant) -> Result<()> {
    let (first, second) = (one.min(other), one.max(other));
    conn.prepare_cached(
        "INSERT OR REPLACE INTO possible_duplicates (first_id, second_id, score, agreeing, found_at)
         SELECT ?1, ?2, ?3, ?4, ?5
         WHERE NOT EXISTS (SELECT 1 FROM duplicate_decisions WHERE first_id = ?1 AND second_id = ?2)",
    )?
    .execute(params![first, second, evidence.score, serde_json::to_string(&evidence.agreeing)?, now])?;
    Ok(())
}

/// The pairs that wait for somebody's decision, the likeliest first.
pub fn possible_duplicates(conn: &Connection, page: PageRequest, today: LocalDate) -> Result<Page<PossibleDuplicate>> {
    let mut statement =
        conn.prepare_cached(concat!(include_str!("waiting_pairs.sql"), "ORDER BY score DESC LIMIT ?1 OFFSET ?2"))?;
    let pairs = statement
        .query_map(params![page.sql_limit(), page.sql_offset()], Pair::from_row)?
        .collect::<rusqlite::Result<_>>()?;
    let pairs = page.page(pairs);
    Ok(Page { items: side_by_side(conn, pairs.items, today)?, more: pairs.more })
}

/// The pairs in which a patient's record is one of the two, the likeliest first.
pub fn possible_duplicates_of(
    conn: &Connection,
    patient: PatientId,
    today: LocalDate,
) -> Result<Vec<PossibleDuplicate>> {
    let mut statement = conn.prepare_cached(concat!(
        include_str!("waiting_pairs.sql"),
        "AND (first_id = ?1 OR second_id = ?1) ORDER BY score DESC LIMIT 20"
    ))?;
    let pairs = statement.query_map([patient], Pair::from_row)?.collect::<rusqlite::Result<_>>()?;
    side_by_side(conn, pairs, today)
}

/// A row of the list, before the records are read.
struct Pair {
    first: PatientId,
    second: PatientId,
    score: f64,
    agreeing: String,
    found_at: Instant,
}

impl Pair {
    fn from_row(row: &Row) -> rusqlite::Result<Pair> {
        Ok(Pair {
            first: row.get("first_id")?,
            second: row.get("second_id")?,
            score: row.get("score")?,
            agreeing: row.get("agreeing")?,
            found_at: row.get("found_at")?,
        })
    }
}

fn side_by_side(conn: &Connection, pairs: Vec<Pair>, today: LocalDate) -> Result<Vec<PossibleDuplicate>> {
    pairs
        .into_iter()
        .map(|pair| {
            Ok(PossibleDuplicate {
                first: patient(conn, pair.first, today)?,
                second: patient(conn, pair.second, today)?,
                score: pair.score,
                likely: pair.score >= LIKELY,
                agreeing: serde_json::from_str(&pair.agreeing)?,
                first_made: making(conn, Table::Patients, pair.first.0)?,
                second_made: making(conn, Table::Patients, pair.second.0)?,
                found_at: pair.found_at,
            })
        })
        .collect()
}

/// How many pairs wait for somebody's decision.
pub fn count_possible_duplicates(conn: &Connection) -> Result<u32> {
    let mut statement =
        conn.prepare_cached(concat!("SELECT count(*) FROM (", include_str!("waiting_pairs.sql"), ")"))?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// What was decided about pairs since `since`, the latest first, fifty at most.
pub fn decided_duplicates(conn: &Connection, since: Instant) -> Result<Vec<DecidedDuplicate>> {
    let mut statement = conn.prepare_cached(include_str!("decided_duplicates.sql"))?;
    let first_id = &since.0.max(0).to_be_bytes()[2..];
    let rows = statement.query_map([first_id], |row| {
        Ok(DecidedDuplicate {
            first_id: row.get("first_id")?,
            first_name: row.get("first_name")?,
            first_number: row.get("first_number")?,
            second_name: row.get("second_name")?,
            second_number: row.get("second_number")?,
            merge_id: row.get("merge_id")?,
            undone: row.get("undone")?,
            by: row.get("decided_by")?,
            at: row.get("at")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Somebody looked at two records and says that they are two people: the pair does not come again.
pub fn keep_apart(tx: &Tx, one: PatientId, other: PatientId) -> Result<()> {
    let (first, second) = (one.min(other), one.max(other));
    let both: u32 = tx.query_row(
        "SELECT count(*) FROM patients WHERE id IN (?1, ?2) AND deleted_at IS NULL",
        params![first, second],
        |row| row.get(0),
    )?;
    if first == second || both != 2 {
        return Err(Code::NotFound.into());
    }
    let decided: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM duplicate_decisions WHERE first_id = ?1 AND second_id = ?2)",
        params![first, second],
        |row| row.get(0),
    )?;
    if !decided {
        tx.execute(
            "INSERT INTO duplicate_decisions (id, tenant_id, first_id, second_id, decided_by, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![tx.new_id(), tx.device.tenant, first, second, tx.user()?, tx.now],
        )?;
    }
    tx.execute("DELETE FROM possible_duplicates WHERE first_id = ?1 AND second_id = ?2", params![first, second])?;
    Ok(())
}
