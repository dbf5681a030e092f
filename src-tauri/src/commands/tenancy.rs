use neem_core::identity::Permission;
use neem_core::ids::ClinicId;
use neem_core::tenancy::{self, Clinic, ClinicForm, NearbyClinic, TenantForm, TenantSettings};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn tenant_settings(app: State<App>) -> Answer<TenantSettings> {
    app.read(Permission::ViewQueue, tenancy::tenant_settings)
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_tenant(app: State<App>, tenant: TenantForm) -> Answer<TenantSettings> {
    app.write(Permission::ManageClinic, "edit_tenant", |tx| tenancy::edit_tenant(tx, &tenant))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_clinics(app: State<App>) -> Answer<Vec<Clinic>> {
    app.read(Permission::ViewQueue, tenancy::clinics)
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_all_clinics(app: State<App>) -> Answer<Vec<Clinic>> {
    app.read(Permission::ManageClinic, tenancy::all_clinics)
}

#[tauri::command(async)]
#[specta::specta]
pub fn nearest_clinics(
    app: State<App>,
    latitude: f64,
    longitude: f64,
    limit: u32,
    telehealth_only: bool,
) -> Answer<Vec<NearbyClinic>> {
    app.read(Permission::ViewSchedule, |conn| {
        tenancy::nearest_clinics(conn, (latitude, longitude), limit, telehealth_only)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_clinic(app: State<App>, clinic: ClinicForm) -> Answer<Clinic> {
    app.write(Permission::ManageClinic, "add_clinic", |tx| tenancy::add_clinic(tx, &clinic))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_clinic(app: State<App>, id: ClinicId, clinic: ClinicForm) -> Answer<Clinic> {
    app.write(Permission::ManageClinic, "edit_clinic", |tx| tenancy::edit_clinic(tx, id, &clinic))
}

#[tauri::command(async)]
#[specta::specta]
pub fn deactivate_clinic(app: State<App>, id: ClinicId) -> Answer<Clinic> {
    app.write(Permission::ManageClinic, "deactivate_clinic", |tx| tenancy::deactivate_clinic(tx, id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn reactivate_clinic(app: State<App>, id: ClinicId) -> Answer<Clinic> {
    app.write(Permission::ManageClinic, "reactivate_clinic", |tx| tenancy::reactivate_clinic(tx, id))
}
