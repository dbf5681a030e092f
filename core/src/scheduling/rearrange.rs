//! A visit, or as much of its series as somebody says, gets another time, another length or another doctor.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::Form;
use crate::ids::{AppointmentId, ClinicId, Instant, LocalDate, ProviderId};
use crate::scheduling::SeriesScope;
use crate::scheduling::appointment_form::day_and_time;
use crate::scheduling::bookings::{self, Booking};
use crate::scheduling::local_time::{first_instant, minutes_at};
use crate::scheduling::reschedule::{RescheduleForm, reschedule};
use crate::scheduling::series::affected;
use crate::tenancy;

/// Where a visit goes, by the clock of the site. What is left out stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RearrangeForm {
    pub day: String,
    /// `HH:MM`.
    pub time: String,
    pub minutes: Option<u32>,
    pub provider_id: Option<ProviderId>,
    pub clinic_id: Option<ClinicId>,
    pub note: String,
    pub scope: SeriesScope,
}

/// Where a visit was, so that it can go back there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", rename = "AppointmentSpot")]
pub struct Spot {
    pub appointment_id: AppointmentId,
    pub clinic_id: ClinicId,
    pub provider_id: ProviderId,
    pub start: Instant,
    pub minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Rearranged {
    /// In the order of time.
    pub bookings: Vec<Booking>,
    /// Where they were, for [`put_back`].
    pub before: Vec<Spot>,
}

/// Moves a visit and those of its series that the scope means by the same number of days and minutes
/// on the site's clock, so that what was moved on its own before stays beside the others. The same
/// refusals as for [`reschedule`]; when one is refused none moves.
///
/// # Errors
/// Problems of `day` and `time`; what [`reschedule`] refuses.
pub fn rearrange(tx: &Tx, id: AppointmentId, typed: &RearrangeForm) -> Result<Rearranged> {
    let current = bookings::appointment(tx, id)?;
    let zone = tenancy::clinic(tx, typed.clinic_id.unwrap_or(current.clinic_id))?.zone();
    let mut form = Form::default();
    let at = day_and_time(&mut form, &typed.day, &typed.time);
    form.finish()?;
    let Some((day, minutes)) = at else { return Err(Code::NotADate.into()) };
    let moved_by = on_the_clock(day, minutes) - shown_at(current.start, zone);
    let mut moving = affected(tx, current, typed.scope, tx.now)?;
    // Whoever goes first makes room for the next one.
    if moved_by > 0 {
        moving.reverse();
    }
    let mut done = Rearranged { bookings: Vec::new(), before: Vec::new() };
    for booking in moving {
        let start =
            if moved_by == 0 { booking.start } else { instant_of(shown_at(booking.start, zone) + moved_by, zone) };
        let new = RescheduleForm {
            start,
            minutes: typed.minutes,
            provider_id: typed.provider_id,
            clinic_id: typed.clinic_id,
            note: typed.note.clone(),
        };
        done.bookings.push(reschedule(tx, booking.id, &new)?);
        done.before.push(Spot {
            appointment_id: booking.id,
            clinic_id: booking.clinic_id,
            provider_id: booking.provider_id,
            start: booking.start,
            minutes: ((booking.end.0 - booking.start.0) / 60_000) as u32,
        });
    }
    // Back again in the opposite order.
    done.before.reverse();
    done.bookings.sort_by_key(|booking| booking.start);
    Ok(done)
}

/// Puts visits back where they were, all or none.
///
/// # Errors
/// What [`reschedule`] refuses, such as `SlotTaken` when somebody else has the time by now.
pub fn put_back(tx: &Tx, spots: &[Spot]) -> Result<Vec<Booking>> {
    spots
        .iter()
        .map(|spot| {
            let form = RescheduleForm {
                start: spot.start,
                minutes: Some(spot.minutes),
                provider_id: Some(spot.provider_id),
                clinic_id: Some(spot.clinic_id),
                note: String::new(),
            };
            reschedule(tx, spot.appointment_id, &form)
        })
        .collect()
}

/// Minutes that a wall clock and a calendar have shown since the first day of all.
fn on_the_clock(day: LocalDate, minutes: u32) -> i64 {
    i64::from(day.0.num_days_from_ce()) * 24 * 60 + i64::from(minutes)
}

fn shown_at(at: Instant, zone: Tz) -> i64 {
    on_the_clock(at.day(zone), minutes_at(at, zone))
}

fn instant_of(shown: i64, zone: Tz) -> Instant {
    let days = i32::try_from(shown.div_euclid(24 * 60)).unwrap_or(i32::MAX);
    let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MAX);
    first_instant(LocalDate(day), shown.rem_euclid(24 * 60) as u32, zone)
}
