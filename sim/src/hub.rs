//! The hub's machine: the real hub, its routes called in this thread.

use std::cell::OnceCell;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::header::AUTHORIZATION;
use neem_core::connection;
use neem_core::keys::DatabaseKey;
use neem_hub::connections::Peer;
use neem_hub::limits::Rates;
use neem_hub::routes::{Service, router};
use neem_hub::store::SqliteStore;
use neem_hub::{Hub, Schema, backup};
use rusqlite::{Connection, OpenFlags};
use tower::ServiceExt;

use crate::disk::{self, Fault};
use crate::time::{Going, Seeded, SimClock};

pub const FILE: &str = "hub.db";

pub struct HubHouse {
    pub folder: PathBuf,
    key: DatabaseKey,
    pub clock: Arc<SimClock>,
    pub going: Going,
    entropy: Arc<Seeded>,
    running: Option<(Arc<Hub>, Router)>,
    /// The most commits in a page.
    pub page: usize,
}

impl HubHouse {
    /// The machine of a data folder, switched off.
    pub fn of(folder: &Path, key: DatabaseKey, entropy: u64) -> HubHouse {
        HubHouse {
            folder: folder.to_owned(),
            key,
            clock: Arc::default(),
            going: Going::Right(0),
            entropy: Arc::new(Seeded::new(entropy)),
            running: None,
            page: usize::MAX,
        }
    }

    /// Switches the hub on.
    pub fn start(&mut self) -> Result<(), String> {
        let store = SqliteStore::open(&self.folder.join(FILE), &self.key, &*self.entropy).map_err(|e| e.to_string())?;
        let mut hub = Hub::with(Box::new(store), self.clock.clone(), self.entropy.clone(), schema()?);
        hub.inline = true;
        hub.page_commits = hub.page_commits.min(self.page);
        let hub = Arc::new(hub);
        // The limits go by the clock of this machine, which is not the simulation's.
        let service = Service::new(hub.clone(), Rates::unlimited(), false, Duration::from_secs(60));
        self.running = Some((hub, router(Arc::new(service.map_err(|error| error.to_string())?))));
        Ok(())
    }

    /// The hub's database itself, past the hub.
    pub fn database(&self) -> rusqlite::Result<Connection> {
        connection::open(&self.folder.join(FILE), &self.key, OpenFlags::default())
    }

    /// The hub, where it runs.
    pub fn hub(&self) -> Option<&Arc<Hub>> {
        self.running.as_ref().map(|(hub, _)| hub)
    }

    /// The power fails.
    pub fn crash(&mut self, kept: impl FnMut() -> bool) -> Result<(), String> {
        disk::machine(&self.folder).set(Fault::DeadAfter(0));
        self.running = None;
        disk::power_cut(&self.folder, kept).map_err(|error| error.to_string())
    }

    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Copies the running hub to a file beside it, as `neem-hub backup` does.
    pub fn back_up(&self, to: &Path) -> Result<(), String> {
        backup::backup(&self.folder, None, to).map(drop).map_err(|error| error.to_string())
    }

    /// What `neem-hub restore` does; the hub must be stopped.
    pub fn restore(&self, from: &Path) -> Result<(), String> {
        backup::restore(&self.folder, None, from).map(drop).map_err(|error| error.to_string())
    }

    /// One request from beginning to end; `None` while the hub is switched off.
    pub fn answer(&self, path: &str, token: Option<&str>, body: Vec<u8>) -> Option<(u16, Vec<u8>)> {
        let (_, router) = self.running.as_ref()?;
        let mut request = Request::post(format!("/{path}")).extension(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).ok()?;
        let router = router.clone();
        let answered = async move {
            let response = router.oneshot(request).await.ok()?;
            let status = response.status().as_u16();
            let bytes: Bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.ok()?;
            Some((status, bytes.to_vec()))
        };
        at_once(answered).flatten()
    }
}

thread_local! {
    static SCHEMA: OnceCell<Arc<Schema>> = const { OnceCell::new() };
}

/// The same for every hub of this program: reading it takes longer than most of what a run does.
fn schema() -> Result<Arc<Schema>, String> {
    SCHEMA.with(|known| match known.get() {
        Some(schema) => Ok(schema.clone()),
        None => {
            let schema = Arc::new(Schema::read().map_err(|error| error.to_string())?);
            Ok(known.get_or_init(|| schema).clone())
        }
    })
}

/// A future that waits for nothing but itself; `None` if it waits for something outside.
pub fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..1_000).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    })
}
