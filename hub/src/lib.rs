//! The hub: where the PCs of a clinic meet. Gives all commits of a tenant one order, and keeps
//! the rows that come of them.

pub mod auth;
pub mod backup;
pub mod enrol;
pub mod news;
pub mod pull;
pub mod push;
pub mod routes;
pub mod serve;
pub mod store;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use neem_core::clock::{Clock, Entropy};
use neem_core::error::Code;
use neem_core::sync::protocol::Refusal;

use store::Store;

/// An open hub; shared by all requests.
pub struct Hub {
    store: Mutex<Store>,
    pub news: news::News,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Requests work on the thread that polls them instead of one of a pool: in a simulation everything
    /// happens in one order. Off wherever sockets are served.
    pub inline: bool,
}

impl Hub {
    pub fn new(store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Hub {
        Hub { store: Mutex::new(store), news: news::News::default(), clock, entropy, inline: false }
    }

    /// The store, one request at a time: SQLite has one writer, and a push is one transaction.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A failure inside the hub: the log has the cause, the PC only hears that it must try again.
pub(crate) fn internal(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "internal error");
    Refusal::new(Code::Internal, "the hub could not do it")
}
