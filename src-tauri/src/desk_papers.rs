//! What the desk has on paper besides slips: blank ones for a power cut, and the day.

use neem_core::Result;
use neem_core::ids::{ClinicId, Instant, LocalDate, ProviderId, SlipBatchId};
use neem_core::scheduling::{self, AppointmentStatus, DayVisit};
use neem_core::tenancy;
use neem_print::{BlankSlips, DayListDoctor, DayListSheet, DayListVisit, Printable};
use rusqlite::Connection;

use crate::documents::{sex, time};
use crate::printers;

/// The numbered slips of a batch, and the name of their file.
pub fn blank_slips(conn: &Connection, batch: SlipBatchId) -> Result<(Printable, String)> {
    let batch = scheduling::slip_batch(conn, batch)?;
    let name = format!("blank-slips-{}.pdf", batch.numbers.first().map(String::as_str).unwrap_or_default());
    let slips = BlankSlips {
        language: "en".into(),
        paper: printers::chosen(conn)?.1,
        clinic: tenancy::tenant(conn)?.name,
        site: tenancy::clinic(conn, batch.clinic_id)?.name,
        numbers: batch.numbers,
        ..BlankSlips::default()
    };
    Ok((Printable::BlankSlips(slips), name))
}

/// The day of a site, of one doctor or of all, and the name of its file.
pub fn day_list(
    conn: &Connection,
    clinic: ClinicId,
    day: LocalDate,
    provider: Option<ProviderId>,
    now: Instant,
) -> Result<(Printable, String)> {
    let list = scheduling::day_list(conn, clinic, day, provider)?;
    let zone = list.clinic.zone();
    let visit = |visit: DayVisit| DayListVisit {
        time: time(visit.at, zone),
        number: visit.number,
        patient: visit.patient,
        about: [
            visit.age_years.map(|years| years.to_string()),
            Some(sex(visit.gender).to_owned()),
            Some(visit.record_number),
            visit.phone,
        ]
        .into_iter()
        .flatten()
        .collect(),
        reason: visit.reason,
        status: status(visit.status, visit.walk_in).into(),
    };
    let doctors = list.doctors.into_iter().map(|doctor| DayListDoctor {
        name: doctor.name,
        room: doctor.room,
        visits: doctor.visits.into_iter().map(visit).collect(),
    });
    let sheet = DayListSheet {
        language: "en".into(),
        clinic: tenancy::tenant(conn)?.name,
        site: list.clinic.name.clone(),
        date_text: day.0.format("%A %-d %B %Y").to_string(),
        printed_text: time(now, zone),
        doctors: doctors.collect(),
        ..DayListSheet::default()
    };
    Ok((Printable::DayList(sheet), format!("day-{day}.pdf")))
}

fn status(status: AppointmentStatus, walk_in: bool) -> &'static str {
    match status {
        AppointmentStatus::Requested => "Requested",
        AppointmentStatus::Scheduled => "Scheduled",
        AppointmentStatus::Confirmed => "Confirmed",
        AppointmentStatus::Arrived if walk_in => "Walk-in",
        AppointmentStatus::Arrived => "Arrived",
        AppointmentStatus::InProgress => "With doctor",
        AppointmentStatus::Completed => "Seen",
        AppointmentStatus::Cancelled => "Cancelled",
        AppointmentStatus::NoShow => "No show",
    }
}
