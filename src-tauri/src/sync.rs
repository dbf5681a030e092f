//! Syncing in the background and on request; the screens only ever watch.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use neem_core::clock::{Entropy, SystemEntropy};
use neem_core::ids::Instant;
use neem_core::sync::engine::{self, SyncReport};
use neem_core::{Code, Db, Result};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;

use crate::events::{SyncProgressed, SyncStatusChanged};
use crate::startup;
use crate::state::App;

/// Between two background syncs; after failures it doubles up to the longest.
const PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(8 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    NotConnected,
    Idle,
    Running,
    Unreachable,
    Refused,
}

/// Where the work stands, as the badge says it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatus {
    pub state: SyncState,
    pub hub_address: Option<String>,
    /// Commits that no hub has acknowledged.
    pub waiting: u32,
    pub last_sync_at: Option<Instant>,
    pub last_error: Option<Code>,
    pub records: u32,
    pub conflicts: u32,
    pub quarantined: u32,
    pub device_name: String,
    pub lane: String,
}

pub fn status(app: &App, db: &Db) -> Result<SyncStatus> {
    let device = db.device()?;
    let last_error = *app.last_failure.lock().unwrap_or_else(PoisonError::into_inner);
    db.read(|conn| {
        let link = engine::link(conn)?;
        let count =
            |sql: &str| conn.prepare_cached(sql)?.query_row([], |row| row.get(0)).map_err(neem_core::Error::from);
        let state = match (&link, last_error) {
            (None, _) => SyncState::NotConnected,
            _ if app.syncing.load(Ordering::Relaxed) => SyncState::Running,
            (_, None) => SyncState::Idle,
            (_, Some(Code::HubUnreachable)) => SyncState::Unreachable,
            (_, Some(_)) => SyncState::Refused,
        };
        Ok(SyncStatus {
            state,
            hub_address: link.as_ref().map(|link| link.address.clone()),
            waiting: engine::waiting(conn)?,
            last_sync_at: link.and_then(|link| link.last_sync_at),
            last_error,
            records: count("SELECT coalesce(sum(rows), 0) FROM digests")?,
            conflicts: count("SELECT count(*) FROM conflicts")?,
            quarantined: count("SELECT count(*) FROM quarantine")?,
            device_name: device.name.clone(),
            lane: device.lane.clone(),
        })
    })
}

/// Lets the badge know.
pub fn announce_status(handle: &AppHandle) {
    let app = handle.state::<App>();
    if let Ok(db) = app.db()
        && let Ok(status) = status(&app, &db)
    {
        let _ = SyncStatusChanged(status).emit(handle);
    }
}

/// One sync; a second one that is asked for meanwhile is refused.
pub fn run(app: &App, db: &Db) -> Result<SyncReport> {
    if app.syncing.swap(true, Ordering::SeqCst) {
        return Err(Code::SyncRunning.into());
    }
    announce_status(&app.handle);
    let handle = app.handle.clone();
    let outcome = startup::hub(db).and_then(|hub| {
        let progress = |progress| {
            let _ = SyncProgressed(progress).emit(&handle);
        };
        startup::runtime()?.block_on(engine::sync(db, &hub, &progress))
    });
    app.syncing.store(false, Ordering::SeqCst);
    *app.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = outcome.as_ref().err().map(|e| e.code());
    announce_status(&app.handle);
    outcome
}

/// Syncs every half minute while a hub is known, less often while it does not answer.
pub fn keep_syncing(handle: AppHandle) {
    std::thread::spawn(move || {
        let mut pause = PAUSE;
        loop {
            // Every PC of a clinic was switched on at eight: a little chance spreads them out.
            let mut chance = [0];
            SystemEntropy.fill(&mut chance);
            std::thread::sleep(pause + Duration::from_millis(u64::from(chance[0]) * 20));
            let app = handle.state::<App>();
            let Ok(db) = app.db() else { continue };
            if !db.read(engine::link).is_ok_and(|link| link.is_some()) {
                continue;
            }
            pause = match run(&app, &db) {
                Ok(_) => PAUSE,
                Err(_) => (pause * 2).min(LONGEST_PAUSE),
            };
        }
    });
}
