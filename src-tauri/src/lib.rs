//! The window: commands of three lines, events, and what belongs to one running app (who is signed
//! in, where the database is). The rules are in neem-core.

mod commands;
mod documents;
mod error;
mod events;
mod keyring;
mod startup;
mod state;
mod sync;

use std::path::PathBuf;

use tauri::Manager;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

use events::{Changed, ScreenLocked, SyncProgressed, SyncStatusChanged};
use state::App;

/// Every command and event, for the window and for the generated TypeScript.
pub fn bindings() -> Builder<tauri::Wry> {
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        .disable_serde_phases()
        .commands(collect_commands![
            commands::start::startup,
            commands::start::create_demo,
            commands::start::set_up_clinic,
            commands::start::join_clinic,
            commands::start::unlock_database,
            commands::start::demo_logins,
            commands::identity::sign_in,
            commands::identity::sign_out,
            commands::identity::session,
            commands::identity::lock_screen,
            commands::identity::unlock_screen,
            commands::identity::touch,
            commands::identity::list_staff,
            commands::identity::add_staff,
            commands::patients::search_patients,
            commands::patients::likely_duplicates,
            commands::patients::register_patient,
            commands::patients::record_allergy,
            commands::patients::chart,
            commands::scheduling::today,
            commands::scheduling::walk_in_desk,
            commands::scheduling::book_walk_in,
            commands::scheduling::move_appointment,
            commands::consultations::open_consultation,
            commands::consultations::save_notes,
            commands::consultations::finish_consultation,
            commands::prescriptions::save_draft,
            commands::prescriptions::parse_line,
            commands::prescriptions::suggest_medicines,
            commands::prescriptions::check_draft,
            commands::prescriptions::issue_prescription,
            commands::documents::preview_document,
            commands::documents::save_document,
            commands::documents::print_document,
            commands::sync::sync_status,
            commands::sync::sync_now,
            commands::sync::last_sync_report,
            commands::sync::connect_hub,
            commands::sync::issue_enrolment_code,
            commands::sync::hub_devices,
            commands::sync::list_conflicts,
        ])
        .events(collect_events![Changed, SyncProgressed, SyncStatusChanged, ScreenLocked])
}

/// Opens the window and stays until it is closed.
pub fn run() {
    // The hub's certificates are checked with ring; a second provider would only cost build time.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let bindings = bindings();
    let handler = bindings.invoke_handler();
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
            Ok(())
        })
        .run(tauri::generate_context!());
    if let Err(error) = app {
        eprintln!("Neem could not open its window: {error}");
        std::process::exit(1);
    }
}
