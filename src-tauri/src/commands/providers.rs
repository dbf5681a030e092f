use neem_core::identity::Permission;
use neem_core::ids::{ClinicId, CredentialId, ProviderId, UserId};
use neem_core::page::{Page, PageRequest};
use neem_core::providers::{
    self, ActiveDoctor, ApprovalDecision, Credential, CredentialForm, KnownFor, Provider, ProviderForm, ProviderHit,
    ProviderSearch, RegisteredBy,
};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

/// A doctor registers themself and waits for a manager.
#[tauri::command(async)]
#[specta::specta]
pub fn register_as_provider(app: State<App>, profile: ProviderForm) -> Answer<Provider> {
    let by = RegisteredBy::Themself(app.user(Permission::OwnAccount)?.user);
    app.write(Permission::OwnAccount, "register_provider", |tx| providers::register_provider(tx, &profile, by))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_provider(app: State<App>, profile: ProviderForm, user_id: Option<UserId>) -> Answer<Provider> {
    let by = RegisteredBy::Manager(user_id);
    app.write(Permission::ManageProviders, "add_provider", |tx| providers::register_provider(tx, &profile, by))
}

#[tauri::command(async)]
#[specta::specta]
pub fn provider(app: State<App>, id: ProviderId) -> Answer<Provider> {
    app.read(Permission::ViewSchedule, |conn| providers::provider(conn, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_provider(app: State<App>, id: ProviderId, profile: ProviderForm) -> Answer<Provider> {
    app.write(Permission::ManageProviders, "edit_provider", |tx| providers::edit_provider(tx, id, &profile))
}

#[tauri::command(async)]
#[specta::specta]
pub fn decide_approval(app: State<App>, id: ProviderId, decision: ApprovalDecision, note: String) -> Answer<Provider> {
    app.write(Permission::ManageProviders, "decide_approval", |tx| providers::decide_approval(tx, id, decision, &note))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_provider_place(app: State<App>, id: ProviderId, clinic_id: ClinicId, room: String) -> Answer<Provider> {
    app.write(Permission::ManageProviders, "add_provider_place", |tx| {
        providers::work_at(tx, id, clinic_id, &room)?;
        providers::provider(tx, id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_provider_place(app: State<App>, id: ProviderId, clinic_id: ClinicId) -> Answer<Provider> {
    app.write(Permission::ManageProviders, "remove_provider_place", |tx| {
        providers::stop_working_at(tx, id, clinic_id)?;
        providers::provider(tx, id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn search_providers(app: State<App>, search: ProviderSearch, page: PageRequest) -> Answer<Page<ProviderHit>> {
    app.read(Permission::ViewSchedule, |conn| providers::search_providers(conn, &search, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn active_doctors(app: State<App>, known_for: Option<KnownFor>, page: PageRequest) -> Answer<Page<ActiveDoctor>> {
    app.read(Permission::ViewSchedule, |conn| providers::active_doctors(conn, known_for.as_ref(), page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_credentials(app: State<App>, provider_id: ProviderId) -> Answer<Vec<Credential>> {
    let today = app.day()?;
    app.read(Permission::ManageProviders, |conn| providers::list_credentials(conn, provider_id, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn expiring_credentials(app: State<App>, days: u32) -> Answer<Vec<Credential>> {
    let today = app.day()?;
    app.read(Permission::ManageProviders, |conn| providers::expiring_credentials(conn, today, days))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_credential(app: State<App>, credential: CredentialForm) -> Answer<Credential> {
    let today = app.day()?;
    app.write(Permission::ManageProviders, "add_credential", |tx| providers::add_credential(tx, &credential, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn check_credential(app: State<App>, id: CredentialId, genuine: bool, note: String) -> Answer<Credential> {
    let today = app.day()?;
    app.write(Permission::ManageProviders, "check_credential", |tx| {
        providers::check_credential(tx, id, genuine, &note, today)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_credential(app: State<App>, id: CredentialId) -> Answer<()> {
    app.write(Permission::ManageProviders, "remove_credential", |tx| providers::remove_credential(tx, id))
}
