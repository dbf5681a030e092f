//! An appointment at a time: refused in the same transaction that finds the time taken.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, SeriesId, ServiceId, SlotId};
use crate::scheduling::capacity::{Claim, crowding};
use crate::scheduling::roster::{self, LONGEST, Roster, Sites};
use crate::scheduling::{AppointmentStatus, Mode, log_event};
use crate::tenancy;

/// How the appointment came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename = "BookingChannel", rename_all = "snake_case")]
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

/// A time with a doctor that somebody wants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub clinic: ClinicId,
    pub provider: ProviderId,
    pub service: Option<ServiceId>,
    pub start: Instant,
    pub end: Instant,
    /// The appointment that moves there and does not stand in its own way.
    pub except: Option<AppointmentId>,
}

/// What such a time is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub capacity: u32,
    pub slot: Option<SlotId>,
    /// How the doctor sees patients in these hours; none outside of them.
    pub mode: Option<Mode>,
    pub timezone: String,
}

/// Books a time with a doctor. No instant carries more active appointments of one doctor than the
/// capacity allows (domain.md, ruling 3); walk-ins wait in the queue and claim no time.
///
/// Refuses with `NotApproved`, `DoesNotWorkHere`, `CannotPerform`, `NotAvailable` (time off, or hours
/// at another site) and `SlotTaken` with the name of who holds the time. Outside of all hours a
/// doctor can be booked: that is for the desk to judge.
pub fn book(tx: &Tx, new: &NewAppointment) -> Result<AppointmentId> {
    book_as(tx, new, &Details::default())
}

/// What only the desk's own forms say.
#[derive(Default)]
pub(super) struct Details<'a> {
    pub mode: Option<Mode>,
    pub notes: Option<&'a str>,
    /// The series and its rule.
    pub series: Option<(SeriesId, &'a str)>,
}

pub(super) fn book_as(tx: &Tx, new: &NewAppointment, details: &Details) -> Result<AppointmentId> {
    let mut form = Form::default();
    let reason = form.optional("reason", &new.reason, LINE);
    check_length(&mut form, new.start, new.end);
    form.finish()?;
    let patient = "SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)";
    if !tx.prepare_cached(patient)?.query_row([new.patient], |row| row.get::<_, bool>(0))? {
        return Err(Code::NotFound.into());
    }
    let place = if new.channel == Channel::WalkIn {
        let timezone = tenancy::clinic(tx, new.clinic)?.timezone;
        Place { capacity: 1, slot: None, mode: None, timezone }
    } else {
        tenancy::check_booking_limit(tx)?;
        let &NewAppointment { clinic, provider, service, start, end, .. } = new;
        place(tx, Asked { clinic, provider, service, start, end, except: None })?
    };
    let id = AppointmentId(tx.new_id());
    tx.prepare_cached(
        "INSERT INTO appointments (id, tenant_id, clinic_id, patient_id, provider_id, service_id, scheduled_start, scheduled_end,
                                   status, channel, reason, notes, timezone, slot_id, capacity, mode, series_id, recurrence,
                                   created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20)",
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
        details.notes,
        place.timezone,
        place.slot,
        place.capacity,
        details.mode.or(place.mode),
        details.series.map(|(id, _)| id),
        details.series.map(|(_, rule)| rule),
        tx.user()?,
        tx.now
    ])?;
    log_event(tx, id, None, new.status, None)?;
    Ok(id)
}

pub(super) fn check_length(form: &mut Form, start: Instant, end: Instant) {
    if end <= start || end.0 - start.0 > LONGEST {
        form.problem("end", Code::OutOfRange, Some(480));
    }
}

/// Whether a doctor can be booked at a time, and what the time is; otherwise why not.
pub(super) fn place(conn: &Connection, asked: Asked) -> Result<Place> {
    let site = tenancy::clinic(conn, asked.clinic)?;
    if !may_be_seen(conn, asked.provider)? {
        return Err(Code::NotApproved.into());
    }
    if !works_at(conn, asked.provider, asked.clinic)? {
        return Err(Code::DoesNotWorkHere.into());
    }
    if let Some(service) = asked.service {
        service_minutes(conn, service)?;
        if !can_perform(conn, asked.provider, service)? {
            return Err(Code::CannotPerform.into());
        }
    }
    let mut sites = Sites::default();
    let (start, end) = (asked.start, asked.end);
    let roster = Roster::read(conn, &mut sites, asked.provider, start, end)?;
    // A site without hours of this doctor can be closed all the same.
    let closed = &sites.site(conn, asked.clinic, start, end)?.closed;
    let off = roster
        .time_off
        .iter()
        .chain(closed)
        .find(|off| off.concerns(asked.provider, asked.clinic) && off.covers(start, end));
    if let Some(off) = off {
        return Err(Error::Rule { code: Code::NotAvailable, detail: off.reason.clone() });
    }
    let windows = roster.windows(None);
    let own = windows.iter().find(|(hours, window)| hours.clinic_id == asked.clinic && window.holds(start, end));
    let elsewhere = windows
        .iter()
        .find(|(hours, window)| hours.clinic_id != asked.clinic && window.start < end && start < window.end);
    if let (None, Some((hours, _))) = (own, elsewhere) {
        return Err(Error::with(Code::NotAvailable, tenancy::clinic(conn, hours.clinic_id)?.name));
    }
    let capacity = own.map_or(1, |(hours, _)| hours.capacity);
    refuse_if_taken(conn, asked, capacity)?;
    let slot = own.and_then(|_| roster.slot_at(asked.clinic, start));
    Ok(Place { capacity, slot, mode: own.map(|(_, window)| window.mode), timezone: site.timezone })
}

/// Refuses when a claim would carry an instant over its capacity, with the name of who holds it.
pub(super) fn refuse_if_taken(conn: &Connection, asked: Asked, capacity: u32) -> Result<()> {
    let held = roster::claims(conn, asked.provider, asked.start, asked.end, asked.except)?;
    let claims: Vec<Claim> = held.iter().map(|(_, claim)| *claim).collect();
    let claim = Claim { start: asked.start, end: asked.end, capacity };
    let Some(first) = crowding(&claim, &claims).into_iter().next() else { return Ok(()) };
    let holder: Option<String> = conn
        .prepare_cached(
            "SELECT full_name FROM appointments JOIN patients ON patients.id = patient_id WHERE appointments.id = ?1",
        )?
        .query_row([held[first].0], |row| row.get("full_name"))
        .optional()?;
    Err(Error::Rule { code: Code::SlotTaken, detail: holder })
}

/// Whether a doctor is approved and active; `NotFound` for one who is not there.
pub(super) fn may_be_seen(conn: &Connection, provider: ProviderId) -> Result<bool> {
    conn.prepare_cached(
        "SELECT approval = 'approved' AND active = 1 AS may FROM providers WHERE id = ?1 AND deleted_at IS NULL",
    )?
    .query_row([provider], |row| row.get("may"))
    .optional()?
    .ok_or_else(|| Code::NotFound.into())
}

/// Whether a doctor works at a site.
pub(crate) fn works_at(conn: &Connection, provider: ProviderId, clinic: ClinicId) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM provider_clinics WHERE provider_id = ?1 AND clinic_id = ?2 AND active = 1)",
        )?
        .query_row(params![provider, clinic], |row| row.get(0))?)
}

/// Whether a doctor can perform a service; one that nobody is assigned to, everybody can.
pub(super) fn can_perform(conn: &Connection, provider: ProviderId, service: ServiceId) -> Result<bool> {
    Ok(conn
        .prepare_cached(
            "SELECT NOT EXISTS (SELECT 1 FROM service_providers WHERE service_id = ?1 AND removed_at IS NULL)
                 OR EXISTS (SELECT 1 FROM service_providers WHERE service_id = ?1 AND provider_id = ?2 AND removed_at IS NULL)",
        )?
        .query_row(params![service, provider], |row| row.get(0))?)
}

/// How long a service takes, in minutes.
pub(super) fn service_minutes(conn: &Connection, service: ServiceId) -> Result<u32> {
    conn.prepare_cached("SELECT duration_min FROM services WHERE id = ?1 AND active = 1 AND deleted_at IS NULL")?
        .query_row([service], |row| row.get("duration_min"))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}
