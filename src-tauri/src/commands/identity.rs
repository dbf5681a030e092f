use neem_core::identity::{self, NewStaff, Permission, StaffMember};
use neem_core::{Code, Error};
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::state::{App, Session, apart};

#[tauri::command]
#[specta::specta]
pub async fn sign_in(handle: AppHandle, email: String, password: String) -> Answer<Session> {
    apart(handle, move |app| Ok(app.enter(identity::sign_in(&*app.db()?, &email, &password)?))).await
}

#[tauri::command(async)]
#[specta::specta]
pub fn sign_out(app: State<App>) -> Answer<()> {
    app.leave();
    Ok(())
}

#[tauri::command(async)]
#[specta::specta]
pub fn session(app: State<App>) -> Answer<Option<Session>> {
    Ok(app.session())
}

#[tauri::command(async)]
#[specta::specta]
pub fn lock_screen(app: State<App>) -> Answer<()> {
    app.lock();
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn unlock_screen(handle: AppHandle, password: String) -> Answer<Session> {
    apart(handle, move |app| {
        let session = app.session().ok_or(Code::NotSignedIn)?;
        Ok(app.enter(identity::sign_in(&*app.db()?, &session.email, &password)?))
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn touch(app: State<App>) -> Answer<()> {
    app.touch();
    Ok(())
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_staff(app: State<App>) -> Answer<Vec<StaffMember>> {
    app.read(Permission::ManageStaff, identity::list_staff)
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_staff(app: State<App>, staff: NewStaff) -> Answer<StaffMember> {
    app.write(Permission::ManageStaff, "add_staff", |tx| {
        let site = tx.device.clinic.ok_or_else(|| Error::from(Code::NotFound))?;
        identity::add_staff(tx, &staff, site)
    })
}
