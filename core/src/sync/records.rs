//! Where a record stands: on this PC only, or at the hub as well; and what waits here, in words.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::ids::Instant;
use crate::sync::commit::Body;
use crate::sync::engine;
use crate::sync::fit;
use crate::sync::tables::Table;

/// The numbers of the commits that no hub has acknowledged, read from their index alone.
pub const WAITING_SPAN: &str = "SELECT min(id), max(id) FROM commits INDEXED BY commits_waiting WHERE hub_seq IS NULL";
/// Their bodies behind a number.
pub const WAITING_BODIES: &str =
    "SELECT id, body FROM commits INDEXED BY commits_waiting WHERE hub_seq IS NULL AND id > ?1";
/// The first of them.
pub const WAITING_FIRST: &str = "SELECT body FROM commits INDEXED BY commits_waiting
     WHERE hub_seq IS NULL ORDER BY device, incarnation, seq LIMIT ?1";

/// Where everything stands that was ever written to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Whereabouts {
    /// Some of it is on this PC alone.
    HereOnly,
    /// The hub has acknowledged all of it.
    AtTheHub,
}

/// The rows that waiting commits wrote, with the last commit of each. It is kept between questions,
/// so that a commit is decoded once: a PC that was off the line for a month has fifty thousand.
#[derive(Default)]
pub struct WaitingRows {
    /// The commits that have been decoded, by their ids.
    from: i64,
    upto: i64,
    last: HashMap<Uuid, i64>,
}

impl WaitingRows {
    /// Where each of these rows stands, in their order. A row is named by its id alone: ids are
    /// unique over all tables.
    pub fn whereabouts(&mut self, conn: &Connection, rows: &[Uuid]) -> Result<Vec<Whereabouts>> {
        let first = self.catch_up(conn)?;
        // The hub takes a PC's commits in their order: what it lacks is always the end of the log.
        let waits = |row: &Uuid| first.is_some_and(|first| self.last.get(row).is_some_and(|last| *last >= first));
        Ok(rows.iter().map(|row| if waits(row) { Whereabouts::HereOnly } else { Whereabouts::AtTheHub }).collect())
    }

    /// Decodes what is new and gives the first commit that waits, if one does.
    fn catch_up(&mut self, conn: &Connection) -> Result<Option<i64>> {
        let span: (Option<i64>, Option<i64>) =
            conn.prepare_cached(WAITING_SPAN)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (Some(first), Some(last)) = span else {
            *self = WaitingRows::default();
            return Ok(None);
        };
        // A hub that was restored lacks commits that it had acknowledged: they wait again.
        if self.last.is_empty() || first < self.from {
            *self = WaitingRows { from: first, upto: first - 1, last: HashMap::new() };
        }
        if last > self.upto {
            let mut statement = conn.prepare_cached(WAITING_BODIES)?;
            let mut found = statement.query([self.upto])?;
            while let Some(row) = found.next()? {
                let id: i64 = row.get(0)?;
                let body = Body::decode(row.get_ref(1)?.as_blob().unwrap_or_default())?;
                for touched in touched(&body) {
                    self.last.entry(touched).and_modify(|last| *last = id.max(*last)).or_insert(id);
                }
            }
            self.upto = last;
        }
        Ok(Some(first))
    }
}

fn touched(body: &Body) -> impl Iterator<Item = Uuid> {
    let made =
        body.inserts.iter().flat_map(|block| block.rows.iter().filter_map(|row| fit::id_in(&block.columns, row)));
    made.chain(body.updates.iter().map(|update| update.row))
}

/// An action that no hub has acknowledged, as a person would tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingChange {
    /// As the audit calls it, e.g. `book_walk_in`.
    pub action: String,
    /// Who acted; nobody when the system did.
    pub by: Option<String>,
    /// By this PC's clock.
    pub at: Instant,
    /// The first patient whom it concerns.
    pub patient: Option<String>,
    /// How many others it concerns.
    pub more_patients: u32,
}

/// What waits on this PC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitingChanges {
    /// All of them.
    pub count: u32,
    /// The first, in the order in which they will be sent.
    pub first: Vec<WaitingChange>,
}

/// How many changes wait for the hub, and the first `limit` of them in words.
pub fn waiting_changes(conn: &Connection, limit: u32) -> Result<WaitingChanges> {
    let mut statement = conn.prepare_cached(WAITING_FIRST)?;
    let bodies: Vec<Vec<u8>> = statement.query_map([limit], |row| row.get("body"))?.collect::<rusqlite::Result<_>>()?;
    let first = bodies.iter().map(|bytes| told(conn, &Body::decode(bytes)?)).collect::<Result<_>>()?;
    Ok(WaitingChanges { count: engine::waiting(conn)?, first })
}

fn told(conn: &Connection, body: &Body) -> Result<WaitingChange> {
    let patients = patients_of(conn, body)?;
    let patient = match patients.first() {
        Some(id) => text(conn, "SELECT full_name FROM patients WHERE id = ?1", *id)?,
        None => None,
    };
    let by = match body.user {
        Some(user) => text(conn, "SELECT full_name FROM profiles WHERE user_id = ?1", user)?,
        None => None,
    };
    let more_patients = engine::small(patients.len().saturating_sub(1) as u64);
    Ok(WaitingChange { action: body.action.clone(), by, at: Instant(body.at), patient, more_patients })
}

fn text(conn: &Connection, sql: &str, id: Uuid) -> Result<Option<String>> {
    Ok(conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional()?)
}

/// The patients whom a commit concerns, in the order in which it names them.
fn patients_of(conn: &Connection, body: &Body) -> Result<Vec<Uuid>> {
    let (mut found, mut known) = (Vec::new(), BTreeSet::new());
    let mut note = |id: Uuid| {
        if known.insert(id) {
            found.push(id);
        }
    };
    for block in &body.inserts {
        let wanted = if block.table == Table::Patients.name() { "id" } else { "patient_id" };
        let Some(place) = block.columns.iter().position(|column| column == wanted) else { continue };
        let ids = block.rows.iter().filter_map(|row| row.get(place)?.as_blob());
        ids.filter_map(|bytes| Uuid::from_slice(bytes).ok()).for_each(&mut note);
    }
    for update in &body.updates {
        if update.table == Table::Patients.name() {
            note(update.row);
        } else if let Some(table) = Table::by_name(&update.table).map(Table::name)
            && db::columns(conn, table)?.iter().any(|column| column == "patient_id")
        {
            let owner: Option<Option<Uuid>> = conn
                .prepare_cached(&format!("SELECT patient_id FROM {table} WHERE id = ?1"))?
                .query_row([update.row], |row| row.get(0))
                .optional()?;
            owner.flatten().into_iter().for_each(&mut note);
        }
    }
    Ok(found)
}
