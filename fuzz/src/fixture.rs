//! A small clinic, made once for each process: a hub, a PC that founded the clinic there, and another
//! PC whose key is known, so that commits of its can be signed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use neem_core::clock::{Clock, Entropy, Hlc};
use neem_core::db::ThisDevice;
use neem_core::ids::Instant;
use neem_core::keys::DatabaseKey;
use neem_core::sync::Table;
use neem_core::sync::commit::{self, Body as CommitBody, GENESIS, Inserts, Origin, SCHEMA, Sealed, SigningKey};
use neem_core::sync::digest::Delta;
use neem_core::sync::engine;
use neem_core::sync::log::TableInfo;
use neem_core::sync::protocol::*;
use neem_core::sync::value::Value;
use neem_core::{Db, demo};
use neem_hub::Hub;
use neem_hub::enrol::{self, For};
use neem_hub::store::Store;
use tempfile::TempDir;
use uuid::Uuid;

use super::line::Line;

/// 20 November 2026, 9:00 UTC: the same bytes must do the same in a year.
pub const NOW: Instant = Instant(1_795_165_200_000);
const ROOM_SECRET: [u8; 32] = [7; 32];

pub struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Instant {
        NOW
    }
}

/// Counts on: repeats with every start, never within one.
pub struct Counted(AtomicU64);

impl Counted {
    pub fn from(start: u64) -> Arc<Counted> {
        Arc::new(Counted(AtomicU64::new(start)))
    }
}

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            // splitmix64
            let mut x = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            part.copy_from_slice(&(x ^ (x >> 31)).to_le_bytes()[..part.len()]);
        }
    }
}

/// A row as a clinic has it, to make others like.
pub struct Sample {
    pub table: &'static str,
    pub columns: Vec<String>,
    pub groups: Vec<String>,
    pub id: Uuid,
    pub values: Vec<Value>,
}

pub struct Template {
    pub tenant: Uuid,
    pub desk: Origin,
    pub room: Origin,
    pub hub_seq: i64,
    pub epoch: Uuid,
    /// A row of every table that has one, and its columns alone of every other.
    pub samples: Vec<Sample>,
    pub desk_token: String,
    pub room_token: String,
    key: DatabaseKey,
    desk_file: Vec<u8>,
    hub_file: Vec<u8>,
}

pub static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::make);

static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_time().max_blocking_threads(2).build().expect("a runtime")
});

pub fn wait<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.block_on(future)
}

/// A folder that costs no disk: nothing here is about what survives a power cut.
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

pub fn open_db(folder: &TempDir, key: &DatabaseKey, start: u64) -> Db {
    Db::open(&folder.path().join("neem.db"), key, Arc::new(Stopped), Counted::from(start)).expect("opens")
}

pub fn open_hub(folder: &TempDir, key: &DatabaseKey, start: u64) -> Arc<Hub> {
    let entropy = Counted::from(start);
    let store = Store::open(&folder.path().join("hub.db"), key, &*entropy).expect("the hub opens");
    Arc::new(Hub::new(store, Arc::new(Stopped), entropy))
}

pub fn room_key() -> SigningKey {
    SigningKey::from_bytes(&ROOM_SECRET)
}

/// Lets a PC into a clinic of the hub, as over the network; returns what the hub says and its token.
pub fn enrol(hub: &Arc<Hub>, purpose: For, device: Uuid, key: &SigningKey, tenant: Option<Uuid>) -> (EnrolReply, Line) {
    let code = enrol::new_code(hub, purpose).expect("a code").code;
    let line = Line { hub: hub.clone(), token: String::new() };
    let request = EnrolRequest {
        protocol: PROTOCOL,
        code,
        device,
        public_key: key.verifying_key().to_bytes().to_vec(),
        name: "Room 2".into(),
        tenant,
        lane: None,
        app_version: "fuzz".into(),
    };
    let reply = wait(line.call("/v1/enrol", &request)).expect("enrols");
    let challenge: Challenge = wait(line.call("/v1/challenge", &())).expect("a challenge");
    let signature = ed25519(key, challenge.challenge.as_bytes());
    let request = TokenRequest { device, challenge: challenge.challenge, signature, app_version: "fuzz".into() };
    let token: Token = wait(line.call("/v1/token", &request)).expect("a token");
    (reply, Line { token: token.token, ..line })
}

fn ed25519(key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    use ed25519_dalek::Signer;
    key.sign(bytes).to_bytes().to_vec()
}

/// The next commit of an origin, signed, and its hash.
pub fn sealed(origin: Origin, seq: u64, previous: &[u8; 32], body: &CommitBody) -> Option<(Sealed<'static>, [u8; 32])> {
    let bytes = body.encode().ok()?;
    let hash = commit::chain_hash(previous, origin, seq, &bytes);
    let signature = commit::sign(&room_key(), &hash);
    Some((Sealed { seq, signature: signature.into(), body: bytes.into() }, hash))
}

/// A PC that is used for several inputs, because opening one takes longer than all else.
pub struct Desk {
    _folder: TempDir,
    pub db: Db,
    changed: Arc<Mutex<BTreeSet<Table>>>,
    pub used: u32,
}

impl Desk {
    /// The sums that are kept are those of the rows, in every table that was written since the last time.
    pub fn check(&self) {
        let changed = std::mem::take(&mut *self.changed.lock().expect("one thread"));
        check_sums(&self.db, &changed.into_iter().collect::<Vec<_>>());
    }
}

pub fn check_sums(db: &Db, tables: &[Table]) {
    let mut sums = Delta::default();
    db.read(|conn| {
        let mut stored = BTreeMap::new();
        for table in tables {
            let info = TableInfo::read(conn, *table)?;
            let mut statement = conn.prepare(&format!("SELECT id FROM {}", table.name()))?;
            for id in statement.query_map([], |row| row.get::<_, Uuid>(0))? {
                let id = id?;
                let state = info.state(conn, id, info.values(conn, id)?.expect("the row"))?;
                sums.change(table.name(), id, None, state.hash(table.name(), id));
            }
            let mut kept = conn.prepare("SELECT bucket, sum, rows FROM digests WHERE tbl = ?1 AND rows > 0")?;
            let mut kept = kept.query([table.name()])?;
            while let Some(row) = kept.next()? {
                let sum = u128::from_le_bytes(row.get("sum")?);
                stored
                    .insert((table.name().to_owned(), row.get::<_, u8>("bucket")?), (sum, row.get::<_, i64>("rows")?));
            }
        }
        let sums = sums.into_sorted();
        let odd = sums.iter().find(|(bucket, sum)| stored.get(*bucket) != Some(*sum));
        assert!(odd.is_none() && sums.len() == stored.len(), "the sums are not those of the rows: {odd:?}");
        Ok(())
    })
    .expect("reads");
}

pub fn count(db: &Db, sql: &str) -> i64 {
    db.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?)).expect("counts")
}

impl Template {
    fn make() -> Template {
        let folder = folder();
        let key = DatabaseKey::from_hex(&"5a".repeat(32)).expect("a key");
        let hub = open_hub(&folder, &key, 1 << 40);
        let db = open_db(&folder, &key, 1 << 20);
        demo::create(&db, "Front desk").expect("the clinic");
        let this: ThisDevice = db.device().expect("a device");
        let tenant = this.tenant.0;
        let (desk_id, desk_key) = db.read(engine::credentials).expect("credentials");
        let (reply, desk) = enrol(&hub, For::NewClinic, desk_id, &desk_key, Some(tenant));
        db.write_local(|conn| engine::connect(conn, "hub.example", reply.hub, reply.epoch)).expect("connects");
        assert!(wait(engine::sync(&db, &desk, &|_| {})).expect("syncs").identical);

        let room = Origin { device: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0007), incarnation: 1 };
        let (_, room_line) = enrol(&hub, For::Tenant(tenant), room.device, &room_key(), None);
        let samples = db.read(samples).expect("samples");
        let introduction = introduce(&samples, room.device, tenant);
        let (first, _) = sealed(room, 1, &GENESIS, &introduction).expect("seals");
        let push = Push { device: room.device, incarnation: 1, hlcs: vec![introduction.hlc], commits: vec![first] };
        let pushed = wait(room_line.push(rmp_serde::to_vec(&push).expect("encodes"))).expect("pushes");
        assert!(wait(engine::sync(&db, &desk, &|_| {})).expect("syncs").identical);
        let samples = db.read(self::samples).expect("samples");
        db.close().expect("closes");
        let (desk_token, room_token) = (desk.token.clone(), room_line.token.clone());
        drop((desk, room_line));
        let hub = Arc::into_inner(hub).expect("nobody else has the hub");
        let epoch = hub.store().epoch;
        hub.store().read().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").expect("one file");
        drop(hub);
        Template {
            tenant,
            desk: Origin { device: desk_id, incarnation: 1 },
            room,

            hub_seq: pushed.hub_seqs[0],
            epoch,
            samples,
            desk_token,
            room_token,
            desk_file: std::fs::read(folder.path().join("neem.db")).expect("reads"),
            hub_file: std::fs::read(folder.path().join("hub.db")).expect("reads"),
            key,
        }
    }

    /// The PC as it was when the template was made.
    pub fn desk(&self) -> Desk {
        let folder = folder();
        std::fs::write(folder.path().join("neem.db"), &self.desk_file).expect("writes");
        let db = open_db(&folder, &self.key, 1 << 50);
        let changed = Arc::new(Mutex::new(BTreeSet::new()));
        let heard = changed.clone();
        db.on_change(move |tables| heard.lock().expect("one thread").extend(tables));
        Desk { _folder: folder, db, changed, used: 0 }
    }

    /// The hub as it was then.
    pub fn hub(&self) -> (TempDir, Arc<Hub>) {
        let folder = folder();
        std::fs::write(folder.path().join("hub.db"), &self.hub_file).expect("writes");
        let hub = open_hub(&folder, &self.key, 1 << 51);
        (folder, hub)
    }

    /// A PC without a clinic.
    pub fn empty(&self) -> (TempDir, Db) {
        let folder = folder();
        let db = open_db(&folder, &self.key, 1 << 52);
        (folder, db)
    }
}

fn samples(conn: &rusqlite::Connection) -> neem_core::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for table in Table::ALL {
        let info = TableInfo::read(conn, *table)?;
        let sql = format!("SELECT id FROM {} ORDER BY id DESC LIMIT 1", table.name());
        let id: Option<Uuid> = conn.query_row(&sql, [], |row| row.get(0)).ok();
        let values = id.map(|id| info.values(conn, id)).transpose()?.flatten();
        samples.push(Sample {
            table: table.name(),
            groups: info.columns.iter().map(|column| info.group_of(column).0).collect(),
            id: id.unwrap_or_default(),
            values: values.unwrap_or_else(|| vec![Value::Null; info.columns.len()]),
            columns: info.columns,
        });
    }
    Ok(samples)
}

/// What `tenancy::introduce_device` writes on a PC that joins.
fn introduce(samples: &[Sample], device: Uuid, tenant: Uuid) -> CommitBody {
    let devices = samples.iter().find(|sample| sample.table == "devices").expect("the table of PCs");
    let own = |column: &String, value: &Value| match column.as_str() {
        "id" => Value::Blob(device.as_bytes().to_vec()),
        "tenant_id" => Value::Blob(tenant.as_bytes().to_vec()),
        "public_key" => Value::Blob(room_key().verifying_key().to_bytes().to_vec()),
        "lane" => Value::Text("R".into()),
        _ => value.clone(),
    };
    let row = devices.columns.iter().zip(&devices.values).map(|(column, value)| own(column, value)).collect();
    CommitBody {
        schema: SCHEMA,
        hlc: Hlc::at(NOW).0,
        at: NOW.0,
        user: None,
        action: "join_clinic".into(),
        inserts: vec![Inserts { table: "devices".into(), columns: devices.columns.clone(), rows: vec![row] }],
        updates: Vec::new(),
    }
}
