//! A hub in this process or as the program that is installed, a PC of a real clinic, and a sender of
//! whatever bytes a test likes.

// Every test takes what it needs of this.
#![allow(dead_code)]

#[path = "../../../core/tests/support/mod.rs"]
mod clinic;
pub mod program;
pub mod raw;

use std::net::SocketAddr;
use std::sync::Arc;

use neem_core::clock::SystemEntropy;
use neem_core::connection;
use neem_core::keys::DatabaseKey;
use neem_core::patients;
use neem_core::sync::commit::SigningKey;
use neem_core::sync::engine::{self, SyncReport};
use neem_core::sync::http::{self, Enrolled, HttpHub};
use neem_core::sync::pin::{self, Demand};
use neem_core::sync::protocol::{EnrolRequest, PROTOCOL, Refusal};
use neem_core::{Actor, Db, Result};
use neem_hub::Hub;
use neem_hub::enrol::{self, For};
use neem_hub::serve::{self, Manner};
use rusqlite::OpenFlags;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub use clinic::{Staff, patient};

/// A hub that serves in this process until it is dropped.
pub struct House {
    pub hub: Arc<Hub>,
    pub address: SocketAddr,
    runtime: Option<Runtime>,
    stop: Option<oneshot::Sender<()>>,
    dir: TempDir,
}

impl House {
    pub fn open(manner: Manner) -> House {
        let dir = tempfile::tempdir().expect("a folder");
        let hub = Arc::new(serve::open(dir.path(), None).expect("the hub opens"));
        let runtime = Runtime::new().expect("a runtime");
        let (listener, address) = runtime.block_on(serve::bind(SocketAddr::from(([127, 0, 0, 1], 0)))).expect("binds");
        let (stop, stopped) = oneshot::channel();
        let serving = serve::serve_in(hub.clone(), listener, manner, async {
            let _ = stopped.await;
        });
        runtime.spawn(async { serving.await.expect("serves") });
        House { hub, address, runtime: Some(runtime), stop: Some(stop), dir }
    }

    pub fn code(&self, purpose: For) -> String {
        enrol::new_code(&self.hub, purpose).expect("a code").code
    }

    pub fn count(&self, sql: &str) -> i64 {
        let key = serve::key_of(self.dir.path(), None).expect("a key");
        let conn = connection::open(&self.dir.path().join("hub.db"), &key, OpenFlags::default()).expect("opens");
        conn.query_row(sql, [], |row| row.get(0)).expect("counts")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
        }
    }
}

/// A PC that has founded a clinic.
pub struct Pc {
    pub db: Db,
    pub staff: Staff,
    runtime: Runtime,
    _dir: TempDir,
}

impl Pc {
    pub fn founder() -> Pc {
        let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().expect("a folder");
        let key = DatabaseKey::random(&SystemEntropy);
        let db = clinic::open(&dir.path().join("neem.db"), &key, &Arc::default()).expect("opens");
        let staff = clinic::found(&db, "Kadamba Clinic");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        Pc { db, staff, runtime, _dir: dir }
    }

    pub fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn key(&self) -> (uuid::Uuid, SigningKey) {
        self.db.read(engine::credentials).expect("credentials")
    }

    /// What a person does who types an address and a code.
    pub fn join(&self, address: &str, code: &str) -> Result<(), Refusal> {
        let base = http::parse_address(address).expect("an address");
        let device = self.db.device().expect("a device");
        let (id, key) = self.key();
        let request = EnrolRequest {
            protocol: PROTOCOL,
            code: code.to_owned(),
            device: id,
            public_key: key.verifying_key().to_bytes().to_vec(),
            name: "Front desk of Sunita".into(),
            tenant: Some(device.tenant.0),
            lane: Some(device.lane),
            app_version: "test".into(),
        };
        let Enrolled { reply, address, pin } = self.wait(http::enrol(&base, &request))?;
        let remember = |conn: &rusqlite::Connection| {
            engine::connect(conn, address.as_str(), reply.hub, reply.epoch)?;
            pin::keep(conn, pin)
        };
        self.db.write_local(remember).expect("connects");
        Ok(())
    }

    pub fn client(&self) -> HttpHub {
        let link = self.db.read(engine::link).expect("a link").expect("connected");
        let (id, key) = self.key();
        let base = http::parse_address(&link.address).expect("an address");
        let pin = self.db.read(pin::kept).expect("a pin");
        let hub = HttpHub::new(base, id, key, "test").expect("a client");
        hub.insisting_on(pin.map(Demand::Key)).expect("a client")
    }

    pub fn sync(&self) -> Result<SyncReport> {
        self.wait(engine::sync(&self.db, &self.client(), &|_| {}))
    }

    pub fn register(&self, name: &str) {
        let today = self.db.now().day(clinic::ZONE);
        let actor = Actor::User(self.staff.desk);
        self.db.write(actor, "register", |tx| patients::register(tx, &patient(name), today)).expect("registers");
    }
}
