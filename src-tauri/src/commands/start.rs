use neem_core::demo::{self, DemoLogin};
use neem_core::keys::Kept;
use neem_core::tenancy::ClinicSetup;
use neem_core::{Code, Db};
use tauri::State;

use crate::error::Answer;
use crate::keyring;
use crate::startup::{self, ClinicOverview, Files, JoinRequest, Startup};
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn startup(app: State<App>) -> Answer<Startup> {
    if let Ok(db) = app.db() {
        return Ok(Startup::Ready { clinic: startup::overview(&db)? });
    }
    let files = Files::of(&app.data_dir);
    if !files.exist() {
        return Ok(Startup::Fresh { keyring: keyring::answers() });
    }
    let opened = match files.key_file().map(|file| file.kept) {
        Ok(Kept::Passphrase { .. }) => return Ok(Startup::NeedsPassphrase),
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

fn use_database(app: &App, made: neem_core::Result<Db>) -> Answer<ClinicOverview> {
    let db = made?;
    let clinic = startup::overview(&db)?;
    app.adopt(db);
    Ok(clinic)
}

/// A second press while the first is still working must not make a second clinic.
fn not_open(app: &App) -> Answer<Files> {
    if app.is_open() { Err(Code::AlreadySetUp.into()) } else { Ok(Files::of(&app.data_dir)) }
}

#[tauri::command(async)]
#[specta::specta]
pub fn create_demo(app: State<App>, passphrase: Option<String>) -> Answer<ClinicOverview> {
    let files = not_open(&app)?;
    let _once = app.founding();
    use_database(&app, startup::create_demo(&files, passphrase.as_deref()))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_up_clinic(app: State<App>, setup: ClinicSetup, passphrase: Option<String>) -> Answer<ClinicOverview> {
    let files = not_open(&app)?;
    let _once = app.founding();
    use_database(&app, startup::set_up(&files, &setup, passphrase.as_deref()))
}

#[tauri::command(async)]
#[specta::specta]
pub fn join_clinic(app: State<App>, request: JoinRequest, passphrase: Option<String>) -> Answer<ClinicOverview> {
    let files = not_open(&app)?;
    let _once = app.founding();
    use_database(&app, startup::join(&files, &request, passphrase.as_deref()))
}

#[tauri::command(async)]
#[specta::specta]
pub fn unlock_database(app: State<App>, passphrase: String) -> Answer<ClinicOverview> {
    let files = not_open(&app)?;
    let key = files.key_file()?.unwrap_with(&passphrase)?;
    use_database(&app, files.open(&key))
}

#[tauri::command(async)]
#[specta::specta]
pub fn demo_logins(app: State<App>) -> Answer<Vec<DemoLogin>> {
    let is_demo = app.db()?.device()?.demo;
    Ok(if is_demo { demo::logins() } else { Vec::new() })
}
