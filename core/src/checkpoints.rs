//! Moves what was written from the write-ahead log into the file, beside the work and not in it: the
//! writer's own checkpoint makes the one write that reaches it wait for the disk.

use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::db::connect;
use crate::error::Result;
use crate::keys::DatabaseKey;

/// Nobody has written for so long: the disk is free.
const QUIET: Duration = Duration::from_millis(250);
/// Work without a pause is not waited for longer than this many times [`QUIET`].
const PATIENCE: u32 = 20;
/// Pages of the log at which the writer does it after all, so that the log stays bounded (64 MB).
pub const WRITERS_OWN: i64 = 16_384;

/// The thread that does it; ends when this is dropped.
pub struct Checkpoints {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    written: bool,
    over: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a write and then for a pause; false when the database is being closed.
    fn wait(&self) -> bool {
        let waited = self.changed.wait_while(self.state(), |state| !state.written && !state.over);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        for _ in 0..PATIENCE {
            state.written = false;
            let waited = self.changed.wait_timeout_while(state, QUIET, |state| !state.over);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if state.over || !state.written {
                break;
            }
        }
        state.written = false;
        !state.over
    }
}

impl Checkpoints {
    pub fn begin(path: PathBuf, key: DatabaseKey) -> Result<Checkpoints> {
        let shared = Arc::new(Shared::default());
        let own = shared.clone();
        let thread = std::thread::Builder::new().name("checkpoints".into()).spawn(move || {
            let mut kept = None;
            while own.wait() {
                // What could not be moved now stays in the log, and is moved after the next write.
                kept = kept.take().or_else(|| open(&path, &key).ok()).filter(|conn| checkpoint(conn).is_ok());
            }
        })?;
        Ok(Checkpoints { shared, thread: Some(thread) })
    }

    /// Something was written.
    pub fn wrote(&self) {
        let mut state = self.shared.state();
        if !std::mem::replace(&mut state.written, true) {
            self.shared.changed.notify_one();
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.shared.state().over = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been told where it happened, and nothing hangs on its result.
            let _ = thread.join();
        }
    }
}

fn open(path: &std::path::Path, key: &DatabaseKey) -> Result<Connection> {
    let conn = connect(path, key, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // The log must be on the disk before its pages replace those of the file.
    conn.pragma_update(None, "synchronous", "FULL")?;
    Ok(conn)
}

/// Moves as much as readers allow; no write waits for it.
pub fn checkpoint(conn: &Connection) -> Result<()> {
    Ok(conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}
