use neem_core::audit::{self, Note};
use neem_core::identity::Permission;
use tauri::{Manager, State};

use crate::documents::{self, DocumentPreview, DocumentRef};
use crate::error::Answer;
use crate::state::App;

/// A slip is the desk's, a prescription the doctor's.
fn permission(document: DocumentRef) -> Permission {
    match document {
        DocumentRef::Slip { .. } => Permission::ViewQueue,
        DocumentRef::Prescription { .. } => Permission::ViewClinical,
    }
}

/// The document as PDF and its file's name.
fn made(app: &App, document: DocumentRef) -> Answer<(Vec<u8>, String)> {
    let now = app.db()?.now();
    let (printable, name) = app.read(permission(document), |conn| document.printable(conn, now))?;
    Ok((documents::pdf(&printable)?, name))
}

/// Remembers here that there is a paper of it, and notes for everybody who made it and how.
fn note(app: &App, document: DocumentRef, action: &str) -> Answer<()> {
    let (user, now) = (app.user(permission(document))?.user, app.db()?.now());
    app.write_local(permission(document), |conn| document.note_print(conn, user.0, now))?;
    let (entity_type, entity_id) = document.entity();
    let note = Note { action, entity_type, entity_id: Some(entity_id) };
    app.write(permission(document), &format!("{action}_document"), |tx| audit::note(tx, note, &()))?;
    Ok(())
}

#[tauri::command(async)]
#[specta::specta]
pub fn preview_document(app: State<App>, document: DocumentRef) -> Answer<DocumentPreview> {
    let now = app.db()?.now();
    app.read(permission(document), |conn| {
        let (printable, name) = document.printable(conn, now)?;
        let pages =
            neem_print::svg_pages(&printable).map_err(|error| neem_core::Error::Invariant(error.to_string()))?;
        let printed_before = document.first_print(conn)?.is_some();
        Ok(DocumentPreview { name, pages, printer: documents::default_printer(), printed_before })
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_document(app: State<App>, document: DocumentRef) -> Answer<String> {
    let (pdf, name) = made(&app, document)?;
    let folder = app.handle.path().download_dir().unwrap_or_else(|_| app.data_dir.join("documents"));
    let path = documents::save(&pdf, &folder, &name)?;
    note(&app, document, "save")?;
    Ok(path.display().to_string())
}

#[tauri::command(async)]
#[specta::specta]
pub fn print_document(app: State<App>, document: DocumentRef) -> Answer<()> {
    let (pdf, name) = made(&app, document)?;
    documents::print(&pdf, &name)?;
    note(&app, document, "print")
}
