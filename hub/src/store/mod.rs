//! What the hub asks of its database: one trait, kept by a SQLite file or by PostgreSQL. All SQL of the
//! hub stands behind it.
//!
//! Every question takes many rows at once, so that a database on another machine is asked a few times
//! for each push and not once for each row.

pub mod postgres;
pub mod sqlite;

use std::sync::Arc;

use neem_core::clock::Entropy;
use neem_core::sync::commit::Origin;
use neem_core::sync::devices::Standing;
use neem_core::sync::digest::{Delta, Digest};
use neem_core::sync::protocol::HubDevice;
use uuid::Uuid;

use crate::news::News;

pub use self::postgres::PostgresStore;
pub use sqlite::SqliteStore;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Core(#[from] neem_core::Error),
    #[error(transparent)]
    Postgres(::postgres::Error),
    /// The database cannot be reached, or not now.
    #[error("the database is away: {0}")]
    Away(String),
    /// Two transactions were in each other's way; this one was undone and may be tried again.
    #[error("in the way of another transaction: {0}")]
    Again(String),
    #[error("not the address of a database: {0}")]
    Address(String),
    #[error("the hub's database is from a newer version")]
    Newer,
    #[error("the hub's database cannot be opened with this key, or is damaged")]
    Key,
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// The database of a hub. Shared by all requests; several hubs may share one PostgreSQL.
pub trait Store: Send + Sync {
    /// Who the hub is: the same for all that share the database.
    fn id(&self) -> Uuid;

    /// Makes and checks tokens.
    fn secret(&self) -> &[u8; 32];

    /// Begins to read. All answers come from one state of the database, that of this moment. For short
    /// questions: on SQLite a push may have to wait for its end.
    fn read(&self) -> Result<Box<dyn ReadTx + '_>>;

    /// The same for reading that takes long; no push waits for it.
    fn snapshot(&self) -> Result<Box<dyn ReadTx + '_>>;

    /// Begins to write. Nothing of it stays unless it is committed.
    fn write(&self) -> Result<Box<dyn WriteTx + '_>>;

    /// Remembers how far a PC has fetched and when it was heard (milliseconds UTC). For show only, so
    /// the disk is not waited for.
    fn note_seen(&self, tenant: Uuid, device: Uuid, pulled: i64, now: i64) -> Result<()>;

    /// Remembers a PC's last commit by its own word, and when it was heard. For show only, as
    /// [`Store::note_seen`].
    fn note_last(&self, tenant: Uuid, origin: Origin, last: u64, now: i64) -> Result<()>;

    /// From now on, what other hubs on this database take in is told to `news`.
    fn attach(&self, _news: &Arc<News>) {}

    /// Tells the other hubs on this database that a push was committed.
    fn announce(&self, _epoch: Uuid, _tenant: Uuid, _hub_seq: i64) {}

    /// Brings everything to its place before the hub goes down.
    fn close(self: Box<Self>) -> Result<()>;
}

/// A PC's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Ed25519.
    pub public_key: Vec<u8>,
    /// The key that its last commit here was signed with: the one before, while the renewal is on its way.
    pub log_key: Vec<u8>,
    /// Milliseconds UTC; none while the PC is in.
    pub revoked_at: Option<i64>,
    /// The manager who took it out; none for whoever runs the hub.
    pub revoked_by: Option<Uuid>,
    pub standing: Standing,
    /// When it was told to shut its records.
    pub locked_at: Option<i64>,
    pub renewal_asked: bool,
}

/// A PC's entry in a clinic that takes it out.
#[derive(Debug, Clone, Copy)]
pub struct Leaving {
    pub standing: Standing,
    pub by: Option<Uuid>,
    /// Milliseconds UTC.
    pub at: i64,
}

/// A PC that is let in.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    pub device: Uuid,
    pub public_key: &'a [u8],
    pub name: &'a str,
    pub lane: &'a str,
    pub app_version: &'a str,
    /// Milliseconds UTC.
    pub enrolled_at: i64,
}

/// An enrolment code as it is kept: without the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// None for a PC that brings a clinic of its own.
    pub tenant: Option<Uuid>,
    /// The PC that it lets in again, if it is for one.
    pub device: Option<Uuid>,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

/// A commit as the hub keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCommit {
    pub hub_seq: i64,
    pub origin: Origin,
    pub seq: u64,
    pub hash: Vec<u8>,
    pub signature: Vec<u8>,
    /// As it holds: the hub may have moved it.
    pub hlc: i64,
    pub body: Vec<u8>,
}

/// A commit to be kept.
#[derive(Debug, Clone)]
pub struct NewCommit<'a> {
    pub hub_seq: i64,
    pub seq: u64,
    pub hash: [u8; 32],
    pub signature: &'a [u8],
    pub hlc: i64,
    pub body: &'a [u8],
}

/// A commit whose changes are set aside.
#[derive(Debug, Clone)]
pub struct NewQuarantined<'a> {
    pub seq: u64,
    pub hash: [u8; 32],
    pub reason: &'a str,
    pub body: &'a [u8],
}

/// One that was set aside before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarantined {
    pub origin: Origin,
    pub seq: u64,
    pub hash: Vec<u8>,
    pub reason: String,
    /// Milliseconds UTC.
    pub received_at: i64,
}

/// The last commit of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub origin: Origin,
    pub seq: u64,
    pub hash: Vec<u8>,
}

/// A row to be written: an encoded `RowState`.
#[derive(Debug, Clone)]
pub struct RowPut<'a> {
    pub table: &'a str,
    pub id: Uuid,
    pub state: Vec<u8>,
    /// Whether the row was not there before.
    pub new: bool,
}

/// The sum of a bucket's row hashes, see `neem_core::sync::digest`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketSum {
    pub table: String,
    pub bucket: u8,
    pub sum: u128,
    pub rows: i64,
}

/// Reading, from one state of the database.
pub trait ReadTx {
    /// Which life of the database gives its numbers: new after every restore.
    fn epoch(&self) -> Uuid;

    /// The clinics of this hub, oldest first.
    fn tenants(&mut self) -> Result<Vec<Uuid>>;

    /// The last number given in a clinic; 0 for one that is not here.
    fn head(&mut self, tenant: Uuid) -> Result<i64>;

    /// The clinic in which a PC is enrolled.
    fn tenant_of(&mut self, device: Uuid) -> Result<Option<Uuid>>;

    fn entry(&mut self, tenant: Uuid, device: Uuid) -> Result<Option<Entry>>;

    /// The lanes that the clinic's PCs have, in order.
    fn lanes(&mut self, tenant: Uuid) -> Result<Vec<String>>;

    /// Every PC, by lane, with how far it is behind; those that were taken out as well.
    fn devices(&mut self, tenant: Uuid) -> Result<Vec<HubDevice>>;

    fn code(&mut self, code_hash: &[u8]) -> Result<Option<CodeEntry>>;

    /// The last commit of an origin.
    fn origin_head(&mut self, tenant: Uuid, origin: Origin) -> Result<Option<(u64, [u8; 32])>>;

    /// The commits of an origin between two of its numbers, both included, in order.
    fn origin_commits(&mut self, tenant: Uuid, origin: Origin, from: u64, to: u64) -> Result<Vec<StoredCommit>>;

    /// The latest life of a PC that has written anything; 0 for none.
    fn incarnations(&mut self, tenant: Uuid, device: Uuid) -> Result<u32>;

    /// The last commit of every origin that the hub's number `up_to` or a smaller one was given to,
    /// ordered by origin.
    fn heads(&mut self, tenant: Uuid, up_to: i64) -> Result<Vec<Head>>;

    /// Commits behind a number of the hub, in its order: as many as `limit`, closed by the first that
    /// brings the bodies to `bytes`. Those of `except` are passed over. Also: whether there may be more.
    fn page(
        &mut self,
        tenant: Uuid,
        after: i64,
        except: Option<Origin>,
        limit: usize,
        bytes: usize,
    ) -> Result<(Vec<StoredCommit>, bool)>;

    /// The encoded states of these rows, in their order.
    fn rows(&mut self, tenant: Uuid, keys: &[(&str, Uuid)]) -> Result<Vec<Option<Vec<u8>>>>;

    /// The rows of a table behind an id, by id, with their encoded states.
    fn rows_after(
        &mut self,
        tenant: Uuid,
        table: &str,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<(Uuid, Vec<u8>)>>;

    /// The rows of one bucket of the digest (the last byte of their ids), by id.
    fn rows_in_bucket(&mut self, tenant: Uuid, table: &str, bucket: u8) -> Result<Vec<(Uuid, Vec<u8>)>>;

    /// The tables in which the clinic has rows, by name.
    fn tables(&mut self, tenant: Uuid) -> Result<Vec<String>>;

    /// The sums of these tables' buckets, by table and bucket; of all tables if none is named.
    fn bucket_sums(&mut self, tenant: Uuid, tables: &[&str]) -> Result<Vec<BucketSum>>;

    fn digest(&mut self, tenant: Uuid) -> Result<Digest>;

    /// What was set aside, ordered by origin and number.
    fn quarantined(&mut self, tenant: Uuid) -> Result<Vec<Quarantined>>;
}

/// Writing. Whoever gives numbers locks the tenant first: numbers are then in the order of the commits.
pub trait WriteTx: ReadTx {
    /// Holds the tenant for this transaction alone until its end; its last number, none if it is not here.
    fn lock(&mut self, tenant: Uuid) -> Result<Option<i64>>;

    /// Keeps commits of one origin; `received_at` in milliseconds UTC.
    fn insert_commits(
        &mut self,
        tenant: Uuid,
        origin: Origin,
        received_at: i64,
        commits: &[NewCommit<'_>],
    ) -> Result<()>;

    fn quarantine(
        &mut self,
        tenant: Uuid,
        origin: Origin,
        received_at: i64,
        commits: &[NewQuarantined<'_>],
    ) -> Result<()>;

    /// Writes rows, each at most once in a call.
    fn put_rows(&mut self, tenant: Uuid, rows: &[RowPut<'_>]) -> Result<()>;

    fn add_sums(&mut self, tenant: Uuid, delta: Delta) -> Result<()>;

    /// Sets the last number given.
    fn set_head(&mut self, tenant: Uuid, hub_seq: i64) -> Result<()>;

    /// A PC was heard, with the version of its app if it told.
    fn heard(&mut self, tenant: Uuid, device: Uuid, now: i64, app_version: Option<&str>) -> Result<()>;

    /// Whether the clinic is new here.
    fn add_tenant(&mut self, tenant: Uuid, now: i64) -> Result<bool>;

    /// Whether the PC was not enrolled yet, in any clinic.
    fn add_device(&mut self, tenant: Uuid, entry: &NewEntry<'_>) -> Result<bool>;

    /// Takes a PC out.
    fn take_out(&mut self, tenant: Uuid, device: Uuid, leaving: &Leaving) -> Result<()>;

    /// Shuts a PC out, on the word of whoever runs the hub.
    fn revoke(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()> {
        self.take_out(tenant, device, &Leaving { standing: Standing::Out, by: None, at: now })
    }

    /// Lets a PC in again.
    fn let_in(&mut self, tenant: Uuid, device: Uuid) -> Result<()>;

    /// A PC was told to shut its records.
    fn note_locked(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()>;

    /// A PC shall have a new key.
    fn ask_renewal(&mut self, tenant: Uuid, device: Uuid, now: i64) -> Result<()>;

    /// The key with which a PC signs in, and the one that its commits carry.
    fn set_keys(&mut self, tenant: Uuid, device: Uuid, public_key: &[u8], log_key: &[u8]) -> Result<()>;

    /// `device`: for one PC that was here before, and no other.
    fn add_code(&mut self, code_hash: &[u8], tenant: Option<Uuid>, device: Option<Uuid>, expires_at: i64)
    -> Result<()>;

    /// Uses a code up; false if somebody else has.
    fn use_code(&mut self, code_hash: &[u8], now: i64) -> Result<bool>;

    /// Forgets the codes that ran out before this moment.
    fn forget_codes(&mut self, before: i64) -> Result<()>;

    fn set_epoch(&mut self, epoch: Uuid) -> Result<()>;

    /// Ends it, and returns when it is safe on disk.
    fn commit(self: Box<Self>) -> Result<()>;
}

/// Where a PC stands, as it is kept: one that was taken out before there were two ways is out.
fn standing(revoked_at: Option<i64>, way_out: Option<String>) -> Standing {
    match (revoked_at, way_out.as_deref()) {
        (None, _) => Standing::In,
        (Some(_), Some("drain")) => Standing::Drained,
        (Some(_), _) => Standing::Out,
    }
}

/// The sums by table.
pub fn totals(sums: &[BucketSum]) -> Digest {
    let mut digest = Digest::default();
    for sum in sums {
        digest.add(&sum.table, sum.sum, sum.rows.unsigned_abs());
    }
    digest
}

/// A hub's id, its first epoch and its secret.
fn new_identity(entropy: &dyn Entropy) -> (Uuid, Uuid, [u8; 32]) {
    let mut secret = [0; 32];
    let identity = (random_id(entropy), random_id(entropy));
    entropy.fill(&mut secret);
    (identity.0, identity.1, secret)
}

/// A random id, for a hub or an epoch.
pub fn random_id(entropy: &dyn Entropy) -> Uuid {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
