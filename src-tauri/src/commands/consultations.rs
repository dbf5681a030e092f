use neem_core::consultations::{self, Chart, Consultation, HistoryEntry, Mode, Notes, Running};
use neem_core::identity::Permission;
use neem_core::ids::{AppointmentId, ConsultationId, PatientId};
use neem_core::page::{Page, PageRequest};
use neem_core::prescriptions::{self, PrescriptionDraft};
use neem_core::scheduling;
use serde::{Deserialize, Serialize};
use specta::Type;
use tauri::State;

use crate::error::Answer;
use crate::state::App;

/// Everything on the doctor's screen.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Workplace {
    pub consultation: Consultation,
    pub chart: Chart,
    pub draft: PrescriptionDraft,
    pub number: Option<String>,
}

#[tauri::command(async)]
#[specta::specta]
pub fn open_consultation(app: State<App>, appointment_id: AppointmentId) -> Answer<Workplace> {
    let provider = app.provider(Permission::WriteConsultation)?;
    let open = |tx: &neem_core::Tx| consultations::open(tx, appointment_id, provider);
    let consultation = app.write(Permission::WriteConsultation, "open_consultation", open)?;
    workplace(&app, consultation)
}

#[tauri::command(async)]
#[specta::specta]
pub fn open_consultation_in(app: State<App>, appointment_id: AppointmentId, mode: Mode) -> Answer<Workplace> {
    let provider = app.provider(Permission::WriteConsultation)?;
    let open = |tx: &neem_core::Tx| consultations::open_in(tx, appointment_id, provider, mode);
    let consultation = app.write(Permission::WriteConsultation, "open_consultation", open)?;
    workplace(&app, consultation)
}

#[tauri::command(async)]
#[specta::specta]
pub fn take_over_consultation(app: State<App>, consultation_id: ConsultationId, mode: Mode) -> Answer<Workplace> {
    let take = |tx: &neem_core::Tx| consultations::take_over(tx, consultation_id, mode);
    let consultation = app.write(Permission::WriteConsultation, "take_over_consultation", take)?;
    workplace(&app, consultation)
}

fn workplace(app: &App, consultation: Consultation) -> Answer<Workplace> {
    let today = app.day()?;
    app.read(Permission::ViewClinical, |conn| {
        Ok(Workplace {
            chart: consultations::chart(conn, consultation.patient_id, today)?,
            draft: prescriptions::draft(conn, consultation.id)?,
            number: scheduling::number_of(conn, consultation.appointment_id)?,
            consultation,
        })
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn save_notes(app: State<App>, consultation_id: ConsultationId, notes: Notes) -> Answer<Consultation> {
    app.write(Permission::WriteConsultation, "save_notes", |tx| consultations::save_notes(tx, consultation_id, &notes))
}

#[tauri::command(async)]
#[specta::specta]
pub fn finish_consultation(app: State<App>, consultation_id: ConsultationId) -> Answer<Consultation> {
    app.write(Permission::WriteConsultation, "finish_consultation", |tx| consultations::finish(tx, consultation_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_consultations_of_patient(
    app: State<App>,
    patient_id: PatientId,
    page: PageRequest,
) -> Answer<Page<HistoryEntry>> {
    app.read(Permission::ViewClinical, |conn| consultations::history_of(conn, patient_id, page))
}

/// The visits that the doctor who is signed in has open.
#[tauri::command(async)]
#[specta::specta]
pub fn list_running_consultations(app: State<App>) -> Answer<Vec<Running>> {
    let provider = app.provider(Permission::WriteConsultation)?;
    app.read(Permission::ViewClinical, |conn| consultations::running(conn, provider))
}
