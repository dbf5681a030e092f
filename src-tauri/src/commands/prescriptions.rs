use neem_core::identity::Permission;
use neem_core::ids::{ConsultationId, FormularyId, PatientId, PrescriptionId};
use neem_core::page::{Page, PageRequest};
use neem_core::prescriptions::{
    self, FormularyEntry, ItemCheck, Medicine, NewMedicine, ParsedLine, PrescriptionDraft, PrescriptionSummary,
    RivalCorrections,
};
use neem_core::{consultations, patients};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn save_draft(
    app: State<App>,
    consultation_id: ConsultationId,
    draft: PrescriptionDraft,
) -> Answer<PrescriptionDraft> {
    let now = app.db()?.now();
    app.write_local(Permission::IssuePrescription, |conn| prescriptions::save_draft(conn, consultation_id, &draft, now))
}

#[tauri::command(async)]
#[specta::specta]
pub fn parse_line(app: State<App>, line: String) -> Answer<ParsedLine> {
    app.read(Permission::IssuePrescription, |conn| prescriptions::parse_line_from(conn, &line))
}

#[tauri::command(async)]
#[specta::specta]
pub fn suggest_medicines(app: State<App>, text: String) -> Answer<Vec<Medicine>> {
    app.read(Permission::IssuePrescription, |conn| prescriptions::suggest_from(conn, &text))
}

#[tauri::command(async)]
#[specta::specta]
pub fn check_draft(
    app: State<App>,
    consultation_id: ConsultationId,
    draft: PrescriptionDraft,
) -> Answer<Vec<ItemCheck>> {
    app.read(Permission::IssuePrescription, |conn| {
        let patient = consultations::consultation(conn, consultation_id)?.patient_id;
        prescriptions::check(conn, &draft.items, &patients::allergies(conn, patient)?)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn issue_prescription(
    app: State<App>,
    consultation_id: ConsultationId,
    draft: PrescriptionDraft,
) -> Answer<PrescriptionSummary> {
    let provider = app.provider(Permission::IssuePrescription)?;
    app.write(Permission::IssuePrescription, "issue_prescription", |tx| {
        prescriptions::issue(tx, consultation_id, &draft, provider)
    })
}

/// A correction: issued in place of an older prescription.
#[tauri::command(async)]
#[specta::specta]
pub fn supersede_prescription(
    app: State<App>,
    prescription_id: PrescriptionId,
    consultation_id: ConsultationId,
    draft: PrescriptionDraft,
) -> Answer<PrescriptionSummary> {
    let provider = app.provider(Permission::IssuePrescription)?;
    app.write(Permission::IssuePrescription, "supersede_prescription", |tx| {
        prescriptions::supersede(tx, prescription_id, consultation_id, &draft, provider)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_prescriptions_of_patient(
    app: State<App>,
    patient_id: PatientId,
    page: PageRequest,
) -> Answer<Page<PrescriptionSummary>> {
    app.read(Permission::ViewClinical, |conn| prescriptions::of_patient(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn find_prescription(app: State<App>, number: String) -> Answer<PrescriptionSummary> {
    app.read(Permission::ViewClinical, |conn| prescriptions::by_number(conn, &number))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_rival_corrections(app: State<App>) -> Answer<Vec<RivalCorrections>> {
    app.read(Permission::ViewClinical, prescriptions::rival_corrections)
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_medicines(app: State<App>, page: PageRequest) -> Answer<Page<FormularyEntry>> {
    app.read(Permission::ManageFormulary, |conn| prescriptions::own_medicines(conn, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn search_medicines(app: State<App>, text: String) -> Answer<Vec<FormularyEntry>> {
    app.read(Permission::ManageFormulary, |conn| prescriptions::search_medicines(conn, &text))
}

#[tauri::command(async)]
#[specta::specta]
pub fn add_medicine(app: State<App>, medicine: NewMedicine) -> Answer<FormularyEntry> {
    app.write(Permission::ManageFormulary, "add_medicine", |tx| prescriptions::add_medicine(tx, &medicine))
}

#[tauri::command(async)]
#[specta::specta]
pub fn edit_medicine(app: State<App>, medicine_id: FormularyId, medicine: NewMedicine) -> Answer<FormularyEntry> {
    app.write(Permission::ManageFormulary, "edit_medicine", |tx| {
        prescriptions::edit_medicine(tx, medicine_id, &medicine)
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn set_medicine_active(app: State<App>, medicine_id: FormularyId, active: bool) -> Answer<FormularyEntry> {
    app.write(Permission::ManageFormulary, "set_medicine_active", |tx| {
        prescriptions::set_medicine_active(tx, medicine_id, active)
    })
}
