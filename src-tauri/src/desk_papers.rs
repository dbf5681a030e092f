//! What the desk has on paper besides slips: blank ones for a power cut, and the day.

use neem_core::Result;
use neem_core::ids::{ClinicId, Instant, LocalDate, ProviderId, SlipBatchId};
use neem_core::scheduling::{self, AppointmentStatus, DayVisit};
use neem_core::tenancy;
use neem_print::{BlankSlips, DayListDoctor, DayListSheet, DayListVisit, Language, Printable, Words};
use rusqlite::Connection;

use crate::documents::{sex, time};
use crate::printers;

/// The numbered slips of a batch, and the name of their file.
pub fn blank_slips(conn: &Connection, batch: SlipBatchId, language: Language) -> Result<(Printable, String)> {
    let batch = scheduling::slip_batch(conn, batch)?;
    let name = format!("blank-slips-{}.pdf", batch.numbers.first().map(String::as_str).unwrap_or_default());
    let slips = BlankSlips {
        language,
        paper: printers::chosen(conn)?.1,
        clinic: tenancy::tenant(conn)?.name,
        site: tenancy::clinic(conn, batch.clinic_id)?.name,
        numbers: batch.numbers,
    };
    Ok((Printable::BlankSlips(slips), name))
}

/// The day of a site, of one doctor or of all, and the name of its file.
pub fn day_list(
    conn: &Connection,
    clinic: ClinicId,
    day: LocalDate,
    provider: Option<ProviderId>,
    language: Language,
    now: Instant,
) -> Result<(Printable, String)> {
    let list = scheduling::day_list(conn, clinic, day, provider)?;
    let (zone, words) = (list.clinic.zone(), language.words());
    let visit = |visit: DayVisit| DayListVisit {
        time: time(visit.at, zone),
        number: visit.number,
        patient: visit.patient,
        about: [
            visit.age_years.map(|years| years.to_string()),
            Some(sex(words, visit.gender).to_owned()),
            Some(visit.record_number),
            visit.phone,
        ]
        .into_iter()
        .flatten()
        .collect(),
        reason: visit.reason,
        status: status(words, visit.status, visit.walk_in).into(),
    };
    let doctors = list.doctors.into_iter().map(|doctor| DayListDoctor {
        name: doctor.name,
        room: doctor.room,
        count_text: words.patients(doctor.visits.len() as u32),
        visits: doctor.visits.into_iter().map(visit).collect(),
    });
    let sheet = DayListSheet {
        language,
        clinic: tenancy::tenant(conn)?.name,
        site: list.clinic.name.clone(),
        date_text: words.long_day(day.0),
        printed_text: time(now, zone),
        doctors: doctors.collect(),
    };
    Ok((Printable::DayList(sheet), format!("day-{day}.pdf")))
}

fn status(words: &Words, status: AppointmentStatus, walk_in: bool) -> &str {
    let say = &words.status;
    match status {
        AppointmentStatus::Requested => &say.requested,
        AppointmentStatus::Scheduled => &say.scheduled,
        AppointmentStatus::Confirmed => &say.confirmed,
        AppointmentStatus::Arrived if walk_in => &say.walk_in,
        AppointmentStatus::Arrived => &say.arrived,
        AppointmentStatus::InProgress => &say.in_progress,
        AppointmentStatus::Completed => &say.completed,
        AppointmentStatus::Cancelled => &say.cancelled,
        AppointmentStatus::NoShow => &say.no_show,
    }
}
