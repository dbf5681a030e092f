use neem_core::identity::{
    self, ContactForm, Grant, IssuedToken, MfaSetup, NewStaff, Permission, ProfileForm, Role, SessionSummary,
    StaffMember, TeamFilter, TeamMember, TeamMemberForm, TokenPurpose, UserAccount,
};
use neem_core::ids::{ClinicId, GrantId, SessionId, StaffMemberId, UserId};
use neem_core::page::{Page, PageRequest};
use neem_core::{Code, Error};
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::state::{App, Session, apart};

/// Shows who somebody is, and opens their session.
fn enter(app: &App, email: &str, password: &str, code: Option<&str>) -> Answer<Session> {
    let db = app.db()?;
    let who = identity::sign_in_with(&db, email, password, code)?;
    end_session(app)?;
    let session = identity::open_session(&db, who.user)?;
    Ok(app.enter(who, session.id))
}

fn end_session(app: &App) -> Answer<()> {
    let Some(session) = app.session_id() else { return Ok(()) };
    let db = app.db()?;
    Ok(db.write_local(|conn| identity::end_session(conn, session, db.now()))?)
}

#[tauri::command]
#[specta::specta]
pub async fn sign_in(handle: AppHandle, email: String, password: String, code: Option<String>) -> Answer<Session> {
    apart(handle, move |app| enter(app, &email, &password, code.as_deref())).await
}

#[tauri::command(async)]
#[specta::specta]
pub fn sign_out(app: State<App>) -> Answer<()> {
    let ended = end_session(&app);
    app.leave();
    ended
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
pub async fn unlock_screen(handle: AppHandle, password: String, code: Option<String>) -> Answer<Session> {
    apart(handle, move |app| {
        let session = app.session().ok_or(Code::NotSignedIn)?;
        enter(app, &session.email, &password, code.as_deref())
    })
    .await
}

/// Somebody is here. A session that has run out, or was ended from elsewhere, locks the screen:
/// what is on it stays until the password is given.
#[tauri::command(async)]
#[specta::specta]
pub fn touch(app: State<App>) -> Answer<()> {
    app.touch();
    let Some(session) = app.session_id() else { return Ok(()) };
    identity::touch_session(&*app.db()?, session).map_err(|error| {
        if error.code() == Code::NotSignedIn {
            app.lock();
        }
        error.into()
    })
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

#[tauri::command(async)]
#[specta::specta]
pub fn own_account(app: State<App>) -> Answer<UserAccount> {
    let own = app.user(Permission::OwnAccount)?.user;
    app.read(Permission::OwnAccount, |conn| identity::user(conn, own))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_own_profile(app: State<App>, profile: ProfileForm) -> Answer<UserAccount> {
    let (own, today) = (app.user(Permission::OwnAccount)?.user, app.day()?);
    app.write(Permission::OwnAccount, "edit_profile", |tx| identity::edit_profile(tx, own, &profile, today))
}

#[tauri::command]
#[specta::specta]
pub async fn change_password(handle: AppHandle, old_password: String, new_password: String) -> Answer<()> {
    apart(handle, move |app| {
        let own = app.user(Permission::OwnAccount)?.user;
        Ok(identity::change_password(&*app.db()?, own, &old_password, &new_password, app.session_id())?)
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn own_sessions(app: State<App>, page: PageRequest) -> Answer<Page<SessionSummary>> {
    let own = app.user(Permission::OwnAccount)?.user;
    app.read(Permission::OwnAccount, |conn| identity::list_sessions(conn, own, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn end_own_session(app: State<App>, session_id: SessionId) -> Answer<()> {
    let (own, now) = (app.user(Permission::OwnAccount)?.user, app.db()?.now());
    app.write_local(Permission::OwnAccount, |conn| identity::end_session_of(conn, own, session_id, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn begin_mfa(app: State<App>) -> Answer<MfaSetup> {
    let (own, db) = (app.user(Permission::OwnAccount)?.user, app.db()?);
    app.read(Permission::OwnAccount, |conn| identity::begin_mfa(conn, &*db.entropy, own))
}

#[tauri::command(async)]
#[specta::specta]
pub fn confirm_mfa(app: State<App>, secret: String, code: String) -> Answer<()> {
    app.write(Permission::OwnAccount, "confirm_mfa", |tx| identity::confirm_mfa(tx, &secret, &code))
}

#[tauri::command]
#[specta::specta]
pub async fn disable_own_mfa(handle: AppHandle, password: String) -> Answer<()> {
    apart(handle, move |app| {
        let own = app.user(Permission::OwnAccount)?.user;
        Ok(identity::disable_own_mfa(&*app.db()?, own, &password)?)
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn disable_mfa_of(app: State<App>, user_id: UserId) -> Answer<()> {
    app.write(Permission::ManageStaff, "disable_mfa", |tx| identity::disable_mfa_of(tx, user_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn issue_token(app: State<App>, user_id: UserId, purpose: TokenPurpose) -> Answer<IssuedToken> {
    app.write(Permission::ManageStaff, "issue_token", |tx| identity::issue_token(tx, user_id, purpose))
}

#[tauri::command(async)]
#[specta::specta]
pub fn verify_contact(app: State<App>, purpose: TokenPurpose, code: String) -> Answer<UserAccount> {
    app.write(Permission::OwnAccount, "verify_contact", |tx| identity::verify_contact(tx, purpose, &code))
}

/// Before signing in: whoever has the code may choose a password.
#[tauri::command]
#[specta::specta]
pub async fn reset_password(handle: AppHandle, email: String, code: String, new_password: String) -> Answer<()> {
    apart(handle, move |app| Ok(identity::reset_password(&*app.db()?, &email, &code, &new_password)?)).await
}

#[tauri::command(async)]
#[specta::specta]
pub fn user_account(app: State<App>, user_id: UserId) -> Answer<UserAccount> {
    app.read(Permission::ManageStaff, |conn| identity::user(conn, user_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn find_user_by_email(app: State<App>, email: String) -> Answer<Option<UserAccount>> {
    app.read(Permission::ManageStaff, |conn| identity::find_by_email(conn, &email))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_user_profile(app: State<App>, user_id: UserId, profile: ProfileForm) -> Answer<UserAccount> {
    let today = app.day()?;
    app.write(Permission::ManageStaff, "edit_profile", |tx| identity::edit_profile(tx, user_id, &profile, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn change_user_contact(app: State<App>, user_id: UserId, contact: ContactForm) -> Answer<UserAccount> {
    app.write(Permission::ManageStaff, "change_contact", |tx| identity::change_contact(tx, user_id, &contact))
}

#[tauri::command(async)]
#[specta::specta]
pub fn suspend_user(app: State<App>, user_id: UserId) -> Answer<UserAccount> {
    app.write(Permission::ManageStaff, "suspend_user", |tx| identity::suspend_user(tx, user_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reactivate_user(app: State<App>, user_id: UserId) -> Answer<UserAccount> {
    app.write(Permission::ManageStaff, "reactivate_user", |tx| identity::reactivate_user(tx, user_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_user_sessions(app: State<App>, user_id: UserId, page: PageRequest) -> Answer<Page<SessionSummary>> {
    app.read(Permission::ManageStaff, |conn| identity::list_sessions(conn, user_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_grants(app: State<App>, user_id: UserId) -> Answer<Vec<Grant>> {
    app.read(Permission::ManageStaff, |conn| identity::list_grants(conn, user_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn grant_role(app: State<App>, user_id: UserId, role: Role, clinic_id: Option<ClinicId>) -> Answer<Vec<Grant>> {
    app.write(Permission::ManageStaff, "grant_role", |tx| {
        identity::grant_role(tx, user_id, role, clinic_id)?;
        identity::list_grants(tx, user_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn revoke_role(app: State<App>, grant_id: GrantId) -> Answer<()> {
    app.write(Permission::ManageStaff, "revoke_role", |tx| identity::revoke_role(tx, grant_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_team(app: State<App>, filter: TeamFilter, page: PageRequest) -> Answer<Page<TeamMember>> {
    app.read(Permission::ViewSchedule, |conn| identity::list_team(conn, &filter, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_team_member(app: State<App>, member: TeamMemberForm) -> Answer<TeamMember> {
    app.write(Permission::ManageStaff, "add_team_member", |tx| identity::add_team_member(tx, &member))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_team_member(app: State<App>, id: StaffMemberId, member: TeamMemberForm) -> Answer<TeamMember> {
    app.write(Permission::ManageStaff, "edit_team_member", |tx| identity::edit_team_member(tx, id, &member))
}

#[tauri::command(async)]
#[specta::specta]
pub fn deactivate_team_member(app: State<App>, id: StaffMemberId) -> Answer<TeamMember> {
    app.write(Permission::ManageStaff, "deactivate_team_member", |tx| identity::deactivate_team_member(tx, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reactivate_team_member(app: State<App>, id: StaffMemberId) -> Answer<TeamMember> {
    app.write(Permission::ManageStaff, "reactivate_team_member", |tx| identity::reactivate_team_member(tx, id))
}
