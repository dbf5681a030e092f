//! A hub as `neem-hub serve` runs it, in threads of its own.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;

use neem_core::Code;
use neem_core::connection;
use neem_core::ids::TenantId;
use neem_core::sync::digest::Digest;
use neem_core::sync::protocol::{
    Buckets, BucketsRequest, DigestRequest, Hello, HelloRequest, HubApi, HubDevice, HubDigest, NewCode, NewCodeRequest,
    PullRequest, PushReply, Refusal, Rows, RowsRequest, WaitRequest, Woken,
};
use neem_core::sync::snapshot::ChunkRequest;
use neem_hub::enrol::{self, For};
use neem_hub::{Hub, serve};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::{Seeded, WrongClock, postgres};

/// Where a hub keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backing {
    Sqlite,
    Postgres,
}

impl Backing {
    /// SQLite; PostgreSQL in the tests that tell the same stories once more.
    fn usual() -> Backing {
        if env!("CARGO_CRATE_NAME") == "on_postgres" { Backing::Postgres } else { Backing::Sqlite }
    }
}

/// The machine on which the hub stands: its folder or database and its address outlive a restart.
pub struct HubHouse {
    pub dir: TempDir,
    /// The address of the PostgreSQL database, where it is one.
    pub database: Option<String>,
    pub address: SocketAddr,
    pub clock: Arc<WrongClock>,
    runtime: Runtime,
    running: Option<Running>,
}

struct Running {
    hub: Arc<Hub>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl HubHouse {
    pub fn open() -> HubHouse {
        HubHouse::on(Backing::usual())
    }

    pub fn on(backing: Backing) -> HubHouse {
        let database = (backing == Backing::Postgres).then(|| postgres::cluster().database());
        HubHouse::with(database, Arc::default())
    }

    /// On this PostgreSQL database.
    pub fn at(database: String) -> HubHouse {
        HubHouse::with(Some(database), Arc::default())
    }

    /// Another hub on the same PostgreSQL database.
    pub fn beside(&self) -> HubHouse {
        assert!(self.database.is_some(), "a file has one hub");
        HubHouse::with(self.database.clone(), self.clock.clone())
    }

    fn with(database: Option<String>, clock: Arc<WrongClock>) -> HubHouse {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let mut house = HubHouse {
            dir: tempfile::tempdir().expect("a folder"),
            database,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            clock,
            runtime: runtime.expect("a runtime"),
            running: None,
        };
        house.start();
        house
    }

    pub fn start(&mut self) {
        assert!(self.running.is_none(), "the hub is running");
        let opened = match &self.database {
            Some(url) => serve::open_database(url),
            None => serve::open(self.dir.path(), None),
        };
        let mut hub = opened.expect("the hub opens");
        hub.clock = self.clock.clone();
        let hub = Arc::new(hub);
        let (listener, address) = self.runtime.block_on(serve::bind(self.address)).expect("binds");
        self.address = address;
        let (stop, stopped) = oneshot::channel();
        let serving = serve::serve(hub.clone(), listener, async {
            let _ = stopped.await;
        });
        let server = self.runtime.spawn(async { serving.await.expect("serves") });
        self.running = Some(Running { hub, stop, server });
    }

    pub fn stop(&mut self) {
        let Running { hub, stop, server } = self.running.take().expect("the hub runs");
        let _ = stop.send(());
        self.runtime.block_on(server).expect("stops");
        drop(hub);
    }

    pub fn hub(&self) -> &Hub {
        &self.running.as_ref().expect("the hub runs").hub
    }

    /// What `neem-hub enroll` prints.
    pub fn code(&self, purpose: For) -> String {
        enrol::new_code(self.hub(), purpose).expect("a code").code
    }

    pub fn digest(&self, tenant: TenantId) -> Digest {
        self.hub().store().read().and_then(|mut tx| tx.digest(tenant.0)).expect("a digest")
    }

    /// Puts a PC out.
    pub fn revoke(&self, tenant: TenantId, device: Uuid) {
        let mut tx = self.hub().store().write().expect("writes");
        tx.revoke(tenant.0, device, 1).expect("revokes");
        tx.commit().expect("commits");
    }

    /// The database itself, past the hub.
    fn file(&self) -> Connection {
        let key = serve::key_of(self.dir.path(), None).expect("a key");
        connection::open(&self.dir.path().join("hub.db"), &key, OpenFlags::default()).expect("opens")
    }

    /// Changes the database past the hub.
    pub fn change(&self, sql: &str) {
        if let Some(url) = &self.database {
            return postgres::client(url).batch_execute(sql).expect("changes");
        }
        self.file().execute_batch(sql).expect("changes");
    }

    pub fn count(&self, sql: &str) -> i64 {
        if let Some(url) = &self.database {
            return postgres::client(url).query_one(sql, &[]).expect("counts").get(0);
        }
        self.file().query_row(sql, [], |row| row.get(0)).expect("counts")
    }
}

/// The request before which something happens, and what.
pub type Meanwhile = (&'static str, Box<dyn FnOnce() + Send>);

/// A bad line to a hub: fails before the request has gone out, or after the hub has done its work,
/// on a schedule that its seed repeats.
pub struct BadLine<H> {
    pub hub: H,
    noise: RefCell<Seeded>,
    /// Of four requests so many are cut.
    pub cuts: usize,
    /// What happens elsewhere before this PC next asks what is named; the last of the list is the next.
    pub meanwhile: RefCell<Vec<Meanwhile>>,
}

impl<H: HubApi> BadLine<H> {
    pub fn new(hub: H, seed: u32, cuts: usize) -> BadLine<H> {
        BadLine { hub, noise: RefCell::new(Seeded::new(seed)), cuts, meanwhile: RefCell::default() }
    }

    fn interrupted(&self, asked: &str) {
        let work = self.meanwhile.borrow_mut().pop_if(|(before, _)| *before == asked);
        if let Some((_, work)) = work {
            // In a thread of its own: a sync in the middle of another's blocks.
            std::thread::spawn(work).join().expect("works");
        }
    }

    async fn through<T>(&self, request: impl Future<Output = Result<T, Refusal>>) -> Result<T, Refusal> {
        let (cut, before) = {
            let mut noise = self.noise.borrow_mut();
            (noise.below(4) < self.cuts, noise.below(2) == 0)
        };
        let lost = || Refusal::new(Code::HubUnreachable, "cut");
        if cut && before {
            return Err(lost());
        }
        let answer = request.await;
        if cut { Err(lost()) } else { answer }
    }
}

impl<H: HubApi> HubApi for BadLine<H> {
    async fn hello(&self, request: HelloRequest) -> Result<Hello, Refusal> {
        self.through(self.hub.hello(request)).await
    }
    async fn push(&self, body: Vec<u8>) -> Result<PushReply, Refusal> {
        self.interrupted("push");
        self.through(self.hub.push(body)).await
    }
    async fn pull(&self, request: PullRequest) -> Result<Vec<u8>, Refusal> {
        self.interrupted("pull");
        self.through(self.hub.pull(request)).await
    }
    async fn digest(&self, request: DigestRequest) -> Result<HubDigest, Refusal> {
        self.through(self.hub.digest(request)).await
    }
    async fn wait(&self, request: WaitRequest) -> Result<Woken, Refusal> {
        self.through(self.hub.wait(request)).await
    }
    async fn buckets(&self, request: BucketsRequest) -> Result<Buckets, Refusal> {
        self.interrupted("buckets");
        self.through(self.hub.buckets(request)).await
    }
    async fn rows(&self, request: RowsRequest) -> Result<Rows, Refusal> {
        self.through(self.hub.rows(request)).await
    }
    async fn snapshot(&self) -> Result<Vec<u8>, Refusal> {
        self.through(self.hub.snapshot()).await
    }
    async fn chunk(&self, request: ChunkRequest) -> Result<Vec<u8>, Refusal> {
        self.through(self.hub.chunk(request)).await
    }
    async fn devices(&self) -> Result<Vec<HubDevice>, Refusal> {
        self.hub.devices().await
    }
    async fn new_code(&self, request: NewCodeRequest) -> Result<NewCode, Refusal> {
        self.hub.new_code(request).await
    }
    fn traffic(&self) -> (u64, u64) {
        self.hub.traffic()
    }
}
