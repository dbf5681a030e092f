//! The clinic's database on this PC: one encrypted SQLite file, one writer, several readers.

use std::cell::RefCell;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use uuid::Uuid;

use crate::checkpoints::{self, Checkpoints};
use crate::clock::{self, Clock, Entropy};
use crate::connection;
use crate::error::{Code, Error, Result};
use crate::ids::{ClinicId, DeviceId, Instant, TenantId, UserId};
use crate::keys::DatabaseKey;
use crate::patients::search;
use crate::seeded::{Bug, seeded};
use crate::sync::Table;
use crate::sync::capture::{self, Capture};
use crate::sync::engine;
use crate::sync::leaving;
use crate::sync::log::{self, Catalogue};
use crate::sync::newer;
use crate::tenancy::Room;

/// What brings a file from each level of the schema to the next.
pub const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/device/0001_sync.sql"),
    include_str!("../../migrations/device/0002_clinic.sql"),
    include_str!("../../migrations/device/0003_log.sql"),
    include_str!("../../migrations/device/0004_people.sql"),
    include_str!("../../migrations/device/0005_patients.sql"),
    include_str!("../../migrations/device/0006_scheduling.sql"),
    include_str!("../../migrations/device/0007_care_and_billing.sql"),
    include_str!("../../migrations/device/0008_files_and_messages.sql"),
    include_str!("../../migrations/device/0009_decisions.sql"),
    include_str!("../../migrations/device/0010_pin.sql"),
    include_str!("../../migrations/device/0011_repairs.sql"),
    include_str!("../../migrations/device/0012_sync_runs.sql"),
    include_str!("../../migrations/device/0013_series.sql"),
    include_str!("../../migrations/device/0014_hours.sql"),
    include_str!("../../migrations/device/0015_snapshot.sql"),
    include_str!("../../migrations/device/0016_keys.sql"),
    include_str!("../../migrations/device/0017_desk.sql"),
    include_str!("../../migrations/device/0018_receipt_prints.sql"),
];

/// The level of the schema that this version writes; a database of a higher one is left alone.
pub const SCHEMA_LEVEL: usize = MIGRATIONS.len();

/// Since this level a file keeps what newer versions write.
const FIRST_WITH_NEWER: usize = 3;

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
    /// Whether the last transaction was one without references.
    loose: bool,
    /// What the connection has been told to wait for.
    durability: &'static str,
}

impl Writer {
    /// Says what a commit waits for; asked before every write, and mostly so already.
    fn wait_for_disk(&mut self, durability: &'static str) -> Result<()> {
        if self.durability != durability {
            self.conn.pragma_update(None, "synchronous", durability)?;
            self.durability = durability;
        }
        Ok(())
    }
}

/// An open database. Cheap to share: wrap it in an [`Arc`].
pub struct Db {
    path: PathBuf,
    key: DatabaseKey,
    writer: Mutex<Writer>,
    /// Whoever is next at the writer holds this: long work in small batches lets the others in between.
    next: Mutex<()>,
    readers: Mutex<Vec<Connection>>,
    /// None where the log is moved by [`Db::checkpoint`] alone.
    checkpoints: Option<Checkpoints>,
    device: RwLock<Option<ThisDevice>>,
    listener: RwLock<Option<Listener>>,
    booking_room: Mutex<Option<Room>>,
    /// The PC was taken out of its clinic and takes no new work.
    handing_over: AtomicBool,
    /// The most commits that a sync sends in one page.
    pub page_commits: usize,
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
    /// Field groups that this write decides: it has seen every version of them.
    decided: RefCell<Vec<Decision>>,
    booking_room: &'a Mutex<Option<Room>>,
}

/// A field group of a row about which a person has decided.
pub type Decision = (Table, Uuid, String);

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

    /// How many more appointments there is room for, as this PC has last counted.
    pub(crate) fn booking_room(&self) -> MutexGuard<'_, Option<Room>> {
        self.booking_room.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks a field group as decided by a person: the write of it names every version as seen, even if
    /// what shows stays the same.
    pub(crate) fn decide(&self, table: Table, row: Uuid, group: &str) {
        self.decided.borrow_mut().push((table, row, group.to_owned()));
    }

    /// The same write, as if `user` had acted at `now`: for making a believable past.
    pub(crate) fn as_if(&self, user: UserId, now: Instant) -> Tx<'_> {
        Tx {
            conn: self.conn,
            actor: Actor::User(user),
            now,
            device: self.device.clone(),
            entropy: self.entropy,
            decided: RefCell::default(),
            booking_room: self.booking_room,
        }
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
        let mut db = Db::open_at(path, key, clock, entropy, SCHEMA_LEVEL)?;
        db.checkpoints = Some(Checkpoints::begin(path.to_owned(), key.clone())?);
        Ok(db)
    }

    /// As [`Db::open`], but brings the schema to `wanted` only: a PC that was not updated yet, for
    /// the tests of versions beside each other. The clinic's functions need the newest level. Has no
    /// thread of its own: a simulation decides when the log is moved into the file.
    pub fn open_at(
        path: &Path,
        key: &DatabaseKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        wanted: usize,
    ) -> Result<Db> {
        Db::open_by(path, key, clock, entropy, &MIGRATIONS[..wanted])
    }

    /// As [`Db::open_at`], by the migrations of another version: those of this one and more make a PC
    /// that was updated before the others.
    pub fn open_by(
        path: &Path,
        key: &DatabaseKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        migrations: &[&str],
    ) -> Result<Db> {
        let mut conn = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let level: usize =
            conn.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?.unsigned_abs() as usize;
        if level > SCHEMA_LEVEL.max(migrations.len()) {
            return Err(Code::DatabaseNewer.into());
        }
        conn.pragma_update(None, "journal_mode", "WAL")?;
        // NORMAL would let a power cut take back commits that the hub has already seen.
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "cache_size", -65_536)?;
        conn.pragma_update(None, "wal_autocheckpoint", checkpoints::WRITERS_OWN)?;
        conn.set_prepared_statement_cache_capacity(256);
        let capture = Capture::default();
        capture.register(&conn)?;
        search::register(&conn)?;
        migrate(&mut conn, &capture, migrations, level, clock.now())?;
        let device = this_device(&conn)?;
        let handing_over = AtomicBool::new(leaving::taken_out(&conn)?.is_some());
        let catalogue = Catalogue::read(&conn)?;
        Ok(Db {
            path: path.to_owned(),
            key: key.clone(),
            writer: Mutex::new(Writer { conn, capture, catalogue, loose: false, durability: "FULL" }),
            next: Mutex::default(),
            readers: Mutex::default(),
            checkpoints: None,
            device: RwLock::new(device),
            listener: RwLock::default(),
            booking_room: Mutex::default(),
            handing_over,
            page_commits: engine::PAGE_COMMITS,
            clock,
            entropy,
        })
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) fn key(&self) -> &DatabaseKey {
        &self.key
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
        let Writer { conn, capture, catalogue, .. } = &mut *writer;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        capture.record();
        let decided = RefCell::default();
        let (entropy, booking_room) = (&*self.entropy, &self.booking_room);
        let tx = Tx { conn: &transaction, actor, now, device, entropy, decided, booking_room };
        let outcome = action(&tx);
        let touched = capture.close();
        let value = outcome?;
        if self.handing_over.load(Ordering::Relaxed) && !leaving::only_reading(&touched) {
            return Err(Code::DeviceDrained.into());
        }
        let action =
            log::Action { touched, decided: tx.decided.take(), user: actor.user().map(|user| user.0), name, now };
        let transaction = match seeded(Bug::LogOutsideTransaction) {
            true => {
                transaction.commit()?;
                conn.transaction_with_behavior(TransactionBehavior::Immediate)?
            }
            false => transaction,
        };
        let tables = log::record(&transaction, catalogue, action)?;
        self.commit(transaction)?;
        drop(writer);
        self.announce(tables);
        Ok(value)
    }

    /// Does an action as [`Db::write`] would and takes it back: the answer is what would be, nothing is
    /// written, and the log knows of nothing. For what a form would do, said before it is sent.
    pub fn rehearse<T>(&self, actor: Actor, action: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        let device = self.device()?;
        let now = self.now();
        let mut writer = self.writer()?;
        let Writer { conn, capture, .. } = &mut *writer;
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        capture.record();
        let (entropy, booking_room) = (&*self.entropy, &self.booking_room);
        let decided = RefCell::default();
        let tx = Tx { conn: &transaction, actor, now, device, entropy, decided, booking_room };
        let outcome = action(&tx);
        capture.close();
        drop(tx);
        transaction.rollback()?;
        outcome
    }

    /// Changes tables that never leave this PC; a replicated one refuses.
    pub fn write_local<T>(&self, action: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut writer = self.writer()?;
        let transaction = writer.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = action(&transaction)?;
        self.commit(transaction)?;
        Ok(value)
    }

    /// As [`Db::transact`], for what costs nothing when a power cut takes it back: the disk is not
    /// waited for. The next durable write takes it along.
    pub(crate) fn transact_lightly<T>(
        &self,
        action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>,
    ) -> Result<T> {
        self.in_transaction("NORMAL", true, action)
    }

    /// For the sync engine: writes rows whose commits are in the log already.
    pub(crate) fn transact<T>(&self, action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>) -> Result<T> {
        self.in_transaction("FULL", true, action)
    }

    /// As [`Db::transact_lightly`], for rows that may arrive before those that they refer to: references
    /// are not asked. What comes with a snapshot is what the hub has, and the proof looks at all of it.
    pub(crate) fn transact_apart<T>(
        &self,
        action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>,
    ) -> Result<T> {
        self.in_transaction("NORMAL", false, action)
    }

    /// Asks something of the catalogue and the writer's connection.
    pub(crate) fn catalogued<T>(&self, question: impl FnOnce(&Connection, &Catalogue) -> Result<T>) -> Result<T> {
        let writer = self.writer()?;
        question(&writer.conn, &writer.catalogue)
    }

    fn in_transaction<T>(
        &self,
        durability: &'static str,
        references: bool,
        action: impl FnOnce(&Connection, &Catalogue, Instant) -> Result<T>,
    ) -> Result<T> {
        let now = self.now();
        let mut writer = self.writer()?;
        writer.wait_for_disk(durability)?;
        let Writer { conn, capture, catalogue, loose, .. } = &mut *writer;
        if !references {
            // Only outside a transaction; the next one finds them on again.
            *loose = true;
            conn.pragma_update(None, "foreign_keys", false)?;
        }
        let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        capture.apply();
        let outcome = action(&transaction, catalogue, now);
        capture.close();
        let value = outcome?;
        self.commit(transaction)?;
        Ok(value)
    }

    /// Makes this PC a member of a clinic.
    pub fn enrol_as(&self, device: ThisDevice, secret_key: &[u8; 32]) -> Result<()> {
        self.write_local(|conn| insert_this_device(conn, &device, secret_key))?;
        self.reload_device()
    }

    /// Reads this PC's entry again after it was changed.
    pub fn reload_device(&self) -> Result<()> {
        let writer = self.writer()?;
        let device = this_device(&writer.conn)?;
        self.handing_over.store(leaving::taken_out(&writer.conn)?.is_some(), Ordering::Relaxed);
        drop(writer);
        *self.device.write().unwrap_or_else(PoisonError::into_inner) = device;
        Ok(())
    }

    /// Moves what is in the write-ahead log into the file, as far as readers allow.
    ///
    /// # Errors
    /// Those of the disk; nothing is lost by them.
    pub fn checkpoint(&self) -> Result<()> {
        let mut writer = self.writer()?;
        if seeded(Bug::CheckpointUnsynced) {
            writer.wait_for_disk("OFF")?;
        }
        checkpoints::checkpoint(&writer.conn)
    }

    /// Moves everything from the write-ahead log into the file and lets go of it.
    pub fn close(self) -> Result<()> {
        let Db { writer, readers, checkpoints, .. } = self;
        drop(readers);
        drop(checkpoints);
        let writer = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        writer.conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
        writer.conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        writer.conn.close().map_err(|(_, error)| error.into())
    }

    fn commit(&self, transaction: Transaction) -> Result<()> {
        match transaction.commit() {
            Err(error) if seeded(Bug::FullDiskSwallowed) && disk_full(&error) => {}
            committed => committed?,
        }
        if let Some(checkpoints) = &self.checkpoints {
            checkpoints.wrote();
        }
        Ok(())
    }

    /// The writer, waiting for the disk at every commit whatever the one before did.
    fn writer(&self) -> Result<MutexGuard<'_, Writer>> {
        // A panic inside a write rolled its transaction back; the connection itself is sound.
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        drop(next);
        writer.capture.close();
        writer.wait_for_disk(if seeded(Bug::NormalOnPc) { "NORMAL" } else { "FULL" })?;
        if std::mem::take(&mut writer.loose) {
            writer.conn.pragma_update(None, "foreign_keys", true)?;
        }
        Ok(writer)
    }
}

fn disk_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
}

/// Opens a connection with the key; tells another key and damage from each other by the error of
/// the caller's key check, which comes first.
pub(crate) fn connect(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> Result<Connection> {
    let conn = connection::open(path, key, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    // A file that turns out to be damaged must not be written to by closing it again.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // Otherwise REPLACE would delete a row without the triggers that forbid it.
    conn.pragma_update(None, "recursive_triggers", true)?;
    Ok(conn)
}

fn migrate(conn: &mut Connection, capture: &Capture, migrations: &[&str], level: usize, now: Instant) -> Result<()> {
    let missing = migrations.iter().enumerate().skip(level);
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    let updated = level >= FIRST_WITH_NEWER && level < migrations.len();
    let before = updated.then(|| Catalogue::read(&transaction)).transpose()?;
    if level > 0 && level < migrations.len() {
        // The old triggers name the old columns, which a migration may take away.
        drop_captures(&transaction)?;
        transaction.execute("DELETE FROM captures", [])?;
    }
    for (index, migration) in missing {
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
    if let Some(before) = before {
        capture.apply();
        let integrated = newer::integrate(&transaction, &before, &Catalogue::read(&transaction)?, now);
        capture.close();
        integrated?;
    }
    Ok(transaction.commit()?)
}

/// A database in memory with this version's tables and nothing in them: to ask what the schema says.
pub fn bare_schema() -> Result<Connection> {
    let conn = connection::in_memory()?;
    search::register(&conn)?;
    MIGRATIONS.iter().try_for_each(|migration| conn.execute_batch(migration))?;
    Ok(conn)
}

fn drop_captures(conn: &Connection) -> Result<()> {
    let mut statement =
        conn.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'capture\\_%' ESCAPE '\\'")?;
    let old: Vec<String> = statement.query_map([], |row| row.get("name"))?.collect::<rusqlite::Result<_>>()?;
    old.iter().try_for_each(|name| Ok(conn.execute_batch(&format!("DROP TRIGGER {name}"))?))
}

/// Begins this PC's log in an empty database.
pub(crate) fn insert_this_device(conn: &Connection, device: &ThisDevice, secret_key: &[u8; 32]) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{SystemClock, SystemEntropy};

    /// A file as the first released schema left it, with a provider and the old capture triggers.
    fn of_level_two(path: &Path, key: &DatabaseKey) {
        let conn =
            connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE).expect("opens");
        Capture::default().register(&conn).expect("functions");
        search::register(&conn).expect("functions");
        MIGRATIONS[..2].iter().for_each(|migration| conn.execute_batch(migration).expect("migrates"));
        conn.execute_batch(
            "PRAGMA user_version = 2;
             INSERT INTO tenants (id, tenant_id, name, slug, country, currency, created_at, updated_at)
             VALUES (x'01', x'01', 'Kadamba', 'kadamba', 'IN', 'INR', 1, 1);
             INSERT INTO clinics (id, tenant_id, name, address, latitude, longitude, phone, timezone, created_at, updated_at)
             VALUES (x'02', x'01', 'Kothrud', '1 Neem Lane', 18.5, 73.8, '+915550120400', 'Asia/Kolkata', 1, 1);
             INSERT INTO providers (id, tenant_id, display_name, registration_number, specialization, created_at, updated_at)
             VALUES (x'03', x'01', 'Dr Farah Siddiqui', 'MMC-1', 'Skin', 1, 1);
             INSERT INTO captures (fingerprint) VALUES ('old');
             CREATE TRIGGER capture_providers_update AFTER UPDATE ON providers BEGIN SELECT neem_updated(5, NEW.id, OLD.languages); END;",
        )
        .expect("an old file");
    }

    #[test]
    fn an_older_file_is_brought_up_with_what_is_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, key) = (folder.path().join("neem.db"), DatabaseKey::random(&SystemEntropy));
        of_level_two(&path, &key);
        let db = Db::open(&path, &key, Arc::new(SystemClock), Arc::new(SystemEntropy)).expect("opens");
        let one = |sql: &str| db.read(|conn| Ok(conn.query_row(sql, [], |row| row.get::<_, i64>(0))?)).expect("reads");
        assert_eq!(one("SELECT count(*) FROM providers WHERE avatar_file_id IS NULL AND display_name LIKE 'Dr %'"), 1);
        assert_eq!(one("SELECT count(*) FROM provider_search WHERE provider_search MATCH 'skin'"), 1);
        assert_eq!(one("SELECT count(*) FROM clinic_places WHERE min_latitude < 19 AND max_longitude > 73"), 1);
        assert_eq!(one("SELECT user_version FROM pragma_user_version"), SCHEMA_LEVEL as i64);
        assert_eq!(one("SELECT count(*) FROM pragma_table_info('providers') WHERE name = 'languages'"), 0);
    }
}
