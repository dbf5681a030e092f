use neem_core::files::{self, FileStore};
use neem_core::identity::Permission;
use neem_core::ids::PatientId;
use neem_core::page::{Page, PageRequest};
use neem_core::retention::{self, ArchiveReport, ArchivedVisit, PurgeReport, RetentionPolicy};
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::state::{App, apart};

#[tauri::command]
#[specta::specta]
pub async fn archive_now(handle: AppHandle) -> Answer<ArchiveReport> {
    apart(handle, |app| {
        app.user(Permission::Maintain)?;
        let db = app.db()?;
        Ok(retention::archive(&db, &RetentionPolicy::default(), db.now())?)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn purge_now(handle: AppHandle) -> Answer<PurgeReport> {
    apart(handle, |app| {
        app.write(Permission::Maintain, "purge", |tx| retention::purge(tx, &RetentionPolicy::default(), tx.now))
    })
    .await
}

/// Takes bytes off the disk that no file refers to any more; returns how many files went.
#[tauri::command]
#[specta::specta]
pub async fn sweep_files(handle: AppHandle) -> Answer<u32> {
    apart(handle, |app| {
        let store = FileStore::beside(app.db()?.path());
        app.write_local(Permission::Maintain, |conn| files::sweep(conn, &store))
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn search_archive(app: State<App>, text: String, page: PageRequest) -> Answer<Page<ArchivedVisit>> {
    app.read(Permission::ViewClinical, |conn| retention::search_archive(conn, &text, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_archived_visits(app: State<App>, patient_id: PatientId, page: PageRequest) -> Answer<Page<ArchivedVisit>> {
    app.read(Permission::ViewClinical, |conn| retention::archived_visits_of(conn, patient_id, page))
}
