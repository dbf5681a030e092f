//! The clinic's database on this PC: one encrypted SQLite file, one writer, several readers.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use uuid::Uuid;

use crate::clock::{self, Clock, Entropy};
use crate::error::{Code, Error, Result};
use crate::ids::{ClinicId, DeviceId, Instant, TenantId, UserId};
use crate::keys::DatabaseKey;
use crate::patients::search;
use crate::sync::Table;
use crate::sync::capture::{self, Capture};
use crate::sync::log::{self, Catalogue};

const MIGRATIONS: &[&str] =
    &[include_str!("../../migrations/device/0001_sync.sql"), include_str!("../../migrations/device/0002_clinic.sql")];

/// The level of the schema that this version writes; a database of a higher one is left alone.
pub const SCHEMA_LEVEL: usize = MIGRATIONS.len();

const READERS: usize = 3;

/// On whose behalf a write is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    User(UserId),
    /// The app itself: founding a clinic, making the demo.
    System,
}

impl Actor {
    pub fn user(self) -> Option<UserId> {
        match self {
            Actor::User(user) => Some(user),
            Actor::System => None,
        }
    }
}

/// What this PC is, once it belongs to a clinic.
#[derive(Debug, Clone)]
pub struct ThisDevice {
    pub id: DeviceId,
    pub tenant: TenantId,
    /// The site where the PC stands.
    pub clinic: Option<ClinicId>,
    pub name: String,
    pub lane: String,
    pub demo: bool,
}

type Listener = Box<dyn Fn(&[Table]) + Send + Sync>;

struct Writer {
    conn: Connection,
    capture: Capture,
    catalogue: Catalogue,
}

/// An open database. Cheap to share: wrap it in an [`Arc`].
pub struct Db {
    path: PathBuf,
    key: DatabaseKey,
    writer: Mutex<Writer>,
    readers: Mutex<Vec<Connection>>,
    device: RwLock<Option<ThisDevice>>,
    listener: RwLock<Option<Listener>>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// One open write: one user action, one transaction, one commit.
pub struct Tx<'a> {
    conn: &'a Connection,
    pub actor: Actor,
    pub now: Instant,
    pub device: ThisDevice,
    pub entropy: &'a dyn Entropy,
}

impl Deref for Tx<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.conn
    }
}

impl Tx<'_> {
    pub fn new_id(&self) -> Uuid {
        clock::new_id(self.now, self.entropy)
    }

    /// The same write, as if `user` had acted at `now`: for making a believable past.
    pub(crate) fn as_if(&self, user: UserId, now: Instant) -> Tx<'_> {
        Tx { conn: self.conn, actor: Actor::User(user), now, device: self.device.clone(), entropy: self.entropy }
    }

    /// Who acts; an action that only a person can take fails for the system.
    pub fn user(&self) -> Result<UserId> {
        self.actor.user().ok_or_else(|| Code::NotSignedIn.into())
    }
}

impl Db {
    /// Opens the file, or makes it, and brings its schema up to date. Nothing is changed in a file
    /// that has a newer schema, another key or damage.
    pub fn open(path: &Path, key: &DatabaseKey, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Db> {
        let mut conn = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let level: usize =
            conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?.unsigned_abs() as usize;
        if level > SCHEMA_LEVEL {
            return Err(Code::DatabaseNewer.into());
        }
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // NORMAL would let a power cut take back commits that the hub has already seen.
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "cache_size", -65_536)?;
        conn.set_prepared_statement_cache_capacity(256);
        let capture = Capture::default();
        capture.register(&conn)?;
        search::register(&conn)?;
        migrate(&mut conn, level)?;
        let device = this_device(&conn)?;
        let catalogue = Catalogue::read(&conn)?;
        Ok(Db {
            path: path.to_owned(),
            key: key.clone(),
            writer: Mutex::new(Writer { conn, capture, catalogue }),
            readers: Mutex::default(),
            device: RwLock::new(device),
            listener: RwLock::default(),
            clock,
            entropy,
        })
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// This PC; an error while no clinic has been set up here.
    pub fn device(&self) -> Result<ThisDevice> {
        self.device
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| Error::Invariant("no clinic on this PC".into()))
    }

    /// Calls `listener` with the tables of every commit, whoever wrote it.
    pub fn on_change(&self, listener: impl Fn(&[Table]) + Send + Sync + 'static) {
        *self.listener.write().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(listener));
    }

    /// Tells the listener that tables have changed.
    pub fn announce(&self, tables: Vec<Table>) {
        if !tables.is_empty()
            && let Some(listener) = &*self.listener.read().unwrap_or_else(PoisonError::into_inner)
        {
            listener(&tables);
        }
    }

    /// Runs a query on a connection that cannot write.
    pub fn read<T>(&self, query: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let free = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match free {
            Some(conn) => conn,
            None => {
                let conn = connect(&self.path, &self.key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                conn.pragma_update(None, "query_only", true)?;
                conn.pragma_update(None, "cache_size", -32_768)?;
                conn.set_prepared_statement_cache_capacity(128);
                conn
            }
        };
        // One snapshot for the whole query, so that counts and rows agree.
        let snapshot = conn.transaction()?;
        let outcome = query(&snapshot);
        drop(snapshot);
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(conn);
        }
        outcome
    }

    /// Does one user action: everything that `action` writes becomes one transaction and one commit
    /// of the log, or nothing does.
    pub fn write<T>(&self, actor: Actor, name: &str, action: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        let device = self.device()?;
        let now = self.now();
        let mut writer = self.writer()?;
        let Writer { conn, capture, catalogue } = &mut *writer;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        capture.record();
        let tx = Tx { conn: &transaction, actor, now, device, entropy: &*self.entropy };
        let outcome = action(&tx);
        let touched = capture.close();
        let value = outcome?;
        let tables = log::record(&transaction, catalogue, touched, actor.user().map(|user| user.0), name, now)?;
        commit(transaction)?;
        drop(writer);
        self.announce(tables);
        Ok(value)
    }

    /// Changes tables that never leave this PC; a replicated one refuses.
    pub fn write_local<T>(&self, action: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut writer = self.writer()?;
        let transaction = writer.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = action(&transaction)?;
        commit(transaction)?;
        Ok(value)
    }

    /// As [`Db::transact`], for what costs nothing when a power cut takes it back: the disk is not
    /// waited for. The next durable write takes it along.
    pub(crate) fn transact_lightly<T>(
        &self,
        action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>,
    ) -> Result<T> {
        self.in_transaction("NORMAL", action)
    }

    /// For the sync engine: writes rows whose commits are in the log already.
    pub(crate) fn transact<T>(&self, action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>) -> Result<T> {
        self.in_transaction("FULL", action)
    }

    fn in_transaction<T>(
        &self,
        durability: &str,
        action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>,
    ) -> Result<T> {
        let now = self.now();
        let mut writer = self.writer()?;
        let Writer { conn, capture, catalogue } = &mut *writer;
        conn.pragma_update(None, "synchronous", durability)?;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        capture.apply();
        let outcome = action(&transaction, catalogue, now);
        capture.close();
        let value = outcome?;
        commit(transaction)?;
        Ok(value)
    }

    /// Makes this PC a member of a clinic.
    pub fn enrol_as(&self, device: ThisDevice, secret_key: &[u8; 32]) -> Result<()> {
        self.write_local(|conn| {
            conn.execute(
                "INSERT INTO this_device (only, device_id, incarnation, tenant_id, clinic_id, name, lane, demo, secret_key, seq, head_hash, hlc)
                 VALUES (1, ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, 0)",
                rusqlite::params![
                    device.id,
                    device.tenant,
                    device.clinic,
                    device.name,
                    device.lane,
                    device.demo,
                    secret_key.as_slice(),
                    crate::sync::commit::GENESIS.as_slice()
                ],
            )?;
            Ok(())
        })?;
        self.reload_device()
    }

    /// Reads this PC's entry again after it was changed.
    pub fn reload_device(&self) -> Result<()> {
        let device = this_device(&self.writer()?.conn)?;
        *self.device.write().unwrap_or_else(PoisonError::into_inner) = device;
        Ok(())
    }

    /// Moves everything from the write-ahead log into the file and lets go of it.
    pub fn close(self) -> Result<()> {
        let Db { writer, readers, .. } = self;
        drop(readers);
        let writer = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        writer.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        writer.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        writer.conn.close().map_err(|(_, error)| error.into())
    }

    /// The writer, waiting for the disk at every commit whatever the one before did.
    fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        // A panic inside a write rolled its transaction back; the connection itself is sound.
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.capture.close();
        writer.conn.pragma_update(None, "synchronous", "FULL")?;
        Ok(writer)
    }
}

fn commit(transaction: Transaction) -> Result<()> {
    transaction.commit().map_err(Error::from)
}

/// Opens a connection with the key; tells another key and damage from each other by the error of
/// the caller's key check, which comes first.
fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection> {
    let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    // A file that turns out to be damaged must not be written to by closing it again.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.pragma_update(None, "key", key.pragma())?;
    // Sorting and triggers must not spill patients' data into plain temporary files.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // Otherwise REPLACE would delete a row without the triggers that forbid it.
    conn.pragma_update(None, "recursive_triggers", true)?;
    Ok(conn)
}

fn migrate(conn: &mut Connection, level: usize) -> Result<()> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(level) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", (index + 1) as i64)?;
    }
    let wanted = capture::triggers(&transaction)?;
    let current = blake3::hash(wanted.as_bytes()).to_hex().to_string();
    let made: Option<String> =
        transaction.query_row("SELECT fingerprint FROM captures", [], |row| row.get(0)).optional()?;
    if made.as_deref() != Some(current.as_str()) {
        drop_captures(&transaction)?;
        transaction.execute_batch(&wanted)?;
        transaction.execute("DELETE FROM captures", [])?;
        transaction.execute("INSERT INTO captures (fingerprint) VALUES (?1)", [&current])?;
    }
    commit(transaction)
}

fn drop_captures(conn: &Connection) -> Result<()> {
    let mut statement =
        conn.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'capture\\_%' ESCAPE '\\'")?;
    let old: Vec<String> = statement.query_map([], |row| row.get("name"))?.collect::<rusqlite::Result<_>>()?;
    old.iter().try_for_each(|name| Ok(conn.execute_batch(&format!("DROP TRIGGER {name}"))?))
}

fn this_device(conn: &Connection) -> Result<Option<ThisDevice>> {
    let found = conn
        .query_row(
            "SELECT device_id, tenant_id, clinic_id, name, lane, demo FROM this_device WHERE only = 1",
            [],
            |row| {
                Ok(ThisDevice {
                    id: row.get("device_id")?,
                    tenant: row.get("tenant_id")?,
                    clinic: row.get("clinic_id")?,
                    name: row.get("name")?,
                    lane: row.get("lane")?,
                    demo: row.get("demo")?,
                })
            },
        )
        .optional()?;
    Ok(found)
}

/// The columns of a table, in the order of the schema.
pub fn columns(conn: &Connection, table: &str) -> Result<Vec<String>> {
    let mut statement = conn.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let names = statement.query_map([table], |row| row.get("name"))?.collect::<rusqlite::Result<_>>()?;
    Ok(names)
}
