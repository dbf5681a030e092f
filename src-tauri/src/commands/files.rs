use std::path::PathBuf;

use neem_core::Code;
use neem_core::audit::{self, Note};
use neem_core::files::{self, FileInfo, FileOwner, FileStore, OwnerTable};
use neem_core::identity::Permission;
use neem_core::ids::FileId;
use neem_core::page::{Page, PageRequest};
use tauri::{AppHandle, Manager, State};

use crate::error::Answer;
use crate::state::{App, apart};

fn store(app: &App) -> Answer<FileStore> {
    Ok(FileStore::beside(app.db()?.path()))
}

/// What it takes to add, read or remove the files of such an owner. A patient's desk file is the
/// desk's, the papers of a consultation are the doctor's.
fn of_owner(table: OwnerTable) -> Permission {
    match table {
        OwnerTable::Patients | OwnerTable::Consents => Permission::UseFiles,
        OwnerTable::Consultations => Permission::ViewClinical,
        OwnerTable::Providers | OwnerTable::Credentials => Permission::ManageProviders,
        OwnerTable::StaffMembers => Permission::ManageStaff,
        OwnerTable::Messages => Permission::UseConversations,
        OwnerTable::Tickets => Permission::WorkTickets,
        OwnerTable::Tenants => Permission::ManageClinic,
    }
}

fn of_file(app: &App, file: FileId) -> Answer<Permission> {
    Ok(app.db()?.read(|conn| Ok(of_owner(files::file(conn, file)?.owner.table)))?)
}

/// Takes in the file at a path that a person chose.
#[tauri::command]
#[specta::specta]
pub async fn add_file(handle: AppHandle, owner: FileOwner, path: String) -> Answer<FileInfo> {
    apart(handle, move |app| {
        app.user(of_owner(owner.table))?;
        let path = PathBuf::from(path);
        // A device or a pipe could keep the reading, and with it every other write, waiting.
        if !path.is_file() {
            return Err(Code::NotFound.into());
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let content = std::fs::File::open(&path).map_err(|_| Code::NotFound)?;
        let store = store(app)?;
        app.write(of_owner(owner.table), "add_file", |tx| files::add(tx, &store, owner, &name, content))
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_files(app: State<App>, owner: FileOwner, page: PageRequest) -> Answer<Page<FileInfo>> {
    app.read(of_owner(owner.table), |conn| files::list(conn, owner, page))
}

/// The bytes, to be shown in the window.
#[tauri::command]
#[specta::specta]
pub async fn read_file(handle: AppHandle, file_id: FileId) -> Answer<Vec<u8>> {
    apart(handle, move |app| {
        let store = store(app)?;
        app.read(of_file(app, file_id)?, |conn| Ok(files::read(conn, &store, file_id)?.bytes))
    })
    .await
}

/// A copy in the clear, in the folder of downloads; noted, because it leaves the clinic's keeping.
#[tauri::command]
#[specta::specta]
pub async fn save_file(handle: AppHandle, file_id: FileId) -> Answer<String> {
    apart(handle, move |app| {
        let (store, permission) = (store(app)?, of_file(app, file_id)?);
        let folder = app.handle.path().download_dir().unwrap_or_else(|_| app.data_dir.join("documents"));
        let path = app.read(permission, |conn| files::save_copy(conn, &store, file_id, &folder))?;
        let note = Note { action: "save", entity_type: "files", entity_id: Some(file_id.0) };
        app.write(permission, "save_file", |tx| audit::note(tx, note, &()))?;
        Ok(path.display().to_string())
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_file(app: State<App>, file_id: FileId) -> Answer<()> {
    app.write(of_file(&app, file_id)?, "remove_file", |tx| files::remove(tx, file_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_extracted_text(app: State<App>, file_id: FileId, text: String) -> Answer<()> {
    app.write(of_file(&app, file_id)?, "set_extracted_text", |tx| files::set_extracted_text(tx, file_id, &text))
}
