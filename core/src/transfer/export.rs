//! The clinic is written out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use specta::Type;

use crate::db::{SCHEMA_LEVEL, columns};
use crate::error::{Code, Error, Result};
use crate::ids::Instant;
use crate::sync::Table;
use crate::sync::value::Value;
use crate::tenancy;
use crate::transfer::format::{Columns, FORMAT, Header, Trailer, VERSION, in_order, to_json};

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExportReport {
    pub rows: u32,
    /// What the file proves itself with.
    pub digest: String,
}

/// Counts, hashes and hands on.
struct Lines<W: Write> {
    out: W,
    hash: blake3::Hasher,
}

impl<W: Write> Lines<W> {
    fn line(&mut self, line: &impl Serialize) -> Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.hash.update(&bytes);
        Ok(self.out.write_all(&bytes)?)
    }
}

/// Writes the clinic of this database as JSON lines: row by row, never whole in memory. Run it inside
/// [`Db::read`](crate::Db::read), which gives it one moment of the clinic. What the file holds and
/// what it does not, see [the module](crate::transfer).
pub fn export_tenant(conn: &Connection, out: impl Write, now: Instant) -> Result<ExportReport> {
    let tables = in_order(conn)?;
    let tenant = tenancy::tenant(conn)?;
    let shape = |table: &Table| Ok(Columns { name: table.name().to_owned(), columns: columns(conn, table.name())? });
    let header = Header {
        format: FORMAT.into(),
        version: VERSION,
        schema: SCHEMA_LEVEL as u32,
        tenant: tenant.id,
        name: tenant.name,
        demo: conn.query_row("SELECT demo FROM this_device WHERE only = 1", [], |row| row.get("demo"))?,
        exported_at: now,
        tables: tables.iter().map(shape).collect::<Result<_>>()?,
    };
    let mut lines = Lines { out: BufWriter::new(out), hash: blake3::Hasher::new() };
    lines.line(&header)?;
    let mut rows = BTreeMap::new();
    for table in &header.tables {
        rows.insert(table.name.clone(), write_table(conn, &mut lines, table)?);
    }
    let digest = lines.hash.finalize().to_hex().to_string();
    let total = rows.values().sum::<u64>();
    lines.line(&Trailer { rows, digest: digest.clone() })?;
    lines.out.flush()?;
    Ok(ExportReport { rows: u32::try_from(total).unwrap_or(u32::MAX), digest })
}

fn write_table<W: Write>(conn: &Connection, lines: &mut Lines<W>, table: &Columns) -> Result<u64> {
    let sql = format!("SELECT {} FROM {} ORDER BY id", table.columns.join(", "), table.name);
    let mut statement = conn.prepare(&sql)?;
    let mut found = statement.query([])?;
    let mut rows = 0;
    while let Some(row) = found.next()? {
        let mut values = Map::new();
        for (index, column) in table.columns.iter().enumerate() {
            let value = Value::from(row.get_ref(index)?);
            if !value.is_null() {
                values.insert(column.clone(), to_json(&value));
            }
        }
        lines.line(&(&table.name, values))?;
        rows += 1;
    }
    Ok(rows)
}

/// The same into a file, which appears under its name only when it is whole and on disk. One that is
/// there already is never overwritten: [`Code::CannotSaveFile`].
pub fn export_to_file(conn: &Connection, path: &Path, now: Instant) -> Result<ExportReport> {
    if path.exists() {
        return Err(Code::CannotSaveFile.into());
    }
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    let draft = Path::new(&draft);
    let file = File::create(draft).map_err(|_| Error::from(Code::CannotSaveFile))?;
    let written = export_tenant(conn, &file, now).and_then(|report| {
        file.sync_all()?;
        std::fs::rename(draft, path)?;
        Ok(report)
    });
    if written.is_err() {
        let _ = std::fs::remove_file(draft);
    }
    written
}
