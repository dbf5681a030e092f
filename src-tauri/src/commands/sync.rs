use neem_core::identity::Permission;
use neem_core::ids::{ConflictId, DecisionId, DeviceId, Instant};
use neem_core::page::{Page, PageRequest};
use neem_core::sync::decide::{self, Accepted, Decided, FieldConflict, Quarantined};
use neem_core::sync::devices::{DeviceRequest, DevicesApi, Standing, TakeOutRequest};
use neem_core::sync::engine::{self, SyncReport};
use neem_core::sync::leaving;
use neem_core::sync::overlap::{self, ConflictSummary};
use neem_core::sync::pin;
use neem_core::sync::protocol::{self, HubApi, NewCode, NewCodeRequest};
use neem_core::sync::records::{self, WaitingChanges, Whereabouts};
use neem_core::sync::runs::{self, SyncRun};
use neem_core::{Code, Db, Error, tenancy};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, State};
use uuid::Uuid;

use crate::error::Answer;
use crate::startup;
use crate::state::{App, apart};
use crate::sync::{self, SyncStatus};

/// Who may read what clinicians wrote.
const CLINICAL: Permission = Permission::ViewClinical;

/// More than these nobody reads; the page says how many there are.
const WAITING_SHOWN: u32 = 20;

/// A PC of the clinic, as the hub knows it.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HubDevice {
    pub name: String,
    pub lane: String,
    pub this_pc: bool,
    pub last_seen: Option<Instant>,
    /// Commits at the hub that the PC has not fetched.
    pub behind: u32,
    pub app_version: String,
    pub id: DeviceId,
    pub standing: Standing,
    /// When it was taken out, by the hub's clock.
    pub out_at: Option<Instant>,
    /// The manager's name; none for whoever runs the hub.
    pub out_by: Option<String>,
    /// When it was told to shut its records.
    pub locked_at: Option<Instant>,
    /// Commits that it had made, when it was last heard, and that the hub has not got.
    pub owes: u32,
    pub renewal_asked: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentCode {
    pub address: String,
    pub code: String,
    /// By this PC's clock.
    pub expires_at: Instant,
}

#[tauri::command(async)]
#[specta::specta]
pub fn sync_status(app: State<App>) -> Answer<SyncStatus> {
    app.user(Permission::Sync)?;
    Ok(sync::status(&app, &*app.db()?)?)
}

#[tauri::command]
#[specta::specta]
pub async fn sync_now(handle: AppHandle) -> Answer<SyncReport> {
    apart(handle, move |app| {
        app.user(Permission::Sync)?;
        Ok(sync::run(app, &*app.db()?)?)
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn stop_sync(app: State<App>) -> Answer<()> {
    app.user(Permission::Sync)?;
    sync::stop(&app);
    Ok(())
}

#[tauri::command(async)]
#[specta::specta]
pub fn sync_history(app: State<App>, page: PageRequest) -> Answer<Page<SyncRun>> {
    app.read(Permission::Sync, |conn| runs::history(conn, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn waiting_changes(app: State<App>) -> Answer<WaitingChanges> {
    app.read(Permission::Sync, |conn| records::waiting_changes(conn, WAITING_SHOWN))
}

#[tauri::command(async)]
#[specta::specta]
pub fn whereabouts(app: State<App>, rows: Vec<Uuid>) -> Answer<Vec<Whereabouts>> {
    app.user(Permission::Sync)?;
    Ok(sync::whereabouts(&app, &*app.db()?, &rows)?)
}

#[tauri::command(async)]
#[specta::specta]
pub fn last_sync_report(app: State<App>) -> Answer<Option<SyncReport>> {
    app.read(Permission::Sync, |conn| Ok(engine::link(conn)?.and_then(|link| link.last_report)))
}

#[tauri::command]
#[specta::specta]
pub async fn connect_hub(handle: AppHandle, address: String, code: String) -> Answer<SyncStatus> {
    apart(handle, move |app| {
        app.user(Permission::ManageDevices)?;
        let db = app.db()?;
        startup::connect(&db, &address, &code)?;
        app.hub_changed.notify_one();
        Ok(sync::status(app, &db)?)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn issue_enrolment_code(handle: AppHandle) -> Answer<EnrolmentCode> {
    apart(handle, move |app| {
        let user = app.user(Permission::ManageDevices)?.user.0;
        let db = app.db()?;
        let hub = startup::hub(&db)?;
        let code = startup::runtime()?.block_on(hub.new_code(NewCodeRequest { user })).map_err(Error::from)?;
        Ok(shown(&db, code)?)
    })
    .await
}

/// A code of the hub's as people see it.
fn shown(db: &Db, code: NewCode) -> neem_core::Result<EnrolmentCode> {
    let address = db.read(engine::link)?.ok_or(Code::HubNotConnected)?.address;
    // Counted from here, because the two clocks may differ by years; a little less, for the way.
    let expires_at = Instant(db.now().0 + i64::from(code.seconds - 5) * 1000);
    // The hub's code with letters of the key that this PC knows it by, so that the next PC can tell it too.
    let code = match db.read(pin::kept)? {
        Some(pin) => pin.joined_to(&code.code),
        None => code.code,
    };
    Ok(EnrolmentCode { address: address.trim_end_matches('/').to_owned(), code, expires_at })
}

#[tauri::command]
#[specta::specta]
pub async fn hub_devices(handle: AppHandle) -> Answer<Vec<HubDevice>> {
    apart(handle, move |app| {
        app.user(Permission::Sync)?;
        let db = app.db()?;
        let own = db.device()?.id.0;
        let hub = startup::hub(&db)?;
        let devices = startup::runtime()?.block_on(hub.devices()).map_err(Error::from)?;
        let named = |device: &protocol::HubDevice| db.read(|conn| leaving::name_of(conn, device.out_by));
        let names = devices.iter().map(named).collect::<neem_core::Result<Vec<_>>>()?;
        Ok(devices
            .into_iter()
            .zip(names)
            .map(|(device, out_by)| HubDevice {
                this_pc: device.device == own,
                id: DeviceId(device.device),
                standing: device.standing,
                out_at: device.out_at.map(Instant),
                out_by,
                locked_at: device.locked_at.map(Instant),
                owes: u32::try_from(device.owes).unwrap_or(0),
                renewal_asked: device.renewal_asked,
                name: device.name,
                lane: device.lane,
                last_seen: device.last_seen.map(Instant),
                behind: u32::try_from(device.behind).unwrap_or(0),
                app_version: device.app_version,
            })
            .collect())
    })
    .await
}

/// Takes another PC out: it hands over what it has not sent, or shuts its records.
#[tauri::command]
#[specta::specta]
pub async fn take_pc_out(handle: AppHandle, device: DeviceId, standing: Standing) -> Answer<()> {
    apart(handle, move |app| {
        let user = app.user(Permission::ManageDevices)?.user.0;
        let request = TakeOutRequest { user, device: device.0, standing };
        let db = app.db()?;
        startup::runtime()?.block_on(startup::hub(&db)?.take_out(request)).map_err(Error::from)?;
        app.write(Permission::ManageDevices, "take_pc_out", |tx| tenancy::mark_device_out(tx, device))
    })
    .await
}

/// Lets a PC in again; a code if it has shut its records.
#[tauri::command]
#[specta::specta]
pub async fn let_pc_in(handle: AppHandle, device: DeviceId) -> Answer<Option<EnrolmentCode>> {
    apart(handle, move |app| {
        let user = app.user(Permission::ManageDevices)?.user.0;
        let db = app.db()?;
        let request = DeviceRequest { user, device: device.0 };
        let reply = startup::runtime()?.block_on(startup::hub(&db)?.let_in(request)).map_err(Error::from)?;
        app.write(Permission::ManageDevices, "let_pc_in", |tx| tenancy::mark_device_in(tx, device))?;
        Ok(reply.code.map(|code| shown(&db, code)).transpose()?)
    })
    .await
}

/// Asks a PC for a new key; it makes one at its next sync.
#[tauri::command]
#[specta::specta]
pub async fn ask_for_new_key(handle: AppHandle, device: DeviceId) -> Answer<()> {
    apart(handle, move |app| {
        let user = app.user(Permission::ManageDevices)?.user.0;
        let request = DeviceRequest { user, device: device.0 };
        let db = app.db()?;
        startup::runtime()?.block_on(startup::hub(&db)?.ask_renewal(request)).map_err(Error::from)?;
        app.written.notify_one();
        Ok(())
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_conflicts(app: State<App>) -> Answer<Vec<ConflictSummary>> {
    app.read(Permission::Sync, overlap::list)
}

#[tauri::command(async)]
#[specta::specta]
pub fn field_conflicts(app: State<App>) -> Answer<Vec<FieldConflict>> {
    let clinician = app.user(Permission::DecideConflicts)?.may(CLINICAL);
    app.read(Permission::DecideConflicts, |conn| decide::field_conflicts(conn, clinician))
}

#[tauri::command(async)]
#[specta::specta]
pub fn keep_version(app: State<App>, conflict_id: ConflictId, stamp: String) -> Answer<DecisionId> {
    let clinician = app.user(Permission::DecideConflicts)?.may(CLINICAL);
    app.write(Permission::DecideConflicts, "decide_conflict", |tx| {
        decide::keep_version(tx, conflict_id, &stamp, clinician)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn undo_version(app: State<App>, decision_id: DecisionId) -> Answer<DecisionId> {
    let clinician = app.user(Permission::DecideConflicts)?.may(CLINICAL);
    app.write(Permission::DecideConflicts, "undo_decision", |tx| decide::undo_version(tx, decision_id, clinician))
}

#[tauri::command(async)]
#[specta::specta]
pub fn decided_conflicts(app: State<App>, since: Instant) -> Answer<Vec<Decided>> {
    let clinician = app.user(Permission::DecideConflicts)?.may(CLINICAL);
    app.read(Permission::DecideConflicts, |conn| decide::decided(conn, since, clinician))
}

#[tauri::command(async)]
#[specta::specta]
pub fn quarantined_commits(app: State<App>) -> Answer<Vec<Quarantined>> {
    app.read(Permission::DecideConflicts, decide::quarantined)
}

#[tauri::command(async)]
#[specta::specta]
pub fn put_commit_aside(app: State<App>, commit_id: ConflictId) -> Answer<DecisionId> {
    app.write(Permission::DecideConflicts, "put_commit_aside", |tx| decide::put_aside(tx, commit_id))
}

/// Takes what a PC handed over into the records, with all that it had handed over before.
#[tauri::command(async)]
#[specta::specta]
pub fn accept_handed_over(app: State<App>, commit_id: ConflictId) -> Answer<Accepted> {
    app.write(Permission::DecideConflicts, "accept_handed_over", |tx| decide::accept(tx, commit_id))
}
