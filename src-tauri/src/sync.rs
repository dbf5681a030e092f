//! Syncing in the background and on request; the screens only ever watch.

use std::pin::pin;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use neem_core::clock::{Entropy, SystemEntropy};
use neem_core::ids::Instant;
use neem_core::sync::commit::SigningKey;
use neem_core::sync::decide;
use neem_core::sync::engine::{self, SyncReport};
use neem_core::sync::http::HttpHub;
use neem_core::sync::leaving::{self, TakenOut};
use neem_core::sync::pin::{self, Pin};
use neem_core::sync::protocol::{HubApi, WaitRequest};
use neem_core::sync::records::Whereabouts;
use neem_core::sync::runs::{self, SyncWhy};
use neem_core::sync::snapshot::{self, Arriving};
use neem_core::{Code, Db, Result, patients};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;
use tokio::runtime::Runtime;
use tokio::sync::futures::Notified;
use uuid::Uuid;

use crate::events::{SyncProgressed, SyncStatusChanged};
use crate::lockout;
use crate::startup;
use crate::state::App;

/// After a failure; each further one doubles it up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(8 * 60);
/// Whoever stops a sync wants the line for something else: it does not begin again at once.
const HELD_OFF: Duration = Duration::from_secs(5 * 60);
/// Writes that follow each other this closely are sent together.
const GATHER: Duration = Duration::from_millis(150);
/// How long a pressed button waits for a sync that is running already.
const LONGEST_TURN: Duration = Duration::from_secs(120);
const TURN: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    NotConnected,
    Idle,
    Running,
    Unreachable,
    Refused,
    /// Neither the line nor the hub's word: what `last_error` says.
    Failed,
    /// A person stopped it; it goes on by itself after a while, or when it is asked for.
    Stopped,
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
    /// How many of these only a clinician decides.
    pub clinical_conflicts: u32,
    /// Pairs of records that may be one person.
    pub duplicates: u32,
    pub quarantined: u32,
    /// While records, or the history of their changes, are still on their way to this PC.
    pub arriving: Option<Arriving>,
    pub device_name: String,
    pub lane: String,
    /// This PC was taken out and takes no new work.
    pub taken_out: Option<TakenOut>,
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
            (_, Some(Code::HubUnreachable | Code::HubBusy)) => SyncState::Unreachable,
            (_, Some(Code::SyncStopped)) => SyncState::Stopped,
            (
                _,
                Some(
                    Code::HubRefused
                    | Code::DeviceRevoked
                    | Code::DeviceDrained
                    | Code::HubTooOld
                    | Code::OtherClinic
                    | Code::HubIdentityChanged,
                ),
            ) => SyncState::Refused,
            (_, Some(_)) => SyncState::Failed,
        };
        Ok(SyncStatus {
            state,
            hub_address: link.as_ref().map(|link| link.address.clone()),
            waiting: engine::waiting(conn)?,
            last_sync_at: link.and_then(|link| link.last_sync_at),
            last_error,
            records: count("SELECT coalesce(sum(rows), 0) FROM digests")?,
            conflicts: count("SELECT count(*) FROM conflicts")?,
            clinical_conflicts: decide::open_clinical(conn)?,
            duplicates: patients::count_possible_duplicates(conn)?,
            quarantined: decide::open_quarantine(conn)?,
            arriving: snapshot::arriving(conn)?,
            device_name: device.name.clone(),
            lane: device.lane.clone(),
            taken_out: leaving::taken_out(conn)?,
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

/// One sync, with a connection of its own. One that is running already is waited for: whoever presses
/// the button has pressed it for what they see now. Who stops one stops the other's waiting as well.
pub fn run(app: &App, db: &Db) -> Result<SyncReport> {
    let hub = startup::hub(db)?;
    let runtime = startup::runtime()?;
    let mut stop = pin!(app.stop_sync.notified());
    for _ in 0..LONGEST_TURN.as_millis() / TURN.as_millis() {
        let outcome = run_with(app, db, &runtime, &hub, SyncWhy::ByHand, stop.as_mut());
        if !matches!(&outcome, Err(error) if error.code() == Code::SyncRunning) {
            if outcome.is_ok() {
                // The hub is there: whatever held the background off is over.
                app.hub_changed.notify_waiters();
            }
            return outcome;
        }
        if runtime.block_on(async { tokio::time::timeout(TURN, stop.as_mut()).await }).is_ok() {
            return Err(Code::SyncStopped.into());
        }
    }
    Err(Code::SyncRunning.into())
}

/// Ends whatever sync runs, at its next step.
pub fn stop(app: &App) {
    app.stop_sync.notify_waiters();
}

/// One sync over an open line; refused while another one is running.
fn run_with(
    app: &App,
    db: &Db,
    runtime: &Runtime,
    hub: &HttpHub,
    why: SyncWhy,
    stop: std::pin::Pin<&mut Notified>,
) -> Result<SyncReport> {
    if app.syncing.swap(true, Ordering::SeqCst) {
        return Err(Code::SyncRunning.into());
    }
    announce_status(&app.handle);
    let progress = |progress| {
        let _ = SyncProgressed(progress).emit(&app.handle);
    };
    let outcome = runtime.block_on(runs::run(db, hub, why, &progress, stop));
    app.syncing.store(false, Ordering::SeqCst);
    let mut outcome = outcome;
    if let Err(error) = &outcome
        && let Err(other) = lockout::heed(app, db, runtime, hub, error.code())
    {
        // The refusal was not the hub's own word, or could not be heeded: that is what people must hear.
        outcome = Err(other);
    }
    *app.last_failure.lock().unwrap_or_else(PoisonError::into_inner) = outcome.as_ref().err().map(|e| e.code());
    announce_status(&app.handle);
    outcome
}

/// Where each of these records stands.
pub fn whereabouts(app: &App, db: &Db, rows: &[Uuid]) -> Result<Vec<Whereabouts>> {
    let mut waiting = app.waiting_rows.lock().unwrap_or_else(PoisonError::into_inner);
    db.read(|conn| waiting.whereabouts(conn, rows))
}

/// Keeps this PC and its hub together: syncs when something was written here, when the hub has
/// something new, and again after a pause when the hub did not answer.
pub fn keep_syncing(handle: AppHandle) {
    std::thread::spawn(move || {
        let Ok(runtime) = startup::runtime() else { return };
        let mut line: Option<Line> = None;
        let mut pause = FIRST_PAUSE;
        loop {
            let app = handle.state::<App>();
            let Some((db, current)) = app.db().ok().and_then(|db| Line::to(&db, line.take()).map(|line| (db, line)))
            else {
                // No clinic yet, or no hub: a look now and then costs nothing.
                std::thread::sleep(Duration::from_secs(1));
                continue;
            };
            let current = line.insert(current);
            let done = run_with(&app, &db, &runtime, &current.hub, SyncWhy::ByItself, pin!(app.stop_sync.notified()));
            let waited = match done {
                Ok(_) => runtime.block_on(news(&app, &db, &current.hub)),
                Err(error) => Err(error),
            };
            pause = match waited {
                Ok(()) => FIRST_PAUSE,
                Err(error) => {
                    let (rest, next) = match error.code() {
                        Code::SyncStopped => (HELD_OFF, FIRST_PAUSE),
                        _ => (spread(pause), (pause * 2).min(LONGEST_PAUSE)),
                    };
                    runtime.block_on(async {
                        let _ = tokio::time::timeout(rest, app.hub_changed.notified()).await;
                    });
                    next
                }
            };
        }
    });
}

/// Every PC of a clinic loses the hub at the same moment; chance spreads them out.
fn spread(pause: Duration) -> Duration {
    let mut chance = [0];
    SystemEntropy.fill(&mut chance);
    pause.mul_f64(0.5 + f64::from(chance[0]) / 255.0)
}

/// The hub as this PC reaches it: kept, so that a sync needs no new connection and no new token.
struct Line {
    address: String,
    key: SigningKey,
    pin: Option<Pin>,
    hub: HttpHub,
}

impl Line {
    /// The kept line, if it still leads to the hub that this PC is connected with.
    fn to(db: &Db, kept: Option<Line>) -> Option<Line> {
        let address = db.read(engine::link).ok()??.address;
        let pin = db.read(pin::kept).ok()?;
        let key = db.read(engine::credentials).ok()?.1;
        match kept {
            Some(line) if line.address == address && line.pin == pin && line.key == key => Some(line),
            _ => Some(Line { hub: startup::hub(db).ok()?, address, key, pin }),
        }
    }
}

/// Returns when there is a reason to sync again: something was written here, or the hub has news.
async fn news(app: &App, db: &Db, hub: &HttpHub) -> Result<()> {
    let after = db.read(engine::link)?.map_or(0, |link| link.pulled);
    tokio::select! {
        () = app.written.notified() => {
            // A walk-in is several writes within a moment: they travel together.
            tokio::time::sleep(GATHER).await;
            Ok(())
        }
        () = app.stop_sync.notified() => Err(Code::SyncStopped.into()),
        woken = hub.wait(WaitRequest { after }) => Ok(woken.map(drop)?),
    }
}
