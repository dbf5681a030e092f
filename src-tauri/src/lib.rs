//! The window: commands of three lines, events, and what belongs to one running app (who is signed
//! in, where the database is). The rules are in neem-core.

mod access;
mod board;
mod commands;
mod desk_papers;
mod documents;
mod error;
mod events;
mod keyring;
mod lockout;
mod printers;
mod spoken;
mod startup;
mod state;
mod sync;
mod upkeep;

use std::path::PathBuf;

use tauri::Manager;
use tauri_specta::{Builder, ErrorHandlingMode, collect_events};

pub use access::{ACCESS, Access};
use events::{Changed, ScreenLocked, ShutOut, SyncProgressed, SyncStatusChanged};
use state::App;

/// Every command and event, for the window and for the generated TypeScript.
pub fn bindings() -> Builder<tauri::Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .commands(access::collected())
        .events(collect_events![Changed, SyncProgressed, SyncStatusChanged, ScreenLocked, ShutOut])
}

/// Opens the window and stays until it is closed.
pub fn run() {
    // The hub's certificates are checked with ring; a second provider would only cost build time.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bindings = bindings();
    let handler = access::guarded(bindings.invoke_handler());
    let app = tauri::Builder::default()
        .invoke_handler(handler)
        .setup(move |app| {
            bindings.mount_events(app);
            let data_dir = match std::env::var_os("NEEM_DATA_DIR") {
                Some(dir) => PathBuf::from(dir),
                None => app.path().app_data_dir()?,
            };
            std::fs::create_dir_all(&data_dir)?;
            app.manage(App::new(data_dir, app.handle().clone()));
            state::watch_inactivity(app.handle().clone());
            sync::keep_syncing(app.handle().clone());
            upkeep::keep_up(app.handle().clone());
            Ok(())
        })
        .run(tauri::generate_context!());
    if let Err(error) = app {
        eprintln!("Neem could not open its window: {error}");
        std::process::exit(1);
    }
}
