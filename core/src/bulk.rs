//! Whole rows in great number: for an import, and for making a clinic as large as one can get.
//! They become ordinary rows: each is in a signed commit of this PC's log and in the digests. It
//! is quicker than [`Db::write`], because what goes in need not be read back to be written down.

use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::ids::Instant;
use crate::sync::Table;
use crate::sync::commit::{Body, Inserts, SCHEMA};
use crate::sync::digest::Delta;
use crate::sync::log::{self, Author, Catalogue};
use crate::sync::value::Value;
use crate::sync::{fit, overlap};

/// No commit has more rows than this.
pub const COMMIT_ROWS: usize = 5_000;
/// A commit is closed at about so many bytes, the size of a page of the sync.
const COMMIT_BYTES: usize = 2 << 20;

/// New rows of one table. A column that is not named is null in all of them: defaults of the schema
/// do not apply, so that a row is the same here as on every PC that fetches it.
#[derive(Debug, Clone)]
pub struct Rows {
    pub table: Table,
    pub columns: &'static [&'static str],
    /// As many values in each as there are columns, of exactly the types of the schema.
    pub rows: Vec<Vec<Value>>,
}

/// Inserts rows in one transaction, in commits of at most [`COMMIT_ROWS`], on behalf of the system.
/// The rules of the forms are not asked: the caller answers for what it passes. Overlapping
/// appointments become conflicts with [`find_overlaps`], once everything is in.
///
/// The disk is not waited for: a power cut may take the last transactions back, whole.
///
/// # Errors
/// `Error::Invariant` for a column that the table lacks, a value of another type than its column,
/// or a row that other PCs would set aside (without an id, twice, of another clinic); the error of
/// the database for what the schema refuses. Nothing of the call remains then.
pub fn insert(db: &Db, action: &str, rows: Vec<Rows>) -> Result<()> {
    let mut tables: Vec<Table> = rows.iter().map(|block| block.table).collect();
    tables.sort();
    tables.dedup();
    let tenant = db.device()?.tenant.0;
    db.transact_lightly(|conn, catalogue, now| {
        let mut author = Author::read(conn)?;
        let mut delta = Delta::default();
        for inserts in commits_of(conn, catalogue, rows)? {
            hlc_tick(&mut author, now);
            let user = None;
            let body = Body {
                schema: SCHEMA,
                hlc: author.hlc.0,
                at: now.0,
                user,
                action: action.to_owned(),
                inserts,
                updates: vec![],
            };
            if let Some(reason) =
                fit::unfit(&body, tenant, &catalogue.judge(conn, false), |_, _| Ok::<_, Error>(false))?
            {
                return Err(Error::Invariant(reason));
            }
            write_rows(conn, catalogue, &body, &mut delta)?;
            log::append(conn, catalogue, &mut author, &body)?;
        }
        conn.execute(
            "UPDATE this_device SET seq = ?1, head_hash = ?2, hlc = ?3 WHERE only = 1",
            params![author.seq as i64, author.head_hash, author.hlc.0],
        )?;
        delta.store(conn)
    })?;
    db.announce(tables);
    Ok(())
}

/// Looks through all appointments and opens the conflict of every two that claim one doctor's time
/// (domain.md, ruling 3). Returns how many of such conflicts are open.
pub fn find_overlaps(db: &Db) -> Result<u32> {
    db.transact(|conn, _, now| {
        let mut statement = conn.prepare(include_str!("overlaps.sql"))?;
        let found: Vec<Uuid> = statement.query_map([], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
        found.iter().try_for_each(|row| overlap::note_claim(conn, *row, now))?;
        Ok(conn.query_row("SELECT count(*) FROM conflicts WHERE kind = 'booked_twice'", [], |row| row.get(0))?)
    })
}

fn hlc_tick(author: &mut Author, now: Instant) {
    author.hlc = author.hlc.tick(now);
    author.seq += 1;
}

/// The rows in the order of the schema's columns, cut into the commits that they will be. No commit may
/// name a row that only a later one brings.
fn commits_of(conn: &Connection, catalogue: &Catalogue, mut blocks: Vec<Rows>) -> Result<Vec<Vec<Inserts>>> {
    let order = catalogue.rules().parents_first();
    blocks.sort_by_key(|block| order.iter().position(|table| *table == block.table));
    let mut commits: Vec<Vec<Inserts>> = vec![Vec::new()];
    let (mut count, mut bytes) = (0, 0);
    for block in blocks {
        let shape = Shape::read(conn, catalogue, &block)?;
        for values in block.rows {
            let row = shape.fit(values)?;
            let size: usize = row.iter().map(encoded_size).sum();
            if count == COMMIT_ROWS || bytes + size > COMMIT_BYTES {
                commits.push(Vec::new());
                (count, bytes) = (0, 0);
            }
            (count, bytes) = (count + 1, bytes + size);
            let Some(current) = commits.last_mut() else { continue };
            match current.last_mut().filter(|inserts| inserts.table == block.table.name()) {
                Some(inserts) => inserts.rows.push(row),
                None => current.push(Inserts {
                    table: block.table.name().to_owned(),
                    columns: shape.columns.iter().map(|(name, _)| name.clone()).collect(),
                    rows: vec![row],
                }),
            }
        }
    }
    commits.retain(|inserts| !inserts.is_empty());
    Ok(commits)
}

/// What the schema says of a table, and where its columns are in the rows that came.
struct Shape {
    table: Table,
    /// Name and declared type, in the order of the schema.
    columns: Vec<(String, String)>,
    /// For each of these its place in the rows that came.
    places: Vec<Option<usize>>,
    given: usize,
}

impl Shape {
    fn read(conn: &Connection, catalogue: &Catalogue, block: &Rows) -> Result<Shape> {
        let mut statement = conn.prepare_cached("SELECT name, type FROM pragma_table_info(?1)")?;
        let types = statement
            .query_map([block.table.name()], |row| Ok((row.get("name")?, row.get("type")?)))?
            .collect::<rusqlite::Result<std::collections::HashMap<String, String>>>()?;
        let schema = &catalogue.table(block.table).columns;
        if let Some(unknown) = block.columns.iter().find(|column| !schema.iter().any(|name| name == *column)) {
            return Err(Error::Invariant(format!("{} has no column {unknown}", block.table.name())));
        }
        let columns = schema.iter().map(|name| (name.clone(), types.get(name).cloned().unwrap_or_default())).collect();
        let places = schema.iter().map(|name| block.columns.iter().position(|column| column == name)).collect();
        Ok(Shape { table: block.table, columns, places, given: block.columns.len() })
    }

    /// The whole row. SQLite would store a whole number in a column of reals as a real, and the row
    /// would then not be the one in its commit.
    fn fit(&self, mut values: Vec<Value>) -> Result<Vec<Value>> {
        let table = self.table.name();
        if values.len() != self.given {
            return Err(Error::Invariant(format!("a row of {table} with {} values, not {}", values.len(), self.given)));
        }
        let mut row = Vec::with_capacity(self.columns.len());
        for ((name, declared), place) in self.columns.iter().zip(&self.places) {
            let value = place.map_or(Value::Null, |index| std::mem::replace(&mut values[index], Value::Null));
            let kind = match &value {
                Value::Null => declared.as_str(),
                Value::Int(_) => "INTEGER",
                // SQLite keeps no "not a number": it would be null.
                Value::Real(real) if real.is_nan() => "NaN",
                Value::Real(_) => "REAL",
                Value::Text(_) => "TEXT",
                Value::Blob(_) => "BLOB",
            };
            if kind != declared {
                return Err(Error::Invariant(format!("{table}.{name} is {declared}, not {kind}")));
            }
            row.push(value);
        }
        Ok(row)
    }
}

/// About what a value takes in a body.
fn encoded_size(value: &Value) -> usize {
    match value {
        Value::Null => 1,
        Value::Int(_) | Value::Real(_) => 9,
        Value::Text(text) => text.len() + 3,
        Value::Blob(bytes) => bytes.len() + 3,
    }
}

fn write_rows(conn: &Connection, catalogue: &Catalogue, body: &Body, delta: &mut Delta) -> Result<()> {
    for block in &body.inserts {
        let Some(table) = Table::by_name(&block.table) else { continue };
        let info = catalogue.table(table);
        let rows: Vec<&[Value]> = block.rows.iter().map(Vec::as_slice).collect();
        info.insert(conn, &rows)?;
        for values in rows {
            let Some(id) = fit::id_in(&block.columns, values) else { continue };
            delta.change(table.name(), id, None, info.hash_inserted(id, values));
        }
    }
    Ok(())
}
