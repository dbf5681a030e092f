//! One PC: the real core on a real file, with a clock, randomness, a disk and a line of its own.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use neem_core::connection;
use neem_core::db::MIGRATIONS;
use neem_core::keys::DatabaseKey;
use neem_core::sync::client::HubClient;
use neem_core::sync::commit::Body;
use neem_core::sync::engine::{self, SyncReport};
use neem_core::{Actor, Db, Result, tenancy};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use uuid::Uuid;

use crate::disk::{self, Fault};
use crate::line::Line;
use crate::time::{Going, Seeded, SimClock};

pub const FILE: &str = "neem.db";

type Syncing = Pin<Box<dyn Future<Output = Result<SyncReport>>>>;

/// What the next version might add to the schema: columns of tables that this one replicates.
const NEXT: &str =
    "ALTER TABLE patients ADD COLUMN next_note TEXT; ALTER TABLE appointments ADD COLUMN next_place TEXT;";

/// What a PC's disk holds for certain: the number of each write that was confirmed to a person.
pub type Held = std::collections::BTreeSet<u32>;

pub struct Pc {
    pub name: String,
    pub device: Uuid,
    pub folder: PathBuf,
    key: DatabaseKey,
    pub clock: Arc<SimClock>,
    pub going: Going,
    entropy: Arc<Seeded>,
    open: Option<Open>,
    syncing: Option<Syncing>,
    /// How often the disk had refused when the last sync began.
    refused_before_sync: u64,
    pub line: Line,
    pub held: Held,
    /// A copy of the disk as it once was.
    pub copy: Option<(PathBuf, Held)>,
    pub revoked: bool,
    /// Whether it has been updated to the version that comes after this one.
    pub updated: bool,
    /// The most commits in a page.
    pub page: usize,
}

struct Open {
    db: Arc<Db>,
    client: Rc<HubClient<Line>>,
}

/// A PC's lasting parts.
#[derive(Clone)]
pub struct Seat {
    pub folder: PathBuf,
    pub key: DatabaseKey,
}

impl Pc {
    /// The PC whose database lies in a folder, switched off.
    pub fn of(seat: &Seat, line: Line, entropy: u64) -> Pc {
        Pc {
            name: line.pc.clone(),
            device: Uuid::nil(),
            folder: seat.folder.clone(),
            key: seat.key.clone(),
            clock: Arc::default(),
            going: Going::Right(0),
            entropy: Arc::new(Seeded::new(entropy)),
            open: None,
            syncing: None,
            refused_before_sync: 0,
            line,
            held: Held::new(),
            copy: None,
            revoked: false,
            updated: false,
            page: usize::MAX,
        }
    }

    /// Opens the file without anything that belongs to a clinic.
    pub fn open_alone(&self) -> Result<Db> {
        let (clock, entropy) = (self.clock.clone(), self.entropy.clone());
        let later: &[&str] = if self.updated { &[NEXT] } else { &[] };
        Db::open_by(&self.folder.join(FILE), &self.key, clock, entropy, &[MIGRATIONS, later].concat())
    }

    pub fn start(&mut self) -> Result<()> {
        let mut db = self.open_alone()?;
        db.page_commits = db.page_commits.min(self.page);
        let db = Arc::new(db);
        let (device, key) = db.read(engine::credentials)?;
        self.device = device;
        let client = Rc::new(HubClient::over(self.line.clone(), device, key, "sim"));
        self.open = Some(Open { db, client });
        Ok(())
    }

    /// Whether the clinic knows it: one that was just enrolled has to fetch everything first.
    pub fn introduced(&self) -> bool {
        let known = |conn: &Connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM devices JOIN this_device ON id = device_id)";
            Ok(conn.query_row(sql, [], |row| row.get(0))?)
        };
        self.db().is_some_and(|db| db.read(known).unwrap_or(false))
    }

    /// What the app does after the first sync of a PC that was enrolled.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn introduce(&self) -> Result<()> {
        match self.db().filter(|_| !self.introduced()) {
            Some(db) => db.write(Actor::System, "join_clinic", tenancy::introduce_device),
            None => Ok(()),
        }
    }

    pub fn db(&self) -> Option<&Arc<Db>> {
        self.open.as_ref().map(|open| &open.db)
    }

    pub fn seat(&self) -> Seat {
        Seat { folder: self.folder.clone(), key: self.key.clone() }
    }

    pub fn is_syncing(&self) -> bool {
        self.syncing.is_some()
    }

    pub fn begin_sync(&mut self) {
        let Some(Open { db, client }) = &self.open else { return };
        let (db, client) = (db.clone(), client.clone());
        self.refused_before_sync = disk::machine(&self.folder).refused.get();
        self.syncing = Some(Box::pin(async move { engine::sync(&db, &*client, &|_| {}).await }));
    }

    /// Whether the disk is sound and has been since the last sync began: one that was full in between can
    /// have room again by the time the sync ends with what it met.
    pub fn disk_was_sound(&self) -> bool {
        let machine = disk::machine(&self.folder);
        machine.refusals.get() == 0 && machine.refused.get() == self.refused_before_sync
    }

    /// Lets a running sync go on until it next waits for the line; its outcome when it ends.
    pub fn go_on(&mut self) -> Option<Result<SyncReport>> {
        let running = self.syncing.as_mut()?;
        match running.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => None,
            Poll::Ready(outcome) => {
                self.syncing = None;
                Some(outcome)
            }
        }
    }

    /// One sync from beginning to end.
    pub fn sync(&mut self) -> Option<Result<SyncReport>> {
        self.begin_sync();
        (0..100_000).find_map(|_| self.go_on())
    }

    /// The program stops in the middle of whatever it does and the power fails.
    pub fn crash(&mut self, kept: impl FnMut() -> bool) -> std::io::Result<()> {
        disk::machine(&self.folder).set(Fault::DeadAfter(0));
        self.stop();
        disk::power_cut(&self.folder, kept)
    }

    /// The program is closed; nothing of its last transaction is lost.
    pub fn stop(&mut self) {
        self.syncing = None;
        self.open = None;
    }

    /// Keeps a copy of the disk as it is now.
    pub fn back_up(&mut self, to: &Path) -> std::io::Result<()> {
        disk::copy(&self.folder, to, FILE)?;
        self.copy = Some((to.to_owned(), self.held.clone()));
        Ok(())
    }

    /// The disk is replaced by the copy.
    pub fn restore(&mut self) -> std::io::Result<()> {
        let Some((folder, held)) = self.copy.clone() else { return Ok(()) };
        self.stop();
        disk::copy(&folder, &self.folder, FILE)?;
        self.held = held;
        Ok(())
    }
}

/// Changes a PC's file with another program, which knows the key and minds no trigger; the PC must be
/// switched off.
///
/// # Errors
/// Those of the file.
pub fn tamper(seat: &Seat, change: &str) -> rusqlite::Result<()> {
    let conn = connection::open(&seat.folder.join(FILE), &seat.key, OpenFlags::default())?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Without the triggers of this connection, and with them again for everybody else.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.execute_batch(change)
}

/// The writes of the simulation in a PC's log, by number, with how often each is there and its place.
pub fn logged(conn: &Connection) -> Result<BTreeMap<u32, Vec<i64>>> {
    let mut statement = conn.prepare_cached("SELECT id, body FROM commits ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut found: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let body = Body::decode(row.get_ref("body")?.as_blob().unwrap_or_default())?;
        if let Some(number) = number_of(&body.action) {
            found.entry(number).or_default().push(row.get("id")?);
        }
    }
    Ok(found)
}

/// Every write of the simulation has a name of its own, by which it is known wherever it goes.
pub fn action(number: u32) -> String {
    format!("sim {number}")
}

pub fn number_of(action: &str) -> Option<u32> {
    action.strip_prefix("sim ")?.parse().ok()
}
