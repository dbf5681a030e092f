use neem_core::identity::Permission;
use neem_core::ids::ConsultationId;
use neem_core::prescriptions::{self, ItemCheck, Medicine, ParsedLine, PrescriptionDraft, PrescriptionSummary};
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
    app.user(Permission::IssuePrescription)?;
    Ok(prescriptions::parse_line(&line))
}

#[tauri::command(async)]
#[specta::specta]
pub fn suggest_medicines(app: State<App>, text: String) -> Answer<Vec<Medicine>> {
    app.user(Permission::IssuePrescription)?;
    Ok(prescriptions::suggest(&text))
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
        Ok(prescriptions::check(&draft.items, &patients::allergies(conn, patient)?))
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
