//! A visit begins: in the room, on a line, or with the assistant's questions.

use rusqlite::{Connection, OptionalExtension, params};

use crate::consultations::{Consultation, Mode, consultation, take_over};
use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::{AppointmentId, ConsultationId, PatientId, ProviderId};
use crate::scheduling::{self, AppointmentStatus, TicketStatus};

/// Calls a patient in: the visit is under way from now on. One that is under way is opened again.
pub fn open(tx: &Tx, appointment: AppointmentId, provider: ProviderId) -> Result<Consultation> {
    open_in(tx, appointment, provider, Mode::InPerson)
}

/// Begins a visit in a mode, or opens the one that there is, in the mode that it has. A doctor who
/// opens a visit that so far only the assistant has seen takes it over. A line to the doctor needs the
/// patient's consent ([`Code::PurposeNotConsented`]).
pub fn open_in(tx: &Tx, appointment: AppointmentId, provider: ProviderId, mode: Mode) -> Result<Consultation> {
    // The assistant's questions that ended without a doctor are no visit to go on with.
    let existing = tx
        .query_row(
            "SELECT * FROM consultations WHERE appointment_id = ?1 AND (mode <> 'ai' OR ended_at IS NULL)
             ORDER BY mode = 'ai', started_at LIMIT 1",
            [appointment],
            Consultation::from_row,
        )
        .optional()?;
    if let Some(existing) = existing {
        let taken = existing.mode == Mode::Ai && mode != Mode::Ai;
        return if taken { take_over::by(tx, &existing, provider, mode) } else { Ok(existing) };
    }
    let patient: Option<PatientId> = tx
        .query_row("SELECT patient_id FROM appointments WHERE id = ?1 AND deleted_at IS NULL", [appointment], |row| {
            row.get("patient_id")
        })
        .optional()?;
    begin(tx, appointment, patient.ok_or(Code::NotFound)?, mode)?;
    let id = ConsultationId(tx.new_id());
    tx.execute(
        "INSERT INTO consultations (id, tenant_id, clinic_id, appointment_id, patient_id, provider_id, mode, complaint, started_at, created_at, updated_at)
         SELECT ?1, tenant_id, clinic_id, id, patient_id, ?2, ?3, reason, ?4, ?4, ?4 FROM appointments WHERE id = ?5",
        params![id, provider, mode, tx.now, appointment],
    )?;
    consultation(tx, id)
}

/// Moves the appointment along. The assistant's questions may come long before the visit, and leave
/// it and its ticket as they are.
pub(super) fn begin(tx: &Tx, appointment: AppointmentId, patient: PatientId, mode: Mode) -> Result<()> {
    if mode == Mode::Ai {
        let status = status_of(tx, appointment)?;
        let over =
            matches!(status, AppointmentStatus::Completed | AppointmentStatus::Cancelled | AppointmentStatus::NoShow);
        return if over { Err(Error::with(Code::IllegalTransition, status.name())) } else { Ok(()) };
    }
    if mode.is_remote() {
        consented(tx, patient)?;
        // Nobody checks in at the desk for a call: answering it is the arrival.
        if matches!(
            status_of(tx, appointment)?,
            AppointmentStatus::Requested | AppointmentStatus::Scheduled | AppointmentStatus::Confirmed
        ) {
            scheduling::set_status(tx, appointment, AppointmentStatus::Arrived, Some(mode.name()))?;
        }
    }
    scheduling::set_status(tx, appointment, AppointmentStatus::InProgress, None)?;
    scheduling::set_ticket_status(tx, appointment, TicketStatus::Served)
}

fn status_of(conn: &Connection, appointment: AppointmentId) -> Result<AppointmentStatus> {
    conn.prepare_cached("SELECT status FROM appointments WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([appointment], |row| row.get("status"))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The latest word on teleconsultation, under whichever record of the patient, is a consent.
fn consented(conn: &Connection, patient: PatientId) -> Result<()> {
    let decision: Option<String> = conn
        .prepare_cached(include_str!("consent.sql"))?
        .query_row(params![patient, "teleconsultation"], |row| row.get("decision"))
        .optional()?;
    match decision.as_deref() {
        Some("given") => Ok(()),
        _ => Err(Error::with(Code::PurposeNotConsented, "teleconsultation")),
    }
}
