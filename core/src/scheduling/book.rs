//! An appointment at a time: refused in the same transaction that finds the time taken.

use rusqlite::{OptionalExtension, params};

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, ServiceId};
use crate::scheduling::{AppointmentStatus, log_event};

/// How the appointment came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    WalkIn,
    Desk,
    Phone,
    Online,
}

crate::ids::named_values!(Channel { WalkIn = "walk_in", Desk = "desk", Phone = "phone", Online = "online" });

#[derive(Debug, Clone)]
pub struct NewAppointment {
    pub clinic: ClinicId,
    pub patient: PatientId,
    pub provider: ProviderId,
    pub service: Option<ServiceId>,
    pub start: Instant,
    pub end: Instant,
    pub status: AppointmentStatus,
    pub channel: Channel,
    pub reason: String,
}

/// Books a time with a doctor. Two active appointments of one doctor never overlap (domain.md,
/// ruling 3); walk-ins wait in the queue and claim no time.
pub fn book(tx: &Tx, new: &NewAppointment) -> Result<AppointmentId> {
    let mut form = Form::default();
    let reason = form.optional("reason", &new.reason, LINE);
    if new.end <= new.start || new.end.0 - new.start.0 > 8 * 3_600_000 {
        form.problem("end", Code::OutOfRange, Some(480));
    }
    form.finish()?;
    if new.channel != Channel::WalkIn {
        let holder: Option<String> = tx
            .prepare_cached(include_str!("slot_holder.sql"))?
            .query_row(params![new.provider, new.start, new.end], |row| row.get("full_name"))
            .optional()?;
        if let Some(holder) = holder {
            return Err(Error::with(Code::SlotTaken, holder));
        }
    }
    let id = AppointmentId(tx.new_id());
    tx.prepare_cached(
        "INSERT INTO appointments (id, tenant_id, clinic_id, patient_id, provider_id, service_id, scheduled_start, scheduled_end,
                                   status, channel, reason, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)",
    )?
    .execute(params![
        id,
        tx.device.tenant,
        new.clinic,
        new.patient,
        new.provider,
        new.service,
        new.start,
        new.end,
        new.status,
        new.channel,
        reason,
        tx.user()?,
        tx.now
    ])?;
    log_event(tx, id, None, new.status, None)?;
    Ok(id)
}
