//! The hub in one encrypted SQLite file: for a clinic, or for several, on one machine.

mod read;
mod write;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use neem_core::clock::Entropy;
use neem_core::connection;
use neem_core::keys::DatabaseKey;
use neem_core::seeded::{Bug, seeded};
use neem_core::sync::commit::Origin;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use uuid::Uuid;

use super::{ReadTx, Result, Store, StoreError, WriteTx};

const MIGRATIONS: &[&str] = &[
    include_str!("../../../../migrations/hub/0001_hub.sql"),
    include_str!("../../../../migrations/hub/0002_taken_out.sql"),
];

/// Connections for reading that are kept open.
const READERS: usize = 4;

/// The hub's database in a file. SQLite has one writer, so that one connection writes; others read beside
/// it, from the state that was there when they began.
pub struct SqliteStore {
    path: PathBuf,
    key: DatabaseKey,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    id: Uuid,
    secret: [u8; 32],
}

/// What a copy holds, counted in the copy itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub clinics: u64,
    pub commits: u64,
    pub rows: u64,
}

impl SqliteStore {
    /// Opens the file, or makes it, and brings it to this version.
    pub fn open(path: &Path, key: &DatabaseKey, entropy: &dyn Entropy) -> Result<SqliteStore> {
        let mut conn = connection(path, key)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // An acknowledged push must outlive a power cut.
        conn.pragma_update(None, "synchronous", durable())?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "cache_size", -131_072)?;
        let level: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if level as usize > MIGRATIONS.len() {
            return Err(StoreError::Newer);
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (index, migration) in MIGRATIONS.iter().enumerate().skip(level as usize) {
            tx.execute_batch(migration)?;
            tx.pragma_update(None, "user_version", (index + 1) as i64)?;
        }
        if tx.query_row("SELECT count(*) FROM hub", [], |row| row.get::<_, u32>(0))? == 0 {
            let (id, epoch, secret) = super::new_identity(entropy);
            tx.execute(
                "INSERT INTO hub (only, id, epoch, secret) VALUES (1, ?1, ?2, ?3)",
                params![id, epoch, secret.as_slice()],
            )?;
        }
        tx.commit()?;
        let (id, secret): (Uuid, Vec<u8>) =
            conn.query_row("SELECT id, secret FROM hub", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let secret = <[u8; 32]>::try_from(secret).map_err(|_| StoreError::Key)?;
        let (path, key, readers) = (path.to_owned(), key.clone(), Mutex::default());
        Ok(SqliteStore { path, key, writer: Mutex::new(conn), readers, id, secret })
    }

    /// Copies everything to a file that is not there yet, encrypted with the same key.
    pub fn copy_to(&self, to: &str) -> Result<()> {
        self.lent()?.execute("VACUUM INTO ?1", [to])?;
        Ok(())
    }

    /// Reads every page, and counts.
    pub fn verified(&self) -> Result<Copied> {
        let conn = self.lent()?;
        let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if verdict != "ok" {
            return Err(StoreError::Key);
        }
        let count = |table: &str| -> Result<u64> {
            let rows: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
            Ok(rows.unsigned_abs())
        };
        Ok(Copied { clinics: count("tenants")?, commits: count("commits")?, rows: count("rows")? })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn readers(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection for reading.
    fn lent(&self) -> Result<Lent<'_>> {
        let idle = self.readers().pop();
        let conn = match idle {
            Some(conn) => conn,
            None => {
                let conn = connection(&self.path, &self.key)?;
                conn.pragma_update(None, "cache_size", -16_384)?;
                conn
            }
        };
        Ok(Lent { conn: Some(conn), store: self })
    }
}

/// Every commit waits for the disk.
fn durable() -> &'static str {
    if seeded(Bug::NormalOnHub) { "NORMAL" } else { "FULL" }
}

fn connection(path: &Path, key: &DatabaseKey) -> Result<Connection> {
    let conn = connection::open(path, key, OpenFlags::default())?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())).map_err(|_| StoreError::Key)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

impl Store for SqliteStore {
    fn id(&self) -> Uuid {
        self.id
    }

    fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    fn read(&self) -> Result<Box<dyn ReadTx + '_>> {
        // The writer's connection has its pages at hand; another one would have to decipher them again.
        match self.writer.try_lock() {
            Ok(conn) => Ok(Box::new(SqliteTx::begin(conn, "BEGIN DEFERRED")?)),
            Err(TryLockError::Poisoned(broken)) => {
                Ok(Box::new(SqliteTx::begin(broken.into_inner(), "BEGIN DEFERRED")?))
            }
            Err(TryLockError::WouldBlock) => self.snapshot(),
        }
    }

    fn snapshot(&self) -> Result<Box<dyn ReadTx + '_>> {
        Ok(Box::new(SqliteTx::begin(self.lent()?, "BEGIN DEFERRED")?))
    }

    fn write(&self) -> Result<Box<dyn WriteTx + '_>> {
        Ok(Box::new(SqliteTx::begin(self.writer(), "BEGIN IMMEDIATE")?))
    }

    fn note_seen(&self, tenant: Uuid, device: Uuid, pulled: i64, now: i64) -> Result<()> {
        let conn = self.writer();
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        let noted = conn
            .prepare_cached("UPDATE devices SET pulled = ?1, last_seen = ?2 WHERE tenant = ?3 AND id = ?4")
            .and_then(|mut statement| statement.execute(params![pulled, now, tenant, device]));
        conn.pragma_update(None, "synchronous", durable())?;
        noted?;
        Ok(())
    }

    fn note_last(&self, tenant: Uuid, origin: Origin, last: u64, now: i64) -> Result<()> {
        let conn = self.writer();
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        let noted = conn
            .prepare_cached("UPDATE devices SET life = ?1, last_seq = ?2, last_seen = ?3 WHERE tenant = ?4 AND id = ?5")
            .and_then(|mut statement| {
                statement.execute(params![origin.incarnation, last as i64, now, tenant, origin.device])
            });
        conn.pragma_update(None, "synchronous", "FULL")?;
        noted?;
        Ok(())
    }

    fn close(self: Box<Self>) -> Result<()> {
        for reader in self.readers.into_inner().unwrap_or_else(PoisonError::into_inner) {
            reader.close().map_err(|(_, error)| error)?;
        }
        let conn = self.writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        conn.close().map_err(|(_, error)| error.into())
    }
}

/// A connection for reading, given back at the end.
struct Lent<'a> {
    conn: Option<Connection>,
    store: &'a SqliteStore,
}

impl Deref for Lent<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.conn {
            Some(conn) => conn,
            None => unreachable!("it is given back by drop alone"),
        }
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut readers = self.store.readers();
        if readers.len() < READERS {
            readers.extend(self.conn.take());
        }
    }
}

/// A transaction; undone unless it is committed.
struct SqliteTx<C: Deref<Target = Connection>> {
    conn: C,
    epoch: Uuid,
}

impl<C: Deref<Target = Connection>> SqliteTx<C> {
    fn begin(conn: C, how: &str) -> Result<SqliteTx<C>> {
        let mut tx = SqliteTx { conn, epoch: Uuid::nil() };
        tx.conn.prepare_cached(how)?.execute([])?;
        // The first question, not BEGIN, fixes the state that the others are answered from.
        tx.epoch = tx.conn.prepare_cached("SELECT epoch FROM hub")?.query_row([], |row| row.get(0))?;
        Ok(tx)
    }
}

impl<C: Deref<Target = Connection>> Drop for SqliteTx<C> {
    fn drop(&mut self) {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be undone");
        }
    }
}
