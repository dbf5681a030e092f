//! Who made a row, on which PC; and which of several claims of one time came first.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::error::Result;
use crate::ids::Instant;
use crate::sync::commit::Body;
use crate::sync::fit::id_in;
use crate::sync::log::read_heads;
use crate::sync::merge::{self, StampId};
use crate::sync::tables::{Table, rule_of};

/// Where a row comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Making {
    /// The name of the PC.
    pub device: Option<String>,
    /// Nobody when the system acted.
    pub user: Option<String>,
    /// By the clock of that PC.
    pub at: Instant,
}

/// The place of a commit in the one order of a clinic. Claims from before this PC remembered who made
/// them come first, those that no hub has numbered last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Remembered,
    AtHub(i64),
    /// By the order in this PC's own log.
    Here(i64),
}

struct Made {
    place: Place,
    device: Uuid,
    body: Body,
}

fn place(row: &Row) -> rusqlite::Result<Place> {
    let at_hub: Option<i64> = row.get("hub_seq")?;
    Ok(at_hub.map_or(Place::Here(row.get("id")?), Place::AtHub))
}

fn made(conn: &Connection, table: Table, row: Uuid) -> Result<Option<Made>> {
    let mut statement = conn.prepare_cached(
        "SELECT commits.id, hub_seq, device, body FROM touches JOIN commits ON commits.id = touches.commit_id
         WHERE touches.row = ?1 ORDER BY commits.hlc, commits.device, commits.seq",
    )?;
    let mut rows = statement.query([row])?;
    while let Some(found) = rows.next()? {
        let body = Body::decode(found.get_ref("body")?.as_blob().unwrap_or_default())?;
        let blocks = body.inserts.iter().filter(|block| block.table == table.name());
        if blocks
            .flat_map(|block| block.rows.iter().map(|values| id_in(&block.columns, values)))
            .any(|id| id == Some(row))
        {
            return Ok(Some(Made { place: place(found)?, device: found.get("device")?, body }));
        }
    }
    Ok(None)
}

/// Who made a row, if this PC remembers (see [`Table::remembers_making`]).
pub fn making(conn: &Connection, table: Table, row: Uuid) -> Result<Option<Making>> {
    let Some(made) = made(conn, table, row)? else { return Ok(None) };
    let name = |sql: &str, id: Option<Uuid>| conn.prepare_cached(sql)?.query_row([id], |row| row.get(0)).optional();
    Ok(Some(Making {
        device: name("SELECT name FROM devices WHERE id = ?1", Some(made.device))?,
        user: name("SELECT full_name FROM profiles WHERE user_id = ?1", made.body.user)?,
        at: Instant(made.body.at),
    }))
}

/// When an appointment claimed the time that it has now: the commit that moved it there last, or the
/// one that booked it. The same on every PC once all have synced.
pub fn claimed(conn: &Connection, appointment: Uuid) -> Result<Place> {
    let table = Table::Appointments;
    let heads = read_heads(conn, table.name(), appointment)?.remove("time").unwrap_or_default();
    let moved = match merge::winner(rule_of(table.name(), "time"), &heads) {
        Some(head) => place_of(conn, head.stamp)?,
        None => made(conn, table, appointment)?.map(|made| made.place),
    };
    Ok(moved.unwrap_or(Place::Remembered))
}

fn place_of(conn: &Connection, stamp: StampId) -> Result<Option<Place>> {
    Ok(conn
        .prepare_cached("SELECT id, hub_seq FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq = ?3")?
        .query_row(params![stamp.device, stamp.incarnation, stamp.seq as i64], place)
        .optional()?)
}
