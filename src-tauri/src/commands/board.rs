use neem_core::identity::Permission;
use neem_core::ids::ClinicId;
use neem_core::scheduling::{self, Board};
use neem_core::{Code, tenancy};
use tauri::{AppHandle, State, WebviewWindow};

use crate::board;
use crate::error::Answer;
use crate::state::App;

/// Opens the window of the queue board.
#[tauri::command]
#[specta::specta]
pub async fn open_board(handle: AppHandle, app: State<'_, App>) -> Answer<()> {
    app.user(Permission::ViewQueue)?;
    board::open(&handle)
}

/// What the board shows of the site where this PC stands. It goes on while the main window is locked:
/// numbers and rooms are for everybody in the waiting room, and names are there only if the clinic wants it.
#[tauri::command(async)]
#[specta::specta]
pub fn show_board(app: State<App>) -> Answer<Board> {
    let (db, now) = (app.db()?, app.db()?.now());
    let home = db.device()?.clinic;
    Ok(db.read(|conn| {
        let first = || tenancy::clinics(conn).map(|sites| sites.first().map(|site| site.id));
        let site = home.map_or_else(first, |site| Ok(Some(site)))?;
        scheduling::board(conn, site.ok_or(Code::NotFound)?, now)
    })?)
}

#[tauri::command]
#[specta::specta]
pub async fn board_full_screen(window: WebviewWindow) -> Answer<bool> {
    board::toggle_full_screen(&window)
}

#[tauri::command(async)]
#[specta::specta]
pub fn board_shows_names(app: State<App>, clinic_id: ClinicId) -> Answer<bool> {
    app.read(Permission::ViewQueue, |conn| scheduling::shows_names(conn, clinic_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn show_names_on_board(app: State<App>, clinic_id: ClinicId, shown: bool) -> Answer<()> {
    app.write(Permission::ManageClinic, "show_names_on_board", |tx| scheduling::show_names(tx, clinic_id, shown))
}
