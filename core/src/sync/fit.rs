//! Whether a commit may be applied at all: the same questions, asked by the hub and by every PC, so
//! that all set the same commits aside.

use std::collections::HashSet;

use rusqlite::Connection;
use uuid::Uuid;

use crate::error::Error;
use crate::sync::commit::Body;
use crate::sync::names;
use crate::sync::rules::Rules;
use crate::sync::tables::Table;
use crate::sync::value::Value;

/// Who asks: the rules of the schema, and a connection for what they say in SQL.
pub struct Judge<'a> {
    pub rules: &'a Rules,
    pub conn: &'a Connection,
    /// Whether nothing else will ask: a PC's own tables refuse a new row that breaks a rule, and then
    /// the page is taken once more, thoroughly.
    pub thorough: bool,
}

/// Why a commit goes into quarantine, in a few words; `None` if it may be applied. `exists` says
/// whether a row is there already.
pub fn unfit<E: From<Error>>(
    body: &Body,
    tenant: Uuid,
    judge: &Judge,
    mut exists: impl FnMut(&str, Uuid) -> Result<bool, E>,
) -> Result<Option<String>, E> {
    if let Some(reason) = names::unfit(body) {
        return Ok(Some(reason.to_owned()));
    }
    let misplaced = misplaced(body, tenant, &mut exists)?;
    if misplaced.is_some() {
        return Ok(misplaced);
    }
    let broken = judge.rules.broken(judge.conn, body, judge.thorough)?;
    if broken.is_some() || !judge.thorough {
        return Ok(broken);
    }
    for reference in judge.rules.parents(body) {
        if !exists(reference.parent.name(), reference.row)? {
            let (of, column, parent) = (reference.of.name(), reference.column, reference.parent.name());
            return Ok(Some(format!("{column} of {of} names a row of {parent} that does not exist")));
        }
    }
    Ok(None)
}

/// Rows of another clinic, rows made twice, changes to what never changes or is not there.
fn misplaced<E>(
    body: &Body,
    tenant: Uuid,
    exists: &mut impl FnMut(&str, Uuid) -> Result<bool, E>,
) -> Result<Option<String>, E> {
    let mut new_rows: HashSet<(&str, Uuid)> = HashSet::new();
    for block in &body.inserts {
        for row in &block.rows {
            let Some(id) = id_in(&block.columns, row).filter(|_| row.len() == block.columns.len()) else {
                return Ok(Some(format!("a row of {} without an id", block.table)));
            };
            if uuid_in(&block.columns, row, "tenant_id") != Some(tenant) {
                return Ok(Some(format!("a row of {} of another clinic", block.table)));
            }
            if !new_rows.insert((&block.table, id)) || exists(&block.table, id)? {
                return Ok(Some(format!("a second row {id} of {}", block.table)));
            }
        }
    }
    for update in &body.updates {
        if Table::by_name(&update.table).is_some_and(Table::insert_only) {
            return Ok(Some(format!("a change to {}, whose rows never change", update.table)));
        }
        let fields = update.groups.iter().flat_map(|write| &write.fields);
        if fields.into_iter().any(|(column, _)| column == "id" || column == "tenant_id") {
            return Ok(Some(format!("a change of whose row of {} this is", update.table)));
        }
        if !new_rows.contains(&(update.table.as_str(), update.row)) && !exists(&update.table, update.row)? {
            return Ok(Some(format!("a change to a row of {} that does not exist", update.table)));
        }
    }
    Ok(None)
}

/// The id of a row that travels.
pub fn id_in(columns: &[String], row: &[Value]) -> Option<Uuid> {
    uuid_in(columns, row, "id")
}

pub(super) fn uuid_in(columns: &[String], row: &[Value], name: &str) -> Option<Uuid> {
    let index = columns.iter().position(|column| column == name)?;
    Uuid::from_slice(row.get(index)?.as_blob()?).ok()
}
