//! Somebody is at the desk without an appointment: a doctor, a number, a slip.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::{ThisDevice, Tx};
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, TicketId};
use crate::scheduling::book::{Channel, NewAppointment, book};
use crate::scheduling::pace::{PaceBasis, pace};
use crate::scheduling::queue_order::Priority;
use crate::scheduling::queue_turns::prioritise;
use crate::scheduling::roster::{Roster, Sites};
use crate::scheduling::{AppointmentStatus, log_event, number_text, queue};
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
    /// What the wait is reckoned from.
    pub basis: PaceBasis,
    /// When the doctor leaves, if a visit that is given now would not be over by then.
    pub leaves_at: Option<Instant>,
    /// On leave, or the site is closed.
    pub away: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewWalkIn {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    pub reason: String,
}

/// The walk-in panel as it was filled in.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WalkInForm {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub provider_id: ProviderId,
    pub reason: String,
    pub priority: Option<Priority>,
    /// Needed with a priority.
    pub priority_reason: String,
    /// Why somebody who waits already gets a second number; empty for everybody else.
    pub another: String,
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
    let (day_began, day_ends) = day.bounds(tenancy::clinic(conn, clinic)?.zone());
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
            basis: PaceBasis::Usual,
            leaves_at: None,
            away: false,
        })
    })?;
    let mut doctors: Vec<DoctorQueue> = doctors.collect::<rusqlite::Result<_>>()?;
    let mut sites = Sites::default();
    for doctor in &mut doctors {
        let pace = pace(conn, doctor.provider_id, day_began, now)?;
        (doctor.about_minutes, doctor.basis) = (pace.wait(doctor.waiting), pace.basis);
        let over = now.plus_minutes(i64::from(doctor.about_minutes + pace.minutes));
        let roster = Roster::read(conn, &mut sites, doctor.provider_id, now, day_ends)?;
        let hours = roster.windows(Some(clinic));
        let at_work = hours.iter().any(|(_, window)| window.start <= now && now < window.end);
        // Who only goes to lunch comes back.
        let end = hours.iter().map(|(_, window)| window.end).max();
        doctor.leaves_at = end.filter(|end| at_work && *end < over);
        let at_once = now.plus_minutes(1);
        doctor.away =
            roster.time_off.iter().any(|off| off.concerns(doctor.provider_id, clinic) && off.covers(now, at_once));
    }
    let next = queue::next_number(conn, clinic, day, &device.lane)?;
    Ok(WalkInDesk { next_number: number_text(&device.lane, next), doctors })
}

/// Issues a number out of the walk-in panel: with a priority, or a second one for somebody who waits
/// already, if a reason is given for it.
///
/// # Errors
/// `AlreadyWaiting` with the number that they hold, `Required` for a priority without its reason.
pub fn issue_walk_in(tx: &Tx, typed: &WalkInForm) -> Result<QueueTicket> {
    let mut form = Form::default();
    let another = form.optional("another", &typed.another, LINE);
    if typed.priority.is_some() {
        form.required("priorityReason", &typed.priority_reason, LINE);
    }
    form.finish()?;
    let held = number_held(tx, typed.clinic_id, typed.patient_id)?;
    let walk_in = NewWalkIn {
        clinic_id: typed.clinic_id,
        patient_id: typed.patient_id,
        provider_id: typed.provider_id,
        reason: typed.reason.clone(),
    };
    let issued = match (held, &another) {
        (Some(number), Some(why)) => {
            let issued = give(tx, &walk_in)?;
            let status = AppointmentStatus::Arrived;
            log_event(tx, issued.appointment_id, Some(status), status, Some(&format!("besides {number}: {why}")))?;
            issued
        }
        _ => book_walk_in(tx, &walk_in)?,
    };
    if typed.priority.is_some() {
        prioritise(tx, issued.id, typed.priority, &typed.priority_reason)?;
    }
    Ok(issued)
}

/// The number with which a patient waits at a site today, as it is printed.
fn number_held(tx: &Tx, clinic: ClinicId, patient: PatientId) -> Result<Option<String>> {
    let day = tx.now.day(tenancy::clinic(tx, clinic)?.zone());
    Ok(tx
        .prepare_cached(
            "SELECT lane, number FROM queue_tickets
             WHERE patient_id = ?1 AND day = ?2 AND clinic_id = ?3 AND status IN ('waiting', 'called') LIMIT 1",
        )?
        .query_row(params![patient, day, clinic], |row| {
            Ok(number_text(&row.get::<_, String>("lane")?, row.get("number")?))
        })
        .optional()?)
}

/// Puts a patient into a doctor's queue. Somebody who waits already is not given a second number.
pub fn book_walk_in(tx: &Tx, walk_in: &NewWalkIn) -> Result<QueueTicket> {
    match number_held(tx, walk_in.clinic_id, walk_in.patient_id)? {
        Some(number) => Err(Error::with(Code::AlreadyWaiting, number)),
        None => give(tx, walk_in),
    }
}

fn give(tx: &Tx, walk_in: &NewWalkIn) -> Result<QueueTicket> {
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
