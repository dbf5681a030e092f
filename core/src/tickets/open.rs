//! A ticket is opened.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, TEXT};
use crate::ids::{AppointmentId, PatientId, SupportTicketId};
use crate::tickets::timeline::{self, TicketEventKind};
use crate::tickets::{TicketCategory, TicketLine, TicketPriority, number, ticket};

/// The form "New ticket".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewTicket {
    pub subject: String,
    /// What it is about, in full; becomes the first line of the timeline.
    pub text: String,
    pub category: TicketCategory,
    pub priority: TicketPriority,
    pub patient_id: Option<PatientId>,
    pub appointment_id: Option<AppointmentId>,
}

/// Opens a ticket under the next number of this PC's lane. Problems: `subject`, `text`, `patientId`,
/// `appointmentId`.
pub fn open(tx: &Tx, new: &NewTicket) -> Result<TicketLine> {
    let mut form = Form::default();
    let subject = form.required("subject", &new.subject, LINE);
    let text = form.optional("text", &new.text, TEXT);
    let references = [
        ("patientId", "SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1)", new.patient_id.map(|id| id.0)),
        (
            "appointmentId",
            "SELECT EXISTS (SELECT 1 FROM appointments WHERE id = ?1)",
            new.appointment_id.map(|id| id.0),
        ),
    ];
    for (field, sql, id) in references {
        if let Some(id) = id
            && !tx.prepare_cached(sql)?.query_row([id], |row| row.get::<_, bool>(0))?
        {
            form.problem(field, Code::NotFound, None);
        }
    }
    form.finish()?;
    let id = SupportTicketId(tx.new_id());
    tx.execute(
        "INSERT INTO tickets (id, tenant_id, number, subject, category, priority, status, appointment_id, patient_id, opened_by,
                              created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'open', ?7, ?8, ?9, ?10, ?10)",
        params![
            id,
            tx.device.tenant,
            number::next(tx, &tx.device.lane)?,
            subject,
            new.category,
            new.priority,
            new.appointment_id,
            new.patient_id,
            tx.actor.user(),
            tx.now
        ],
    )?;
    timeline::log(tx, id, TicketEventKind::Opened, text.as_deref())?;
    ticket(tx, id)
}
