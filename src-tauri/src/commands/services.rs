use neem_core::identity::Permission;
use neem_core::ids::{ClinicId, ProviderId, ServiceId};
use neem_core::page::{Page, PageRequest};
use neem_core::services::{self, Service, ServiceFilter, ServiceForm, ServiceProvider};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn list_services(app: State<App>, filter: ServiceFilter, page: PageRequest) -> Answer<Page<Service>> {
    app.read(Permission::ViewSchedule, |conn| services::list_services(conn, &filter, page))
}

/// Whom one can see for a service at a site.
#[tauri::command(async)]
#[specta::specta]
pub fn providers_for_service(app: State<App>, id: ServiceId, clinic_id: ClinicId) -> Answer<Vec<ServiceProvider>> {
    app.read(Permission::ViewSchedule, |conn| services::providers_for(conn, id, clinic_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn assigned_providers(app: State<App>, id: ServiceId) -> Answer<Vec<ProviderId>> {
    app.read(Permission::ViewSchedule, |conn| services::assigned(conn, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_service(app: State<App>, service: ServiceForm) -> Answer<Service> {
    app.write(Permission::ManageServices, "add_service", |tx| services::add_service(tx, &service))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_service(app: State<App>, id: ServiceId, service: ServiceForm) -> Answer<Service> {
    app.write(Permission::ManageServices, "edit_service", |tx| services::edit_service(tx, id, &service))
}

#[tauri::command(async)]
#[specta::specta]
pub fn deactivate_service(app: State<App>, id: ServiceId) -> Answer<Service> {
    app.write(Permission::ManageServices, "deactivate_service", |tx| services::deactivate_service(tx, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reactivate_service(app: State<App>, id: ServiceId) -> Answer<Service> {
    app.write(Permission::ManageServices, "reactivate_service", |tx| services::reactivate_service(tx, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_service_providers(app: State<App>, id: ServiceId, provider_ids: Vec<ProviderId>) -> Answer<Vec<ProviderId>> {
    app.write(Permission::ManageServices, "set_service_providers", |tx| {
        services::set_providers(tx, id, &provider_ids)?;
        services::assigned(tx, id)
    })
}
