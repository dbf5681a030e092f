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
    exists: impl FnMut(&str, Uuid) -> Result<bool, E>,
) -> Result<Option<String>, E> {
    if let Some(reason) = malformed(body, tenant) {
        return Ok(Some(reason));
    }
    misplaced(body, judge, exists)
}

/// The part of [`unfit`] that depends on the rows that are there and on the rules of their tables.
pub fn misplaced<E: From<Error>>(
    body: &Body,
    judge: &Judge,
    mut exists: impl FnMut(&str, Uuid) -> Result<bool, E>,
) -> Result<Option<String>, E> {
    let mut new_rows: HashSet<(&str, Uuid)> = HashSet::new();
    for block in &body.inserts {
        for id in block.rows.iter().filter_map(|row| id_in(&block.columns, row)) {
            if !new_rows.insert((&block.table, id)) || exists(&block.table, id)? {
                return Ok(Some(format!("a second row {id} of {}", block.table)));
            }
        }
    }
    for update in &body.updates {
        if !new_rows.contains(&(update.table.as_str(), update.row)) && !exists(&update.table, update.row)? {
            return Ok(Some(format!("a change to a row of {} that does not exist", update.table)));
        }
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

/// Why the hub sets aside what a PC had not sent when it was taken out: a person looks at it first.
pub const HANDED_OVER: &str = "handed over by a PC that was taken out";

/// The part of [`unfit`] that can be told from the commit alone, whatever rows there are. A PC asks it
/// about tables that it does not know, too, because the hub sets aside all of a commit or nothing.
pub fn malformed(body: &Body, tenant: Uuid) -> Option<String> {
    if let Some(reason) = names::unfit(body) {
        return Some(reason.to_owned());
    }
    for block in &body.inserts {
        let mut names = HashSet::new();
        if !block.columns.iter().all(|column| names.insert(column)) {
            return Some(format!("rows of {} with a column twice", block.table));
        }
        for row in &block.rows {
            if id_in(&block.columns, row).is_none() || row.len() != block.columns.len() {
                return Some(format!("a row of {} without an id", block.table));
            }
            if uuid_in(&block.columns, row, "tenant_id") != Some(tenant) {
                return Some(format!("a row of {} of another clinic", block.table));
            }
            if !row.iter().all(Value::comes_back) {
                return Some(format!("a row of {} with a number that no database keeps", block.table));
            }
        }
    }
    for update in &body.updates {
        if Table::by_name(&update.table).is_some_and(Table::insert_only) {
            return Some(format!("a change to {}, whose rows never change", update.table));
        }
        let mut fields = update.groups.iter().flat_map(|write| &write.fields);
        if fields.clone().any(|(column, _)| column == "id" || column == "tenant_id") {
            return Some(format!("a change of whose row of {} this is", update.table));
        }
        if !fields.all(|(_, value)| value.comes_back()) {
            return Some(format!("a change to {} with a number that no database keeps", update.table));
        }
    }
    None
}

/// The id of a row that travels.
pub fn id_in(columns: &[String], row: &[Value]) -> Option<Uuid> {
    uuid_in(columns, row, "id")
}

pub(super) fn uuid_in(columns: &[String], row: &[Value], name: &str) -> Option<Uuid> {
    let index = columns.iter().position(|column| column == name)?;
    Uuid::from_slice(row.get(index)?.as_blob()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::commit::{GroupWrite, Inserts, Update};

    const TENANT: Uuid = Uuid::from_u128(1);

    fn uuid(n: u128) -> Value {
        Value::Blob(Uuid::from_u128(n).as_bytes().to_vec())
    }

    fn body(inserts: Vec<Inserts>, updates: Vec<Update>) -> Body {
        Body { schema: 1, hlc: 0, at: 0, user: None, action: String::new(), inserts, updates }
    }

    fn block(table: &str, columns: &[&str], row: Vec<Value>) -> Body {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        body(vec![Inserts { table: table.into(), columns, rows: vec![row] }], Vec::new())
    }

    #[test]
    fn what_every_replica_would_read_otherwise_is_malformed_in_known_and_unknown_tables() {
        for table in ["patients", "of_a_newer_version"] {
            let three = ["id", "tenant_id", "weight_kg"];
            let weighed = |weight| block(table, &three, vec![uuid(2), uuid(1), Value::Real(weight)]);
            assert_eq!(malformed(&weighed(0.0), TENANT), None);
            for odd in [
                weighed(f64::NAN),
                weighed(-0.0),
                block(table, &["id", "tenant_id", "id"], vec![uuid(2), uuid(1), uuid(3)]),
                block(table, &["id", "tenant_id", "tenant_id"], vec![uuid(2), uuid(1), uuid(9)]),
                block(table, &three, vec![uuid(2), uuid(1)]),
                block(table, &three, vec![uuid(2), uuid(9), Value::Null]),
            ] {
                assert!(malformed(&odd, TENANT).is_some(), "{odd:?}");
            }
            let fields = vec![("weight_kg".to_owned(), Value::Real(f64::NAN))];
            let write = GroupWrite { group: "weight_kg".into(), seen: Vec::new(), fields };
            let update = Update { table: table.into(), row: Uuid::from_u128(2), groups: vec![write] };
            assert!(malformed(&body(Vec::new(), vec![update]), TENANT).is_some());
        }
    }
}
