use neem_core::audit::{self, AuditEntry, AuditFilter, LogReport};
use neem_core::identity::Permission;
use neem_core::page::{Page, PageRequest};
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::state::{App, apart};

#[tauri::command(async)]
#[specta::specta]
pub fn list_audit_entries(app: State<App>, filter: AuditFilter, page: PageRequest) -> Answer<Page<AuditEntry>> {
    app.read(Permission::ViewAudit, |conn| audit::list(conn, &filter, page))
}

#[tauri::command]
#[specta::specta]
pub async fn verify_log(handle: AppHandle) -> Answer<LogReport> {
    apart(handle, |app| app.read(Permission::ViewAudit, audit::verify_log)).await
}
