//! After a power cut: what was written on a paper slip is entered, with the time that stands on it.

use chrono_tz::Tz;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::Form;
use crate::ids::{Instant, LocalDate, PaperSlipId, PatientId, ProviderId};
use crate::patients::{self, Gender, NewPatient};
use crate::scheduling::book::{Channel, NewAppointment, book, works_at};
use crate::scheduling::local_time::{first_instant, minutes_of};
use crate::scheduling::queue::{self, Given, TicketStatus};
use crate::scheduling::walk_in::{QueueTicket, USUAL_MINUTES, ticket};
use crate::scheduling::{AppointmentStatus, log_event, paper_slips};
use crate::tenancy;

/// A slip that is older is not entered by this screen: the days before are closed.
const MOST_DAYS: i64 = 7;

/// One line of the screen "Enter paper slips", as it was typed.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PaperEntry {
    pub slip_id: PaperSlipId,
    /// Somebody known; nobody when `new_patient` says who.
    pub patient_id: Option<PatientId>,
    pub new_patient: Option<PaperPatient>,
    pub provider_id: ProviderId,
    /// As on the slip, `HH:MM` of the site's clocks.
    pub time: String,
    /// As typed; empty for the last time that the clocks showed `time`.
    pub day: String,
    pub reason: String,
    /// Whether the doctor has seen them; otherwise they wait.
    pub seen: bool,
}

/// Somebody who was not registered when the power went.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PaperPatient {
    pub full_name: String,
    pub gender: Option<Gender>,
    /// In years, or a birth date.
    pub age: String,
    pub phone: String,
}

/// Enters one paper slip: the visit, the ticket under the number of the slip and, for somebody new,
/// the patient; all as of the time on the slip, marked as entered now.
///
/// # Errors
/// `AlreadyUsed` for a slip that was entered or thrown away; `NotATime`, or `OutOfRange` for a time to
/// come, before the slip was printed, or a week ago, at `time` or `day`.
pub fn enter_paper_slip(tx: &Tx, typed: &PaperEntry) -> Result<QueueTicket> {
    let slip = paper_slips::open(tx, typed.slip_id)?;
    let zone = tenancy::clinic(tx, slip.clinic)?.zone();
    let mut form = Form::default();
    let at = original_time(&mut form, typed, zone, tx.now);
    if at.is_some_and(|at| at.0 < slip.printed_at.0 - slip.printed_at.0.rem_euclid(60_000)) {
        form.problem("time", Code::OutOfRange, None);
    }
    if typed.patient_id.is_none() && typed.new_patient.is_none() {
        form.problem("patientId", Code::Required, None);
    }
    form.finish()?;
    let at = at.ok_or(Code::NotATime)?;
    if !works_at(tx, typed.provider_id, slip.clinic)? {
        return Err(Code::DoesNotWorkHere.into());
    }
    let patient = match (typed.patient_id, &typed.new_patient) {
        (Some(known), _) => known,
        (None, Some(new)) => patients::register(tx, &new.in_full(), tx.now.day(zone))?.id,
        (None, None) => return Err(Code::Required.into()),
    };
    let day = at.day(zone);
    refuse_if_number_given(tx, &slip, day)?;
    let (status, turn) = if typed.seen {
        (AppointmentStatus::Completed, TicketStatus::Served)
    } else {
        (AppointmentStatus::Arrived, TicketStatus::Waiting)
    };
    let appointment = book(
        tx,
        &NewAppointment {
            clinic: slip.clinic,
            patient,
            provider: typed.provider_id,
            service: None,
            start: at,
            end: at.plus_minutes(USUAL_MINUTES),
            status,
            channel: Channel::WalkIn,
            reason: typed.reason.clone(),
        },
    )?;
    log_event(tx, appointment, Some(status), status, Some("entered later from a paper slip"))?;
    let id = queue::insert(tx, appointment, day, slip.number, &Given { at, status: turn, on_paper: true })?;
    tx.execute(
        "UPDATE paper_slips SET ticket_id = ?1, updated_at = ?2 WHERE id = ?3",
        params![id, tx.now, typed.slip_id],
    )?;
    ticket(tx, id)
}

/// When it was, by the site's clocks; of a time that they showed twice, the first.
fn original_time(form: &mut Form, typed: &PaperEntry, zone: Tz, now: Instant) -> Option<Instant> {
    let Some(minutes) = minutes_of(&typed.time).filter(|minutes| *minutes < 24 * 60) else {
        form.problem("time", Code::NotATime, None);
        return None;
    };
    let today = now.day(zone);
    let at = if typed.day.trim().is_empty() {
        let yesterday = LocalDate(today.0.pred_opt()?);
        [today, yesterday].into_iter().map(|day| first_instant(day, minutes, zone)).find(|at| *at <= now)?
    } else {
        first_instant(form.day("day", &typed.day)?, minutes, zone)
    };
    if at > now || at.0 < now.0 - MOST_DAYS * 24 * 3_600_000 {
        form.problem(if typed.day.trim().is_empty() { "time" } else { "day" }, Code::OutOfRange, None);
        return None;
    }
    Some(at)
}

/// A number that a lane has given on a day stands for one person; a slip torn up and found again does not
/// become a second one.
fn refuse_if_number_given(tx: &Tx, slip: &paper_slips::Open, day: LocalDate) -> Result<()> {
    let given: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM queue_tickets WHERE clinic_id = ?1 AND day = ?2 AND lane = ?3 AND number = ?4)",
        params![slip.clinic, day, tx.device.lane, slip.number],
        |row| row.get(0),
    )?;
    if given { Err(Error::with(Code::AlreadyUsed, super::number_text(&tx.device.lane, slip.number))) } else { Ok(()) }
}

impl PaperPatient {
    fn in_full(&self) -> NewPatient {
        let years = self.age.trim().parse::<u32>().is_ok();
        NewPatient {
            full_name: self.full_name.clone(),
            alternate_name: String::new(),
            gender: self.gender,
            birth_date: if years { String::new() } else { self.age.clone() },
            age_years: if years { self.age.clone() } else { String::new() },
            phone: self.phone.clone(),
            address: String::new(),
            city: String::new(),
            primary_language: String::new(),
        }
    }
}
