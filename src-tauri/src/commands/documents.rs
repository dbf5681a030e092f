use neem_core::audit::{self, Note};
use neem_core::identity::Permission;
use neem_print::SlipPaper;
use tauri::{Manager, State};

use crate::documents::{self, DocumentPreview, DocumentRef, PaperLanguage};
use crate::error::Answer;
use crate::printers::{self, PrintJob, PrintOutcome, SlipPrinter};
use crate::state::App;

/// A slip and a receipt are the desk's, the day on paper whoever's may see the schedule, a prescription the doctor's.
fn permission(document: DocumentRef) -> Permission {
    match document {
        DocumentRef::Slip { .. } | DocumentRef::BlankSlips { .. } => Permission::ViewQueue,
        DocumentRef::DayList { .. } => Permission::ViewSchedule,
        DocumentRef::Prescription { .. } => Permission::ViewClinical,
        DocumentRef::Receipt { .. } => Permission::ViewBilling,
    }
}

/// The document as PDF and its file's name.
fn made(app: &App, document: DocumentRef, language: PaperLanguage) -> Answer<(Vec<u8>, String)> {
    let now = app.db()?.now();
    let (printable, name) = app.read(permission(document), |conn| document.printable(conn, language, now))?;
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
pub fn preview_document(app: State<App>, document: DocumentRef, language: PaperLanguage) -> Answer<DocumentPreview> {
    let now = app.db()?.now();
    app.read(permission(document), |conn| {
        let (printable, name) = document.printable(conn, language, now)?;
        let pages =
            neem_print::svg_pages(&printable).map_err(|error| neem_core::Error::Invariant(error.to_string()))?;
        let printed_before = document.first_print(conn)?.is_some();
        let printer = document.printer(conn)?.or_else(printers::default_printer);
        let languages = document.languages(conn, language.screen, now)?;
        let language = document.language(&languages, language.chosen);
        Ok(DocumentPreview { name, pages, printer, printed_before, language, languages })
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_document(app: State<App>, document: DocumentRef, language: PaperLanguage) -> Answer<String> {
    let (pdf, name) = made(&app, document, language)?;
    let folder = app.handle.path().download_dir().unwrap_or_else(|_| app.data_dir.join("documents"));
    let path = documents::save(&pdf, &folder, &name)?;
    note(&app, document, "save")?;
    Ok(path.display().to_string())
}

#[tauri::command(async)]
#[specta::specta]
pub fn print_document(app: State<App>, document: DocumentRef, language: PaperLanguage) -> Answer<PrintJob> {
    let (pdf, name) = made(&app, document, language)?;
    let printer = app.read(permission(document), |conn| document.printer(conn))?;
    let job = printers::print(&pdf, &name, printer)?;
    note(&app, document, "print")?;
    Ok(job)
}

/// What became of a print that the system took.
#[tauri::command(async)]
#[specta::specta]
pub fn print_outcome(app: State<App>, document: DocumentRef, job: PrintJob) -> Answer<PrintOutcome> {
    app.user(permission(document))?;
    Ok(printers::outcome(&job))
}

/// The printer of slips of this PC, and how it is just now.
#[tauri::command(async)]
#[specta::specta]
pub fn slip_printer(app: State<App>) -> Answer<SlipPrinter> {
    Ok(printers::slip_printer(app.read(Permission::ViewQueue, printers::chosen)?))
}

/// Chooses the printer and the paper of slips for this PC; no printer is the system's default.
#[tauri::command(async)]
#[specta::specta]
pub fn choose_slip_printer(app: State<App>, printer: Option<String>, paper: SlipPaper) -> Answer<SlipPrinter> {
    app.write_local(Permission::BookAppointment, |conn| printers::choose(conn, printer.as_deref(), paper))?;
    Ok(printers::slip_printer((printer, paper)))
}
