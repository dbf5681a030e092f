//! Collects rows and hands them to the bulk path, parents before children.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as Watch};

use neem_core::bulk::{self, Rows};
use neem_core::clock;
use neem_core::sync::Table;
use neem_core::sync::value::Value;
use neem_core::{Db, Instant, Result};
use uuid::Uuid;

/// Rows in one transaction: large enough that the pages of an index are written a few times, not
/// once for every commit.
const TRANSACTION: usize = 60_000;

pub struct Batch<'a> {
    pub db: &'a Db,
    pub tenant: Uuid,
    waiting: BTreeMap<Table, Rows>,
    count: usize,
    pub written: BTreeMap<Table, usize>,
    pub writing: Duration,
}

impl<'a> Batch<'a> {
    pub fn new(db: &'a Db) -> Result<Batch<'a>> {
        let tenant = db.device()?.tenant.0;
        Ok(Batch { db, tenant, waiting: BTreeMap::new(), count: 0, written: BTreeMap::new(), writing: Duration::ZERO })
    }

    pub fn id(&self, at: Instant) -> Uuid {
        clock::new_id(at, &*self.db.entropy)
    }

    /// Takes a row in. All rows of a table have the same columns.
    pub fn add(&mut self, table: Table, columns: &'static [&'static str], row: Vec<Value>) {
        self.waiting.entry(table).or_insert_with(|| Rows { table, columns, rows: Vec::new() }).rows.push(row);
        self.count += 1;
    }

    /// Writes what has come together, once it is enough for a transaction.
    pub fn flush_if_full(&mut self) -> Result<()> {
        if self.count < TRANSACTION { Ok(()) } else { self.flush() }
    }

    pub fn flush(&mut self) -> Result<()> {
        let watch = Watch::now();
        self.count = 0;
        let rows: Vec<Rows> = std::mem::take(&mut self.waiting).into_values().collect();
        for block in &rows {
            *self.written.entry(block.table).or_default() += block.rows.len();
        }
        bulk::insert(self.db, "generate", rows)?;
        self.writing += watch.elapsed();
        Ok(())
    }
}
