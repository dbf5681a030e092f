use neem_core::audit::{self, Note};
use neem_core::consultations::{self, Chart};
use neem_core::files::{self, FileStore};
use neem_core::identity::Permission;
use neem_core::ids::{AllergyId, ConditionId, DependantId, Instant, MedicationId, MergeId, PatientId};
use neem_core::page::{Page, PageRequest};
use neem_core::patients::{
    self, Allergy, AllergyEntry, AllergyReview, Condition, ConditionStatus, Consent, DecidedDuplicate, DryRun,
    EditPatient, ErasureReport, Family, ImportMapping, ImportPreview, ImportReport, LatestVitals, Medication,
    MedicationStatus, Merge, MergeChoice, NewAllergy, NewCondition, NewConsent, NewDependant, NewMedication,
    NewPatient, NewVitals, Patient, PatientChange, PatientForm, PatientHit, PossibleDuplicate, Preferences,
    Relationship, Vitals,
};
use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, State};

use crate::error::Answer;
use crate::state::{App, apart};

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
pub fn patient(app: State<App>, patient_id: PatientId) -> Answer<Patient> {
    let today = app.day()?;
    app.read(Permission::FindPatient, |conn| patients::patient(conn, patient_id, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn patient_form(app: State<App>, patient_id: PatientId) -> Answer<PatientForm> {
    app.read(Permission::EditPatient, |conn| patients::patient_form(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_patient(app: State<App>, change: EditPatient) -> Answer<Patient> {
    let today = app.day()?;
    app.write(Permission::EditPatient, "edit_patient", |tx| patients::edit(tx, &change, today))
}

/// A photo as the window shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PatientPhoto {
    pub media_type: String,
    pub bytes: Vec<u8>,
}

#[tauri::command]
#[specta::specta]
pub async fn patient_photo(handle: AppHandle, patient_id: PatientId) -> Answer<Option<PatientPhoto>> {
    apart(handle, move |app| {
        let store = FileStore::beside(app.db()?.path());
        app.read(Permission::UseFiles, |conn| {
            let photo = patients::photo(conn, &store, patient_id)?;
            Ok(photo.map(|photo| PatientPhoto { media_type: photo.file.media_type, bytes: photo.bytes }))
        })
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn set_patient_photo(handle: AppHandle, patient_id: PatientId, picture: Vec<u8>) -> Answer<()> {
    apart(handle, move |app| {
        let store = FileStore::beside(app.db()?.path());
        app.write(Permission::EditPatient, "set_patient_photo", |tx| {
            patients::set_photo(tx, &store, patient_id, &picture).map(drop)
        })
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn remove_patient_photo(app: State<App>, patient_id: PatientId) -> Answer<()> {
    app.write(Permission::EditPatient, "remove_patient_photo", |tx| patients::remove_photo(tx, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn register_dependant(
    app: State<App>,
    responsible_patient_id: PatientId,
    relationship: Relationship,
    patient: PatientForm,
) -> Answer<PatientHit> {
    let today = app.day()?;
    app.write(Permission::RegisterPatient, "register_dependant", |tx| {
        patients::register_dependant(tx, responsible_patient_id, relationship, &patient, today)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_dependants(app: State<App>, patient_id: PatientId) -> Answer<Family> {
    app.read(Permission::FindPatient, |conn| patients::dependants(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn link_dependant(app: State<App>, link: NewDependant) -> Answer<Family> {
    app.write(Permission::EditPatient, "link_dependant", |tx| {
        patients::link_dependant(tx, &link)?;
        patients::dependants(tx, link.responsible_patient_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn unlink_dependant(app: State<App>, dependant_id: DependantId) -> Answer<()> {
    app.write(Permission::EditPatient, "unlink_dependant", |tx| patients::unlink_dependant(tx, dependant_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn patient_preferences(app: State<App>, patient_id: PatientId) -> Answer<Preferences> {
    app.read(Permission::FindPatient, |conn| patients::preferences(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_preferences(app: State<App>, patient_id: PatientId, preferences: Preferences) -> Answer<Preferences> {
    app.write(Permission::EditPatient, "save_preferences", |tx| {
        patients::save_preferences(tx, patient_id, &preferences)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_consents(app: State<App>, patient_id: PatientId) -> Answer<Vec<Consent>> {
    app.read(Permission::FindPatient, |conn| patients::consents(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn consent_history(app: State<App>, patient_id: PatientId, page: PageRequest) -> Answer<Page<Consent>> {
    app.read(Permission::FindPatient, |conn| patients::consent_history(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_consent(app: State<App>, consent: NewConsent) -> Answer<Vec<Consent>> {
    app.write(Permission::EditPatient, "record_consent", |tx| {
        patients::record_consent(tx, &consent)?;
        patients::consents(tx, consent.patient_id)
    })
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
pub fn list_allergies(app: State<App>, patient_id: PatientId) -> Answer<Vec<AllergyEntry>> {
    app.read(Permission::ViewClinical, |conn| patients::allergy_list(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn review_allergy(app: State<App>, review: AllergyReview) -> Answer<AllergyId> {
    app.write(Permission::WriteConsultation, "review_allergy", |tx| {
        patients::review_allergy(tx, &review).map(|()| review.allergy_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_conditions(app: State<App>, patient_id: PatientId) -> Answer<Vec<Condition>> {
    app.read(Permission::ViewClinical, |conn| patients::conditions(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_condition(app: State<App>, condition: NewCondition) -> Answer<Vec<Condition>> {
    let today = app.day()?;
    app.write(Permission::WriteConsultation, "record_condition", |tx| {
        patients::record_condition(tx, &condition, today)?;
        patients::conditions(tx, condition.patient_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_condition_status(app: State<App>, condition_id: ConditionId, status: ConditionStatus) -> Answer<()> {
    let today = app.day()?;
    app.write(Permission::WriteConsultation, "set_condition_status", |tx| {
        patients::set_condition_status(tx, condition_id, status, today)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_medications(app: State<App>, patient_id: PatientId) -> Answer<Vec<Medication>> {
    app.read(Permission::ViewClinical, |conn| patients::medications(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_medication(app: State<App>, medication: NewMedication) -> Answer<Vec<Medication>> {
    let today = app.day()?;
    app.write(Permission::WriteConsultation, "record_medication", |tx| {
        patients::record_medication(tx, &medication, today)?;
        patients::medications(tx, medication.patient_id)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_medication_status(app: State<App>, medication_id: MedicationId, status: MedicationStatus) -> Answer<()> {
    let today = app.day()?;
    app.write(Permission::WriteConsultation, "set_medication_status", |tx| {
        patients::set_medication_status(tx, medication_id, status, today)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn record_vitals(app: State<App>, vitals: NewVitals) -> Answer<LatestVitals> {
    let today = app.day()?;
    app.write(Permission::RecordVitals, "record_vitals", |tx| {
        patients::record_vitals(tx, &vitals)?;
        patients::latest_vitals(tx, vitals.patient_id, today)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_vitals(app: State<App>, patient_id: PatientId, page: PageRequest) -> Answer<Page<Vitals>> {
    app.read(Permission::RecordVitals, |conn| patients::vitals(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn latest_vitals(app: State<App>, patient_id: PatientId) -> Answer<LatestVitals> {
    let today = app.day()?;
    app.read(Permission::RecordVitals, |conn| patients::latest_vitals(conn, patient_id, today))
}

#[tauri::command]
#[specta::specta]
pub async fn find_possible_duplicates(handle: AppHandle) -> Answer<u32> {
    apart(handle, move |app| {
        app.user(Permission::MergePatients)?;
        Ok(patients::find_possible_duplicates(&*app.db()?)?)
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_possible_duplicates(app: State<App>, page: PageRequest) -> Answer<Page<PossibleDuplicate>> {
    let today = app.day()?;
    app.read(Permission::MergePatients, |conn| patients::possible_duplicates(conn, page, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_possible_duplicates_of(app: State<App>, patient_id: PatientId) -> Answer<Vec<PossibleDuplicate>> {
    let today = app.day()?;
    app.read(Permission::MergePatients, |conn| patients::possible_duplicates_of(conn, patient_id, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_decided_duplicates(app: State<App>, since: Instant) -> Answer<Vec<DecidedDuplicate>> {
    app.read(Permission::MergePatients, |conn| patients::decided_duplicates(conn, since))
}

#[tauri::command(async)]
#[specta::specta]
pub fn keep_patients_apart(app: State<App>, one: PatientId, other: PatientId) -> Answer<()> {
    app.write(Permission::MergePatients, "keep_patients_apart", |tx| patients::keep_apart(tx, one, other))
}

#[tauri::command(async)]
#[specta::specta]
pub fn merge_patients(app: State<App>, choice: MergeChoice) -> Answer<Patient> {
    let today = app.day()?;
    app.write(Permission::MergePatients, "merge_patients", |tx| patients::merge(tx, &choice, today))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_merges(app: State<App>, patient_id: PatientId) -> Answer<Vec<Merge>> {
    app.read(Permission::MergePatients, |conn| patients::merges(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn undo_merge(app: State<App>, merge_id: MergeId) -> Answer<()> {
    app.write(Permission::MergePatients, "undo_merge", |tx| patients::undo_merge(tx, merge_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn erase_patient(app: State<App>, patient_id: PatientId) -> Answer<ErasureReport> {
    let report = app.write(Permission::ErasePatient, "erase_patient", |tx| patients::erase(tx, patient_id))?;
    // The papers are gone from the records; now their bytes go from the disk.
    let store = FileStore::beside(app.db()?.path());
    app.write_local(Permission::ErasePatient, |conn| files::sweep(conn, &store))?;
    Ok(report)
}

#[tauri::command(async)]
#[specta::specta]
pub fn patient_history(app: State<App>, patient_id: PatientId) -> Answer<Vec<PatientChange>> {
    app.read(Permission::EditPatient, |conn| patients::history(conn, patient_id))
}

#[tauri::command]
#[specta::specta]
pub async fn preview_import(handle: AppHandle, csv: String) -> Answer<ImportPreview> {
    apart(handle, move |app| {
        app.user(Permission::ImportPatients)?;
        Ok(patients::preview_import(csv.as_bytes())?)
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn dry_run_import(handle: AppHandle, csv: String, mapping: ImportMapping) -> Answer<DryRun> {
    apart(handle, move |app| {
        let today = app.day()?;
        app.read(Permission::ImportPatients, |conn| patients::dry_run(conn, csv.as_bytes(), &mapping, today))
    })
    .await
}

#[tauri::command]
#[specta::specta]
pub async fn import_patients(handle: AppHandle, csv: String, mapping: ImportMapping) -> Answer<ImportReport> {
    apart(handle, move |app| {
        let today = app.day()?;
        app.write(Permission::ImportPatients, "import_patients", |tx| {
            patients::import(tx, csv.as_bytes(), &mapping, today)
        })
    })
    .await
}

#[tauri::command(async)]
#[specta::specta]
pub fn chart(app: State<App>, patient_id: PatientId) -> Answer<Chart> {
    let today = app.day()?;
    let chart = app.read(Permission::ViewClinical, |conn| consultations::chart(conn, patient_id, today))?;
    note_view(&app, patient_id)?;
    Ok(chart)
}

/// A chart that is looked at again and again is noted once in so many minutes.
const NOTED_AGAIN_AFTER_MINUTES: i64 = 15;

fn note_view(app: &App, patient: PatientId) -> Answer<()> {
    let note = Note { action: "view_chart", entity_type: "patients", entity_id: Some(patient.0) };
    let user = app.user(Permission::ViewClinical)?.user;
    let since = app.db()?.now().plus_minutes(-NOTED_AGAIN_AFTER_MINUTES);
    if !app.read(Permission::ViewClinical, |conn| audit::noted_since(conn, user, note, since))? {
        app.write(Permission::ViewClinical, "view_chart", |tx| audit::note(tx, note, &()))?;
    }
    Ok(())
}
