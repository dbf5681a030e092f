use neem_core::demo::{self, DemoLogin};
use neem_core::keys::Kept;
use neem_core::tenancy::ClinicSetup;
use neem_core::{Code, Db};
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::keyring;
use crate::lockout;
use crate::startup::{self, ClinicOverview, Files, JoinRequest, Startup};
use crate::state::{App, apart};

#[tauri::command]
#[specta::specta]
pub async fn startup(handle: AppHandle) -> Answer<Startup> {
    apart(handle, begin).await
}

fn begin(app: &App) -> Answer<Startup> {
    // Two windows' worth of questions at once must not open the database twice.
    let _once = app.founding();
    if let Ok(db) = app.db() {
        return Ok(Startup::Ready { clinic: startup::overview(&db)? });
    }
    let files = Files::of(&app.data_dir);
    if !files.exist() {
        return Ok(Startup::Fresh { keyring: keyring::answers() });
    }
    let opened = match files.key_file().map(|file| file.kept) {
        Ok(Kept::Passphrase { .. }) => return Ok(Startup::NeedsPassphrase),
        Ok(Kept::LockedOut(notice)) => {
            // A cut may have come between the seal and the keyring.
            notice.account.as_deref().into_iter().for_each(keyring::forget);
            return Ok(Startup::ShutOut { notice: (&*notice).into() });
        }
        Ok(Kept::Keyring { .. }) => files.open_with_keyring(),
        Err(error) => Err(error),
    };
    match opened.and_then(|db| startup::overview(&db).map(|clinic| (db, clinic))) {
        Ok((db, clinic)) => {
            app.adopt(db);
            Ok(Startup::Ready { clinic })
        }
        Err(error) => {
            let data_dir = app.data_dir.display().to_string();
            let code = match error.code() {
                known @ (Code::DatabaseNewer | Code::WrongKey | Code::KeyringSilent | Code::DiskFull) => known,
                _ => Code::DatabaseDamaged,
            };
            Ok(Startup::Failed { code, data_dir })
        }
    }
}

/// Takes a database into use that `make` opens or makes. A second press while the first is still
/// working waits, and must not make a second clinic.
fn once(app: &App, make: impl FnOnce(&Files) -> neem_core::Result<Db>) -> Answer<ClinicOverview> {
    let _once = app.founding();
    if app.is_open() {
        return Err(Code::AlreadySetUp.into());
    }
    let db = make(&Files::of(&app.data_dir))?;
    let clinic = startup::overview(&db)?;
    app.adopt(db);
    Ok(clinic)
}

#[tauri::command]
#[specta::specta]
pub async fn create_demo(handle: AppHandle, passphrase: Option<String>) -> Answer<ClinicOverview> {
    apart(handle, move |app| once(app, |files| startup::create_demo(files, passphrase.as_deref()))).await
}

#[tauri::command]
#[specta::specta]
pub async fn set_up_clinic(
    handle: AppHandle,
    setup: ClinicSetup,
    passphrase: Option<String>,
) -> Answer<ClinicOverview> {
    apart(handle, move |app| once(app, |files| startup::set_up(files, &setup, passphrase.as_deref()))).await
}

#[tauri::command]
#[specta::specta]
pub async fn join_clinic(
    handle: AppHandle,
    request: JoinRequest,
    passphrase: Option<String>,
) -> Answer<ClinicOverview> {
    apart(handle, move |app| once(app, |files| startup::join(files, &request, passphrase.as_deref()))).await
}

/// Makes this fresh PC one of the clinic's that an export holds.
#[tauri::command]
#[specta::specta]
pub async fn restore_clinic(
    handle: AppHandle,
    path: String,
    device_name: String,
    passphrase: Option<String>,
) -> Answer<ClinicOverview> {
    apart(handle, move |app| {
        once(app, |files| startup::restore(files, path.as_ref(), &device_name, passphrase.as_deref()))
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn unlock_database(handle: AppHandle, passphrase: String) -> Answer<ClinicOverview> {
    apart(handle, move |app| once(app, |files| files.open(&files.key_file()?.unwrap_with(&passphrase)?))).await
}

/// Opens the records of a PC that was shut out, with a manager's code.
#[tauri::command]
#[specta::specta]
pub async fn let_this_pc_in(handle: AppHandle, code: String) -> Answer<()> {
    let work = handle.clone();
    apart(handle, move |_| Ok(lockout::let_in(&work, &code)?)).await
}

#[tauri::command(async)]
#[specta::specta]
pub fn demo_logins(app: State<App>) -> Answer<Vec<DemoLogin>> {
    let is_demo = app.db()?.device()?.demo;
    Ok(if is_demo { demo::logins() } else { Vec::new() })
}
