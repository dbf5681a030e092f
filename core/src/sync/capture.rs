//! Nobody can forget to record a change: triggers made from the table catalogue report every
//! write to the open capture, and refuse writes when none is open.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};
use uuid::Uuid;

use crate::error::Result;
use crate::sync::log;
use crate::sync::tables::Table;
use crate::sync::value::Value;

#[derive(Default, PartialEq)]
enum Mode {
    /// No write is open: a change would go unrecorded, so it is refused.
    #[default]
    Closed,
    Recording,
    /// Pulled commits are being applied; they are in the log already.
    Applying,
}

/// What the open write has touched so far.
#[derive(Default)]
struct Open {
    mode: Mode,
    inserted: Vec<(Table, Uuid)>,
    is_inserted: std::collections::HashSet<Uuid>,
    /// The values before the first change of each row in this write.
    before: HashMap<(Table, Uuid), Vec<Value>>,
    updated: Vec<(Table, Uuid)>,
}

/// The rows that a write touched, in order.
#[derive(Default)]
pub struct Touched {
    pub inserted: Vec<(Table, Uuid)>,
    /// With the values before, in the order of the table's columns.
    pub updated: Vec<(Table, Uuid, Vec<Value>)>,
}

/// The handle that the writer and the SQL functions of its connection share.
#[derive(Clone, Default)]
pub struct Capture(Arc<Mutex<Open>>);

impl Capture {
    fn open(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn record(&self) {
        *self.open() = Open { mode: Mode::Recording, ..Open::default() };
    }

    pub fn apply(&self) {
        *self.open() = Open { mode: Mode::Applying, ..Open::default() };
    }

    pub fn close(&self) -> Touched {
        let open = std::mem::take(&mut *self.open());
        let mut before = open.before;
        let updated = open
            .updated
            .into_iter()
            .filter_map(|(table, row)| before.remove(&(table, row)).map(|values| (table, row, values)))
            .collect();
        Touched { inserted: open.inserted, updated }
    }

    /// Makes the functions known that the triggers call.
    pub fn register(&self, conn: &Connection) -> Result<()> {
        let inserted = self.clone();
        conn.create_scalar_function("neem_inserted", 2, FunctionFlags::SQLITE_UTF8, move |ctx| {
            let mut open = inserted.open();
            match open.mode {
                Mode::Closed => Err(outside_write()),
                Mode::Applying => Ok(0),
                Mode::Recording => {
                    let (table, row) = touched(ctx)?;
                    open.inserted.push((table, row));
                    open.is_inserted.insert(row);
                    Ok(0)
                }
            }
        })?;
        let updated = self.clone();
        conn.create_scalar_function("neem_updated", -1, FunctionFlags::SQLITE_UTF8, move |ctx| {
            let mut open = updated.open();
            match open.mode {
                Mode::Closed => Err(outside_write()),
                Mode::Applying => Ok(0),
                Mode::Recording => {
                    let (table, row) = touched(ctx)?;
                    if !open.is_inserted.contains(&row) && !open.before.contains_key(&(table, row)) {
                        let values = (2..ctx.len()).map(|i| Value::from(ctx.get_raw(i))).collect();
                        open.before.insert((table, row), values);
                        open.updated.push((table, row));
                    }
                    Ok(0)
                }
            }
        })?;
        Ok(())
    }
}

fn touched(ctx: &Context) -> rusqlite::Result<(Table, Uuid)> {
    let index: u32 = ctx.get(0)?;
    let table = *Table::ALL.get(index as usize).ok_or_else(outside_write)?;
    Ok((table, ctx.get(1)?))
}

fn outside_write() -> rusqlite::Error {
    rusqlite::Error::UserFunctionError("a replicated row was written outside write()".into())
}

/// The triggers of all tables as SQL; made again at every open, so that they cannot lag behind
/// the catalogue.
pub fn triggers(conn: &Connection) -> Result<String> {
    log::present_tables(conn)?.into_iter().map(|table| triggers_of(conn, table)).collect()
}

fn triggers_of(conn: &Connection, table: Table) -> Result<String> {
    let index = Table::ALL.iter().position(|one| *one == table).unwrap_or(Table::ALL.len());
    let name = table.name();
    let columns = crate::db::columns(conn, name)?;
    let mut sql = format!(
        "CREATE TRIGGER capture_{name}_insert AFTER INSERT ON {name} BEGIN SELECT neem_inserted({index}, NEW.id); END;
             CREATE TRIGGER capture_{name}_delete BEFORE DELETE ON {name} BEGIN SELECT RAISE(ABORT, 'rows of {name} are never deleted'); END;
             CREATE TRIGGER capture_{name}_again BEFORE INSERT ON {name} WHEN EXISTS (SELECT 1 FROM {name} WHERE id = NEW.id)
               BEGIN SELECT RAISE(ABORT, 'rows of {name} are never replaced'); END;\n"
    );
    if table.insert_only() {
        sql.push_str(&format!(
                "CREATE TRIGGER capture_{name}_update BEFORE UPDATE ON {name} BEGIN SELECT RAISE(ABORT, 'rows of {name} never change'); END;\n"
            ));
    } else {
        let old: Vec<String> = columns.iter().map(|column| format!("OLD.{column}")).collect();
        sql.push_str(&format!(
                "CREATE TRIGGER capture_{name}_id BEFORE UPDATE OF id, tenant_id ON {name} WHEN NEW.id IS NOT OLD.id OR NEW.tenant_id IS NOT OLD.tenant_id
                   BEGIN SELECT RAISE(ABORT, 'the id of a row of {name} never changes'); END;
                 CREATE TRIGGER capture_{name}_update AFTER UPDATE ON {name} BEGIN SELECT neem_updated({index}, NEW.id, {}); END;\n",
                old.join(", ")
            ));
    }
    Ok(sql)
}

/// Lets `action` put rows of these tables right as no write may: within the transaction that is open,
/// their triggers are away and come back.
pub fn unguarded<T>(conn: &Connection, tables: &BTreeSet<Table>, action: impl FnOnce() -> Result<T>) -> Result<T> {
    for table in tables {
        let mut statement = conn.prepare(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?1 AND name LIKE 'capture\\_%' ESCAPE '\\'",
        )?;
        let names: Vec<String> =
            statement.query_map([table.name()], |row| row.get("name"))?.collect::<rusqlite::Result<_>>()?;
        names.iter().try_for_each(|name| conn.execute_batch(&format!("DROP TRIGGER {name}")))?;
    }
    let done = action()?;
    for table in tables {
        conn.execute_batch(&triggers_of(conn, *table)?)?;
    }
    Ok(done)
}
