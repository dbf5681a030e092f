//! An appointment as a line of a list, and the questions that ask for one doctor's or one site's.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, SeriesId, ServiceId, SlotId};
use crate::page::{Page, PageRequest};
use crate::scheduling::{AppointmentStatus, Channel, Mode};
use crate::tenancy;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Booking {
    pub id: AppointmentId,
    pub clinic_id: ClinicId,
    pub clinic_name: String,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub patient_phone: Option<String>,
    pub provider_id: ProviderId,
    pub provider_name: String,
    pub service_id: Option<ServiceId>,
    pub service_name: Option<String>,
    pub start: Instant,
    pub end: Instant,
    /// The zone of the site when it was booked.
    pub timezone: Option<String>,
    pub status: AppointmentStatus,
    pub channel: Channel,
    pub mode: Option<Mode>,
    pub slot_id: Option<SlotId>,
    /// How many visits may share the time.
    pub capacity: u32,
    pub reason: Option<String>,
    pub notes: Option<String>,
    /// The series that it repeats in, and by what rule (RFC 5545) that was booked.
    pub series_id: Option<SeriesId>,
    pub recurrence: Option<String>,
    pub booked_twice: bool,
    pub created_at: Instant,
    pub updated_at: Instant,
}

impl Booking {
    pub(super) fn from_row(row: &Row) -> rusqlite::Result<Booking> {
        Ok(Booking {
            id: row.get("id")?,
            clinic_id: row.get("clinic_id")?,
            clinic_name: row.get("clinic_name")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("patient_name")?,
            patient_phone: row.get("patient_phone")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("provider_name")?,
            service_id: row.get("service_id")?,
            service_name: row.get("service_name")?,
            start: row.get("scheduled_start")?,
            end: row.get("scheduled_end")?,
            timezone: row.get("timezone")?,
            status: row.get("status")?,
            channel: row.get("channel")?,
            mode: row.get("mode")?,
            slot_id: row.get("slot_id")?,
            capacity: row.get("capacity")?,
            reason: row.get("reason")?,
            notes: row.get("notes")?,
            series_id: row.get("series_id")?,
            recurrence: row.get("recurrence")?,
            booked_twice: row.get("booked_twice")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// Appointments with their names. `+status` keeps the index of the statuses from being chosen: one
/// person's or one site's rows are always fewer. As `SELECT … FROM …`, and what the list asks for.
macro_rules! bookings {
    ($rest:literal) => {
        concat!(include_str!("bookings.sql"), " ", $rest)
    };
}

pub(super) const OF_PROVIDER: &str = bookings!(
    "WHERE appointments.provider_id = ?1 AND scheduled_start < ?3 AND scheduled_start > ?2 - 8 * 3600 * 1000
       AND scheduled_end > ?2 AND channel <> 'walk_in' AND appointments.deleted_at IS NULL
       AND +status IN ('requested', 'scheduled', 'confirmed', 'arrived', 'in_progress')
     ORDER BY scheduled_start LIMIT 200"
);
pub(super) const OF_CLINIC: &str = bookings!(
    "WHERE appointments.clinic_id = ?1 AND scheduled_start < ?3 AND scheduled_start > ?2 - 8 * 3600 * 1000
       AND scheduled_end > ?2 AND channel <> 'walk_in' AND appointments.deleted_at IS NULL
       AND +status IN ('requested', 'scheduled', 'confirmed', 'arrived', 'in_progress')
     ORDER BY scheduled_start LIMIT 200"
);
/// A doctor's whole day, walk-ins and ends included.
pub const DAY: &str = bookings!(
    "WHERE appointments.provider_id = ?1 AND scheduled_start >= ?2 AND scheduled_start < ?3 AND appointments.deleted_at IS NULL
     ORDER BY scheduled_start, appointments.id"
);
/// The visits of a series that are still plans, from an instant on.
pub const SERIES: &str = bookings!(
    "WHERE series_id = ?1 AND scheduled_start >= ?2 AND appointments.deleted_at IS NULL
       AND +status IN ('requested', 'scheduled', 'confirmed')
     ORDER BY scheduled_start, appointments.id"
);
pub const UPCOMING: &str = bookings!(
    "WHERE appointments.provider_id = ?1 AND scheduled_start > ?2 AND appointments.deleted_at IS NULL
       AND +status IN ('requested', 'scheduled', 'confirmed')
     ORDER BY scheduled_start, appointments.id LIMIT ?3 OFFSET ?4"
);
pub const CLINIC_DAY: &str = bookings!(
    "WHERE appointments.clinic_id = ?1 AND scheduled_start >= ?2 AND scheduled_start < ?3 AND appointments.deleted_at IS NULL
       AND (?4 = '' OR instr(?4, ',' || status || ',') > 0)
     ORDER BY scheduled_start, appointments.id"
);
/// The newest first, with the visits of records that were merged into this one. The names are looked
/// up for the page alone, not for every visit there is.
pub const HISTORY: &str = concat!(
    include_str!("bookings.sql"),
    " WHERE appointments.rowid IN (SELECT rowid FROM appointments WHERE patient_id IN ",
    crate::patients::same_person!(),
    " AND +status = 'completed' AND deleted_at IS NULL
     ORDER BY scheduled_start DESC, id DESC LIMIT ?2 OFFSET ?3)
     ORDER BY scheduled_start DESC, appointments.id DESC"
);
/// Whatever the status, the newest first, under whichever record.
pub const OF_PATIENT: &str = concat!(
    include_str!("bookings.sql"),
    " WHERE appointments.rowid IN (SELECT rowid FROM appointments WHERE patient_id IN ",
    crate::patients::same_person!(),
    " AND deleted_at IS NULL ORDER BY scheduled_start DESC, id DESC LIMIT ?2 OFFSET ?3)
     ORDER BY scheduled_start DESC, appointments.id DESC"
);
pub const WALK_INS: &str = bookings!(
    "WHERE channel = 'walk_in' AND channel IN ('walk_in', 'online') AND appointments.deleted_at IS NULL
     ORDER BY appointments.created_at DESC, appointments.id DESC LIMIT ?1 OFFSET ?2"
);
pub const BY_STATUS: &str = bookings!(
    "WHERE status = ?1 AND appointments.deleted_at IS NULL ORDER BY scheduled_start, appointments.id LIMIT ?2 OFFSET ?3"
);

/// One appointment.
pub fn appointment(conn: &Connection, id: AppointmentId) -> Result<Booking> {
    conn.prepare_cached(bookings!("WHERE appointments.id = ?1 AND appointments.deleted_at IS NULL"))?
        .query_row([id], Booking::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

fn list(conn: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Booking>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params, Booking::from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A doctor's visits still to come that overlap a time, 200 at most; walk-ins have no time.
pub(super) fn of_provider_between(
    conn: &Connection,
    provider: ProviderId,
    from: Instant,
    to: Instant,
) -> Result<Vec<Booking>> {
    list(conn, OF_PROVIDER, params![provider, from, to])
}

/// A site's visits still to come that overlap a time, 200 at most.
pub(super) fn of_clinic_between(
    conn: &Connection,
    clinic: ClinicId,
    from: Instant,
    to: Instant,
) -> Result<Vec<Booking>> {
    list(conn, OF_CLINIC, params![clinic, from, to])
}

/// Everything of a doctor that begins between two instants, walk-ins and cancelled visits included.
pub(super) fn day_of_provider(
    conn: &Connection,
    provider: ProviderId,
    from: Instant,
    to: Instant,
) -> Result<Vec<Booking>> {
    list(conn, DAY, params![provider, from, to])
}

/// The visits of a series that are still plans and begin at an instant or later.
pub(super) fn of_series(conn: &Connection, series: SeriesId, from: Instant) -> Result<Vec<Booking>> {
    list(conn, SERIES, params![series, from])
}

/// A site's local day, exactly, in the order of time; without statuses, all of them.
pub fn bookings_of_day(
    conn: &Connection,
    clinic: ClinicId,
    day: LocalDate,
    statuses: &[AppointmentStatus],
) -> Result<Vec<Booking>> {
    let (start, end) = day.bounds(tenancy::clinic(conn, clinic)?.zone());
    let names: Vec<&str> = statuses.iter().map(|status| status.name()).collect();
    let wanted = if names.is_empty() { String::new() } else { format!(",{},", names.join(",")) };
    list(conn, CLINIC_DAY, params![clinic, start, end, wanted])
}

/// What a doctor has before them, the next first.
pub fn upcoming_of_provider(
    conn: &Connection,
    provider: ProviderId,
    now: Instant,
    page: PageRequest,
) -> Result<Page<Booking>> {
    Ok(page.page(list(conn, UPCOMING, params![provider, now, page.sql_limit(), page.sql_offset()])?))
}

/// A patient's completed visits, the newest first, those of merged records included.
pub fn visit_history(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<Booking>> {
    Ok(page.page(list(conn, HISTORY, params![patient, page.sql_limit(), page.sql_offset()])?))
}

/// Everything that a patient was ever booked for, to come and past, the newest first.
pub fn bookings_of_patient(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<Booking>> {
    Ok(page.page(list(conn, OF_PATIENT, params![patient, page.sql_limit(), page.sql_offset()])?))
}

/// Those who came without an appointment, the newest first.
pub fn walk_ins(conn: &Connection, page: PageRequest) -> Result<Page<Booking>> {
    Ok(page.page(list(conn, WALK_INS, params![page.sql_limit(), page.sql_offset()])?))
}

/// Appointments with a status, the earliest first.
pub fn bookings_by_status(conn: &Connection, status: AppointmentStatus, page: PageRequest) -> Result<Page<Booking>> {
    Ok(page.page(list(conn, BY_STATUS, params![status, page.sql_limit(), page.sql_offset()])?))
}
