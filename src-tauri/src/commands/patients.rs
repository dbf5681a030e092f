use neem_core::consultations::{self, Chart};
use neem_core::identity::Permission;
use neem_core::ids::PatientId;
use neem_core::patients::{self, Allergy, NewAllergy, NewPatient, PatientHit};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn search_patients(app: State<App>, query: String) -> Answer<Vec<PatientHit>> {
    let today = app.day()?;
    app.read(Permission::FindPatient, |conn| patients::search(conn, &query, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn likely_duplicates(app: State<App>, patient: NewPatient) -> Answer<Vec<PatientHit>> {
    let today = app.day()?;
    app.read(Permission::RegisterPatient, |conn| patients::likely_duplicates(conn, &patient, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn register_patient(app: State<App>, patient: NewPatient) -> Answer<PatientHit> {
    let today = app.day()?;
    app.write(Permission::RegisterPatient, "register_patient", |tx| patients::register(tx, &patient, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_allergy(app: State<App>, allergy: NewAllergy) -> Answer<Vec<Allergy>> {
    app.write(Permission::WriteConsultation, "record_allergy", |tx| {
        patients::record_allergy(tx, &allergy)?;
        patients::allergies(tx, allergy.patient_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn chart(app: State<App>, patient_id: PatientId) -> Answer<Chart> {
    let today = app.day()?;
    app.read(Permission::ViewClinical, |conn| consultations::chart(conn, patient_id, today))
}
