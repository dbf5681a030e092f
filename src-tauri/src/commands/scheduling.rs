use neem_core::identity::Permission;
use neem_core::ids::{AppointmentId, ClinicId};
use neem_core::scheduling::{self, Move, Moved, NewWalkIn, QueueTicket, Today, WalkInDesk};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn today(app: State<App>, clinic_id: ClinicId) -> Answer<Today> {
    let now = app.db()?.now();
    app.read(Permission::ViewQueue, |conn| scheduling::today(conn, clinic_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn walk_in_desk(app: State<App>, clinic_id: ClinicId) -> Answer<WalkInDesk> {
    let (device, now) = (app.db()?.device()?, app.db()?.now());
    app.read(Permission::ViewQueue, |conn| scheduling::desk(conn, clinic_id, &device, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn book_walk_in(app: State<App>, walk_in: NewWalkIn) -> Answer<QueueTicket> {
    app.write(Permission::BookAppointment, "book_walk_in", |tx| scheduling::book_walk_in(tx, &walk_in))
}

#[tauri::command(async)]
#[specta::specta]
pub fn move_appointment(app: State<App>, appointment_id: AppointmentId, to: Move, note: String) -> Answer<Moved> {
    app.write(Permission::CallPatient, "move_appointment", |tx| {
        scheduling::move_appointment(tx, appointment_id, to, &note)
    })
}
