//! What happened to one row: read back from the commits that touched it.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};
use uuid::Uuid;

use crate::error::Result;
use crate::ids::{DeviceId, Instant, UserId};
use crate::sync::commit::Body;
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// Columns that every row has and that say nothing to a reader.
const SILENT: &[&str] = &["id", "tenant_id", "created_at", "updated_at"];

/// One column of a row, before and after a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    pub column: String,
    pub before: Value,
    pub after: Value,
}

/// What one commit did to a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What the clock of the PC said.
    pub at: Instant,
    /// Who acted; nobody when the system did.
    pub user: Option<UserId>,
    pub device: DeviceId,
    /// The name of the action, e.g. `edit_patient`.
    pub action: String,
    /// Whether the row was made by it.
    pub made: bool,
    pub fields: Vec<FieldChange>,
}

struct Touch {
    device: DeviceId,
    body: Vec<u8>,
}

impl Touch {
    fn from_row(row: &Row) -> rusqlite::Result<Touch> {
        Ok(Touch { device: row.get("device")?, body: row.get("body")? })
    }
}

/// The changes of a row, the latest first; the last one is its making, where the table remembers
/// that (see [`Table::remembers_making`]). A write that lost against a concurrent one is among them.
pub fn history(conn: &Connection, table: Table, row: Uuid) -> Result<Vec<Change>> {
    let mut statement = conn.prepare_cached(
        "SELECT device, body FROM touches JOIN commits ON commits.id = touches.commit_id
         WHERE touches.row = ?1 ORDER BY commits.hlc, commits.device, commits.seq",
    )?;
    let touches: Vec<Touch> = statement.query_map([row], Touch::from_row)?.collect::<rusqlite::Result<_>>()?;
    let mut values: BTreeMap<String, Value> = BTreeMap::new();
    let mut changes = Vec::new();
    for touch in touches {
        let body = Body::decode(&touch.body)?;
        let (made, written) = written(&body, table, row);
        let mut fields = Vec::new();
        for (column, after) in written {
            let before = values.insert(column.clone(), after.clone()).unwrap_or(Value::Null);
            if before != after && !SILENT.contains(&column.as_str()) {
                fields.push(FieldChange { column, before, after });
            }
        }
        if made || !fields.is_empty() {
            changes.push(Change {
                at: Instant(body.at),
                user: body.user.map(UserId),
                device: touch.device,
                action: body.action,
                made,
                fields,
            });
        }
    }
    changes.reverse();
    Ok(changes)
}

/// The columns of a row that a commit wrote, and whether it made the row.
fn written(body: &Body, table: Table, row: Uuid) -> (bool, Vec<(String, Value)>) {
    for block in body.inserts.iter().filter(|block| block.table == table.name()) {
        let Some(id) = block.columns.iter().position(|column| column == "id") else { continue };
        let is_row = |values: &&Vec<Value>| values.get(id).and_then(Value::as_blob) == Some(row.as_bytes().as_slice());
        if let Some(values) = block.rows.iter().find(is_row) {
            return (true, block.columns.iter().cloned().zip(values.iter().cloned()).collect());
        }
    }
    let updates = body.updates.iter().filter(|update| update.table == table.name() && update.row == row);
    (false, updates.flat_map(|update| &update.groups).flat_map(|group| group.fields.clone()).collect())
}
