//! Two databases hold the same clinic: shown by sums over the values alone.

use rusqlite::Connection;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::sync::Table;
use crate::sync::log::TableInfo;
use crate::sync::value::Value;

/// The sum of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDigest {
    pub table: &'static str,
    pub rows: u64,
    /// The rows' hashes added modulo 2^128, as hex: the order of rows makes no difference.
    pub sum: String,
}

/// For every replicated table the sum over its rows' ids and values that are not null, whoever wrote
/// them and when. The table of PCs is left out: it tells where the clinic is kept, not what it holds,
/// and a PC that takes an export in adds itself to it.
pub fn tenant_digest(conn: &Connection) -> Result<Vec<TableDigest>> {
    Table::ALL.iter().filter(|table| **table != Table::Devices).map(|table| digest(conn, *table)).collect()
}

fn digest(conn: &Connection, table: Table) -> Result<TableDigest> {
    let info = TableInfo::read(conn, table)?;
    let id = info
        .columns
        .iter()
        .position(|column| column == "id")
        .ok_or_else(|| Error::Invariant(format!("{} has no id", table.name())))?;
    let mut statement = conn.prepare(&format!("SELECT {} FROM {}", info.columns.join(", "), table.name()))?;
    let mut found = statement.query([])?;
    let (mut sum, mut rows) = (0u128, 0);
    while let Some(row) = found.next()? {
        let values = (0..info.columns.len()).map(|i| Ok(Value::from(row.get_ref(i)?)));
        let values: Vec<Value> = values.collect::<rusqlite::Result<_>>()?;
        let row_id: Uuid = row.get(id)?;
        sum = sum.wrapping_add(info.hash_inserted(row_id, &values));
        rows += 1;
    }
    Ok(TableDigest { table: table.name(), rows, sum: format!("{sum:032x}") })
}
