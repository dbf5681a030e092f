//! A PC that its hub refuses: whether it hands over or shuts its records, and how it comes back.

use neem_core::db::Db;
use neem_core::ids::Instant;
use neem_core::keys::LockedOut;
use neem_core::sync::devices::Standing;
use neem_core::sync::http::{self, HttpHub};
use neem_core::sync::leaving;
use neem_core::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;
use tokio::runtime::Runtime;

use crate::events::ShutOut;
use crate::keyring;
use crate::startup::{self, Files};
use crate::state::App;

/// What the first screen says of a PC whose records are shut.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShutOutNotice {
    /// By the hub's clock.
    pub at: Instant,
    /// The manager's name; none for whoever runs the hub.
    pub by: Option<String>,
    /// Commits that the hub had not got: they lie in the sealed file.
    pub waiting: u32,
}

impl From<&LockedOut> for ShutOutNotice {
    fn from(notice: &LockedOut) -> ShutOutNotice {
        ShutOutNotice { at: notice.at, by: notice.by.clone(), waiting: notice.waiting }
    }
}

/// After a sync that was refused: asks the hub for its signed word, and does what that says.
pub fn heed(app: &App, db: &Db, runtime: &Runtime, hub: &HttpHub, code: Code) -> Result<()> {
    if !matches!(code, Code::DeviceRevoked | Code::DeviceDrained) {
        return Ok(());
    }
    let word = runtime.block_on(leaving::verdict(db, hub))?;
    match word.standing {
        Standing::In => {}
        Standing::Drained => drop(leaving::hand_over(db, &word)?),
        Standing::Out => {
            let _once = app.founding();
            leaving::lock(db, &word, Files::of(&app.data_dir).key_path(), keyring::forget)?;
            app.shut();
            let _ = ShutOut.emit(&app.handle);
        }
    }
    Ok(())
}

/// Opens the records again with a manager's code; then the PC starts as it always did.
pub fn let_in(handle: &AppHandle, code: &str) -> Result<()> {
    let app = handle.state::<App>();
    let _once = app.founding();
    let files = Files::of(&app.data_dir);
    let file = files.key_file()?;
    let notice = file.locked_out().ok_or(Code::AlreadySetUp)?;
    let release = startup::runtime()?.block_on(http::release(notice, code)).map_err(Error::from)?;
    leaving::unlock(files.key_path(), &release.release, keyring::store)
}
