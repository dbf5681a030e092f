use std::path::PathBuf;

use neem_core::audit::{self, Note};
use neem_core::identity::Permission;
use neem_core::transfer::{self, ExportReport};
use tauri::AppHandle;

use crate::error::Answer;
use crate::state::apart;

/// Writes the whole clinic into a file in the clear; noted, because it leaves the clinic's keeping.
#[tauri::command]
#[specta::specta]
pub async fn export_clinic(handle: AppHandle, path: String) -> Answer<ExportReport> {
    apart(handle, move |app| {
        let (db, path) = (app.db()?, PathBuf::from(path));
        let report = app.read(Permission::ExportClinic, |conn| transfer::export_to_file(conn, &path, db.now()))?;
        let note = Note { action: "export", entity_type: "tenants", entity_id: Some(db.device()?.tenant.0) };
        app.write(Permission::ExportClinic, "export_clinic", |tx| audit::note(tx, note, &report))?;
        Ok(report)
    })
    .await
}
