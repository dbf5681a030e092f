//! The form of the calendar: one visit, or several that repeat, at a time that the site's clock shows.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::Form;
use crate::ids::{ClinicId, Instant, PatientId, ProviderId, SeriesId, ServiceId};
use crate::scheduling::book::{Asked, Channel, place};
use crate::scheduling::booking_form::{BookingForm, book_in, usual_length};
use crate::scheduling::bookings::Booking;
use crate::scheduling::local_time::{first_instant, minutes_of, written};
use crate::scheduling::other_times::{FreeTime, free_near};
use crate::scheduling::{AppointmentStatus, Mode, Repeat};
use crate::tenancy;

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentForm {
    pub clinic_id: ClinicId,
    pub patient_id: Option<PatientId>,
    pub provider_id: Option<ProviderId>,
    pub service_id: Option<ServiceId>,
    /// A day of the site, as people write days.
    pub day: String,
    /// `HH:MM`, as the site's clock shows it.
    pub time: String,
    /// Left out: as long as the service takes, or else the slot.
    pub minutes: Option<u32>,
    /// Left out: as the doctor sees patients in these hours.
    pub mode: Option<Mode>,
    /// Desk, phone or online; a walk-in has a form of its own.
    pub channel: Channel,
    /// Requested, scheduled or confirmed.
    pub status: AppointmentStatus,
    pub reason: String,
    pub repeat: Option<Repeat>,
    /// The starts of those that are not booked after all, because somebody else has the time.
    pub leave_out: Vec<Instant>,
}

/// One visit of the form, and whether it can be had.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    pub start: Instant,
    pub end: Instant,
    pub refused: Option<Refusal>,
}

/// Why a time cannot be had, and which can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    pub code: Code,
    /// Who holds the time, why the doctor is away, or where they are instead.
    pub detail: Option<String>,
    /// The nearest free times, four at most, those of the same doctor first.
    pub free: Vec<FreeTime>,
}

/// What a form asks for, once it can be read.
struct Wanted {
    provider: ProviderId,
    starts: Vec<Instant>,
    /// The rule of a series.
    rule: Option<String>,
}

/// What would come of a form: every visit of it, with the reason for each that cannot be had. Nothing
/// is written, so that a person sees what is in the way before anything is booked.
///
/// # Errors
/// Problems of the form's fields; `NotFound` for a site or service that is none.
pub fn plan_appointments(conn: &Connection, typed: &AppointmentForm, now: Instant) -> Result<Vec<Occurrence>> {
    let wanted = read(conn, typed)?;
    let mut found = Vec::new();
    for start in wanted.starts {
        let end = start.plus_minutes(minutes(conn, typed, wanted.provider, start)?);
        let (clinic, service) = (typed.clinic_id, typed.service_id);
        let asked = Asked { clinic, provider: wanted.provider, service, start, end, except: None };
        let refused = match place(conn, asked) {
            Ok(_) => None,
            Err(Error::Rule { code, detail }) => Some(Refusal { code, detail, free: free_near(conn, &asked, now)? }),
            Err(error) => return Err(error),
        };
        found.push(Occurrence { start, end, refused });
    }
    Ok(found)
}

/// Books every visit of a form but those left out, each an ordinary appointment, several with one
/// series id; when one cannot be had none is booked.
///
/// # Errors
/// Problems of the form's fields; the refusals of [`book`](crate::scheduling::book), for a series with
/// the time of the visit that is refused in front of the detail.
pub fn book_appointments(tx: &Tx, typed: &AppointmentForm) -> Result<Vec<Booking>> {
    let mut form = Form::default();
    if typed.patient_id.is_none() {
        form.problem("patientId", Code::Required, None);
    }
    let wanted = match (read(tx, typed), form.finish()) {
        (Err(Error::Form(mut problems)), Err(Error::Form(patient))) => {
            problems.splice(0..0, patient);
            return Err(Error::Form(problems));
        }
        (wanted, Ok(())) => wanted?,
        (_, Err(error)) => return Err(error),
    };
    let Some(patient) = typed.patient_id else { return Err(Code::Required.into()) };
    let zone = tenancy::clinic(tx, typed.clinic_id)?.zone();
    let series = wanted.rule.as_deref().map(|rule| (SeriesId(tx.new_id()), rule));
    let starts: Vec<Instant> = wanted.starts.into_iter().filter(|start| !typed.leave_out.contains(start)).collect();
    let mut booked = Vec::new();
    for start in starts {
        let one = BookingForm {
            clinic_id: typed.clinic_id,
            patient_id: patient,
            provider_id: wanted.provider,
            service_id: typed.service_id,
            start,
            minutes: typed.minutes,
            mode: typed.mode,
            channel: typed.channel,
            status: typed.status,
            reason: typed.reason.clone(),
            notes: String::new(),
        };
        booked.push(book_in(tx, &one, series).map_err(|error| match (error, series) {
            (Error::Rule { code, detail }, Some(_)) => {
                let when = written(start, zone);
                Error::with(code, detail.map_or(when.clone(), |detail| format!("{when}, {detail}")))
            }
            (error, _) => error,
        })?);
    }
    if booked.is_empty() {
        return Err(Code::NotAvailable.into());
    }
    Ok(booked)
}

fn minutes(conn: &Connection, typed: &AppointmentForm, provider: ProviderId, start: Instant) -> Result<i64> {
    match typed.minutes {
        Some(minutes) => Ok(i64::from(minutes)),
        None => usual_length(conn, typed.clinic_id, provider, typed.service_id, start),
    }
}

fn read(conn: &Connection, typed: &AppointmentForm) -> Result<Wanted> {
    let zone = tenancy::clinic(conn, typed.clinic_id)?.zone();
    let mut form = Form::default();
    if typed.provider_id.is_none() {
        form.problem("providerId", Code::Required, None);
    }
    let at = day_and_time(&mut form, &typed.day, &typed.time);
    if typed.minutes.is_some_and(|minutes| !(5..=480).contains(&minutes)) {
        form.problem("minutes", Code::OutOfRange, Some(480));
    }
    let days = match (at, &typed.repeat) {
        (Some((first, _)), Some(repeat)) => repeat.days(&mut form, first, zone).map(|(days, rule)| (days, Some(rule))),
        (Some((first, _)), None) => Some((vec![first], None)),
        (None, _) => None,
    };
    form.finish()?;
    match (at, days, typed.provider_id) {
        (Some((_, minutes)), Some((days, rule)), Some(provider)) => {
            let starts = days.into_iter().map(|day| first_instant(day, minutes, zone)).collect();
            Ok(Wanted { provider, starts, rule })
        }
        _ => Err(Code::NotARecurrence.into()),
    }
}

/// The fields `day` and `time` of a form: a day, and minutes after midnight.
pub(super) fn day_and_time(form: &mut Form, day: &str, time: &str) -> Option<(crate::ids::LocalDate, u32)> {
    let read_day = form.day("day", day);
    if day.trim().is_empty() {
        form.problem("day", Code::Required, None);
    }
    let minutes = minutes_of(time).filter(|minutes| *minutes < 24 * 60);
    if time.trim().is_empty() {
        form.problem("time", Code::Required, None);
    } else if minutes.is_none() {
        form.problem("time", Code::NotATime, None);
    }
    read_day.zip(minutes)
}
