//! What happens in the consulting room or on the line, and what is remembered of it.

mod chart;
mod finish;
mod history;
mod notes;
mod open;
mod symptoms;
mod take_over;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{AppointmentId, ConsultationId, Instant, PatientId, ProviderId};

pub use chart::{Chart, Visit, chart};
pub use finish::finish;
pub use history::{HistoryEntry, Running, history_of, one_person, running};
pub use notes::{Notes, save_notes};
pub use open::{open, open_in};
pub use symptoms::{Symptom, diagnosis_code};
pub use take_over::take_over;

/// How doctor and patient meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "ConsultationMode", rename_all = "snake_case")]
pub enum Mode {
    InPerson,
    Chat,
    Audio,
    Video,
    /// An assistant asks what is wrong; nothing is diagnosed or prescribed until a doctor takes over.
    Ai,
}

crate::ids::named_values!(Mode {
    InPerson = "in_person",
    Chat = "chat",
    Audio = "audio",
    Video = "video",
    Ai = "ai",
});

impl Mode {
    /// Whether a doctor is at the other end of a line.
    pub fn is_remote(self) -> bool {
        matches!(self, Mode::Chat | Mode::Audio | Mode::Video)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Consultation {
    pub id: ConsultationId,
    pub appointment_id: AppointmentId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    pub mode: Mode,
    pub complaint: String,
    pub symptoms: Vec<Symptom>,
    pub findings: String,
    pub diagnosis: String,
    pub diagnosis_code: String,
    /// ICD-10.
    pub diagnosis_codes: Vec<String>,
    pub started_at: Instant,
    pub ended_at: Option<Instant>,
}

impl Consultation {
    fn from_row(row: &Row) -> rusqlite::Result<Consultation> {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        Ok(Consultation {
            id: row.get("id")?,
            appointment_id: row.get("appointment_id")?,
            patient_id: row.get("patient_id")?,
            provider_id: row.get("provider_id")?,
            mode: row.get("mode")?,
            complaint: text("complaint")?,
            symptoms: symptoms::list(row, "symptoms")?,
            findings: text("findings")?,
            diagnosis: text("diagnosis")?,
            diagnosis_code: text("diagnosis_code")?,
            diagnosis_codes: symptoms::list(row, "diagnosis_codes")?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
        })
    }
}

pub fn consultation(conn: &Connection, id: ConsultationId) -> Result<Consultation> {
    conn.prepare_cached("SELECT * FROM consultations WHERE id = ?1")?
        .query_row([id], Consultation::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The consultation, if it has not ended.
pub fn open_one(conn: &Connection, id: ConsultationId) -> Result<Consultation> {
    let current = consultation(conn, id)?;
    if current.ended_at.is_some() { Err(Code::ConsultationClosed.into()) } else { Ok(current) }
}
