use neem_core::consultations::{self, Chart, Consultation, Notes};
use neem_core::identity::Permission;
use neem_core::ids::{AppointmentId, ConsultationId};
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
    let (provider, today) = (app.provider(Permission::WriteConsultation)?, app.day()?);
    let open = |tx: &neem_core::Tx| consultations::open(tx, appointment_id, provider);
    let consultation = app.write(Permission::WriteConsultation, "open_consultation", open)?;
    app.read(Permission::ViewClinical, |conn| {
        Ok(Workplace {
            chart: consultations::chart(conn, consultation.patient_id, today)?,
            draft: prescriptions::draft(conn, consultation.id)?,
            number: scheduling::number_of(conn, appointment_id)?,
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
