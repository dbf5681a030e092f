//! The hub: where the PCs of a clinic meet. Gives all commits of a tenant one order, and keeps
//! the rows that come of them.

pub mod auth;
pub mod backup;
pub mod connections;
pub mod enrol;
pub mod limits;
pub mod metrics;
pub mod narrow;
pub mod news;
pub mod pull;
pub mod push;
pub mod routes;
pub mod serve;
pub mod snapshot;
pub mod standing;
pub mod store;
pub mod tls;

use std::sync::{Arc, Mutex, PoisonError};

use neem_core::clock::{Clock, Entropy};
use neem_core::error::Code;
use neem_core::sync::fit::Judge;
use neem_core::sync::protocol::Refusal;
use neem_core::sync::rules::Rules;
use rusqlite::Connection;

use store::{Store, StoreError};

/// What the clinic's tables ask of their rows, and tables without rows to ask it with.
pub struct Schema(Mutex<(Rules, Connection)>);

impl Schema {
    /// Reads it from this version's migrations, which takes some milliseconds.
    ///
    /// # Errors
    /// SQLite's, when there is no memory left.
    pub fn read() -> std::result::Result<Schema, StoreError> {
        let conn = neem_core::db::bare_schema()?;
        Ok(Schema(Mutex::new((Rules::read(&conn)?, conn))))
    }
}

/// An open hub; shared by all requests.
pub struct Hub {
    store: Box<dyn Store>,
    schema: Arc<Schema>,
    pub news: Arc<news::News>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Requests work on the thread that polls them instead of one of a pool: in a simulation everything
    /// happens in one order. Off wherever sockets are served.
    pub inline: bool,
    /// The most commits in a page that a PC fetches.
    pub page_commits: usize,
}

impl Hub {
    pub fn new(
        store: Box<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> std::result::Result<Hub, StoreError> {
        Ok(Hub::with(store, clock, entropy, Arc::new(Schema::read()?)))
    }

    /// As [`Hub::new`], with a schema that was read before.
    pub fn with(store: Box<dyn Store>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, schema: Arc<Schema>) -> Hub {
        let news = Arc::default();
        store.attach(&news);
        Hub { store, schema, news, clock, entropy, inline: false, page_commits: pull::PAGE_COMMITS }
    }

    /// Lends what says whether commits may be merged.
    fn judged<T>(&self, ask: impl FnOnce(&Judge) -> T) -> T {
        let schema = self.schema.0.lock().unwrap_or_else(PoisonError::into_inner);
        ask(&Judge { rules: &schema.0, conn: &schema.1, thorough: true })
    }

    pub fn store(&self) -> &dyn Store {
        &*self.store
    }
}

/// A failure inside the hub: the log has the cause, the PC only hears that it must try again.
pub(crate) fn internal(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "internal error");
    Refusal::new(Code::Internal, "the hub could not do it")
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        match error {
            StoreError::Away(_) | StoreError::Again(_) => {
                tracing::error!(%error, "not now");
                Refusal::new(Code::HubUnreachable, "the hub's database is away")
            }
            other => internal(other),
        }
    }
}

/// Why something was not done: the PC's fault or the database's.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Trouble> for Refusal {
    fn from(trouble: Trouble) -> Refusal {
        match trouble {
            Trouble::Refused(refusal) => refusal,
            Trouble::Store(error) => error.into(),
        }
    }
}

/// How often a transaction that was in another's way is tried.
const TRIES: usize = 5;

/// Does the work of one transaction, and again if the database has undone it for another one's sake.
pub(crate) fn persevere<T>(work: impl Fn() -> Result<T, Trouble>) -> Result<T, Refusal> {
    for _ in 1..TRIES {
        match work() {
            Err(Trouble::Store(StoreError::Again(reason))) => tracing::info!(reason, "trying again"),
            done => return Ok(done?),
        }
    }
    Ok(work()?)
}
