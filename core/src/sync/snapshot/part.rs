//! Which part of a fetched commit is to be applied while records arrive.

use std::collections::HashSet;

use rusqlite::Connection;

use crate::error::Result;
use crate::sync::apply::exists;
use crate::sync::commit::{Body, Inserts};
use crate::sync::fit::id_in;
use crate::sync::log::Catalogue;
use crate::sync::snapshot::kept::{Stand, stand_of, state};

/// The part of a commit, given the hub's number `hub_seq`, that the rows here do not contain yet. A change
/// of a row that has not arrived is left out: the row will come with it.
pub fn to_apply(conn: &Connection, catalogue: &Catalogue, body: &Body, hub_seq: i64) -> Result<Body> {
    let Some(kept) = state(conn)? else { return Ok(body.clone()) };
    let mut made = HashSet::new();
    let mut inserts = Vec::new();
    for block in &body.inserts {
        let mut rows = Vec::new();
        for row in &block.rows {
            let Some(id) = id_in(&block.columns, row) else { continue };
            let wanted = match stand_of(conn, &kept, &block.table, id)? {
                Stand::At(stands) => stands < hub_seq,
                Stand::ToCome => !exists(conn, catalogue, &block.table, id)?,
            };
            if wanted {
                made.insert((block.table.clone(), id));
                rows.push(row.clone());
            }
        }
        if !rows.is_empty() {
            inserts.push(Inserts { table: block.table.clone(), columns: block.columns.clone(), rows });
        }
    }
    let mut updates = Vec::new();
    for update in &body.updates {
        let contained = stand_of(conn, &kept, &update.table, update.row)?;
        let wanted = match contained {
            Stand::At(stands) if stands >= hub_seq => false,
            _ => {
                made.contains(&(update.table.clone(), update.row))
                    || exists(conn, catalogue, &update.table, update.row)?
            }
        };
        if wanted {
            updates.push(update.clone());
        }
    }
    Ok(Body { inserts, updates, action: body.action.clone(), ..*body })
}
