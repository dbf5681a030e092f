//! Somebody is at the desk without an appointment: a doctor, a number, a slip.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::{ThisDevice, Tx};
use crate::error::{Code, Error, Result};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, TicketId};
use crate::scheduling::book::{Channel, NewAppointment, book};
use crate::scheduling::queue_order::usual_minutes;
use crate::scheduling::{AppointmentStatus, number_text, queue};
use crate::tenancy;

/// What a visit takes when nothing better is known, in minutes.
pub(super) const USUAL_MINUTES: i64 = 15;

/// The walk-in panel: whom one can see, and the number that comes next at this desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WalkInDesk {
    pub next_number: String,
    pub doctors: Vec<DoctorQueue>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DoctorQueue {
    pub provider_id: ProviderId,
    pub name: String,
    pub specialization: Option<String>,
    pub room: Option<String>,
    pub waiting: u32,
    /// The expected wait.
    pub about_minutes: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewWalkIn {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    pub reason: String,
}

/// What the slip says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueueTicket {
    pub id: TicketId,
    pub appointment_id: AppointmentId,
    pub number: String,
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub room: Option<String>,
    pub issued_at: Instant,
}

/// The doctors of a site, the shortest queue's number beside each.
pub fn desk(conn: &Connection, clinic: ClinicId, device: &ThisDevice, now: Instant) -> Result<WalkInDesk> {
    let day = now.day(tenancy::clinic(conn, clinic)?.zone());
    let mut statement = conn.prepare_cached(include_str!("doctors.sql"))?;
    let doctors = statement.query_map(params![clinic, day], |row| {
        let provider_id = row.get("id")?;
        let waiting: u32 = row.get("waiting")?;
        Ok(DoctorQueue {
            provider_id,
            name: row.get("display_name")?,
            specialization: row.get("specialization")?,
            room: row.get("room")?,
            waiting,
            about_minutes: 0,
        })
    })?;
    let mut doctors: Vec<DoctorQueue> = doctors.collect::<rusqlite::Result<_>>()?;
    for doctor in &mut doctors {
        doctor.about_minutes = doctor.waiting * usual_minutes(conn, doctor.provider_id)?;
    }
    let next = queue::next_number(conn, clinic, day, &device.lane)?;
    Ok(WalkInDesk { next_number: number_text(&device.lane, next), doctors })
}

/// Puts a patient into a doctor's queue. Somebody who waits already is not given a second number.
pub fn book_walk_in(tx: &Tx, walk_in: &NewWalkIn) -> Result<QueueTicket> {
    let day = tx.now.day(tenancy::clinic(tx, walk_in.clinic_id)?.zone());
    let waiting: Option<(String, u32)> = tx
        .prepare_cached(
            "SELECT lane, number FROM queue_tickets
             WHERE patient_id = ?1 AND day = ?2 AND clinic_id = ?3 AND status IN ('waiting', 'called') LIMIT 1",
        )?
        .query_row(params![walk_in.patient_id, day, walk_in.clinic_id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((lane, number)) = waiting {
        return Err(Error::with(Code::AlreadyWaiting, number_text(&lane, number)));
    }
    let works_here: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM provider_clinics WHERE provider_id = ?1 AND clinic_id = ?2 AND active = 1)",
        )?
        .query_row(params![walk_in.provider_id, walk_in.clinic_id], |row| row.get(0))?;
    if !works_here {
        return Err(Code::NotFound.into());
    }
    let appointment = book(
        tx,
        &NewAppointment {
            clinic: walk_in.clinic_id,
            patient: walk_in.patient_id,
            provider: walk_in.provider_id,
            service: None,
            start: tx.now,
            end: tx.now.plus_minutes(USUAL_MINUTES),
            status: AppointmentStatus::Arrived,
            channel: Channel::WalkIn,
            reason: walk_in.reason.clone(),
        },
    )?;
    let id = queue::issue_for(tx, appointment)?;
    ticket(tx, id)
}

/// One ticket with the names on its slip.
pub fn ticket(conn: &Connection, id: TicketId) -> Result<QueueTicket> {
    conn.prepare_cached(include_str!("ticket.sql"))?
        .query_row([id], |row| {
            Ok(QueueTicket {
                id,
                appointment_id: row.get("appointment_id")?,
                number: number_text(&row.get::<_, String>("lane")?, row.get("number")?),
                clinic_id: row.get("clinic_id")?,
                patient_id: row.get("patient_id")?,
                patient_name: row.get("full_name")?,
                provider_id: row.get("provider_id")?,
                provider_name: row.get("display_name")?,
                room: row.get("room")?,
                issued_at: row.get("issued_at")?,
            })
        })
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}
