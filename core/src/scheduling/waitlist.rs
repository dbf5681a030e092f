//! Who would come if a time were free.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::{AppointmentId, ClinicId, Instant, PatientId, ProviderId, ServiceId, WaitlistId};
use crate::page::{Page, PageRequest};
use crate::scheduling::book::{can_perform, service_minutes, works_at};
use crate::tenancy;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum WaitlistStatus {
    Waiting,
    Offered,
    Booked,
    Expired,
    Cancelled,
}

crate::ids::named_values!(WaitlistStatus {
    Waiting = "waiting",
    Offered = "offered",
    Booked = "booked",
    Expired = "expired",
    Cancelled = "cancelled",
});

/// Whether an entry may go from one status to another. An offer can be made again for another time.
pub fn waitlist_allowed(from: WaitlistStatus, to: WaitlistStatus) -> bool {
    use WaitlistStatus::*;
    match from {
        Waiting => matches!(to, Offered | Booked | Expired | Cancelled),
        Offered => matches!(to, Offered | Booked | Expired | Cancelled),
        Booked | Expired | Cancelled => false,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitlistEntry {
    pub id: WaitlistId,
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub patient_phone: Option<String>,
    /// None: any doctor.
    pub provider_id: Option<ProviderId>,
    pub provider_name: Option<String>,
    pub service_id: Option<ServiceId>,
    pub service_name: Option<String>,
    pub desired_from: Instant,
    pub desired_to: Instant,
    pub status: WaitlistStatus,
    pub note: Option<String>,
    pub offered_start: Option<Instant>,
    pub offered_at: Option<Instant>,
    pub appointment_id: Option<AppointmentId>,
    pub created_at: Instant,
}

impl WaitlistEntry {
    fn from_row(row: &Row) -> rusqlite::Result<WaitlistEntry> {
        Ok(WaitlistEntry {
            id: row.get("id")?,
            clinic_id: row.get("clinic_id")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("patient_name")?,
            patient_phone: row.get("patient_phone")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("provider_name")?,
            service_id: row.get("service_id")?,
            service_name: row.get("service_name")?,
            desired_from: row.get("desired_from")?,
            desired_to: row.get("desired_to")?,
            status: row.get("status")?,
            note: row.get("note")?,
            offered_start: row.get("offered_start")?,
            offered_at: row.get("offered_at")?,
            appointment_id: row.get("appointment_id")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The form "Put on the waiting list".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WaitlistForm {
    pub clinic_id: ClinicId,
    pub patient_id: PatientId,
    /// None: any doctor.
    pub provider_id: Option<ProviderId>,
    /// None: a visit of the usual length.
    pub service_id: Option<ServiceId>,
    pub desired_from: Instant,
    pub desired_to: Instant,
    pub note: String,
}

/// Puts a patient on the waiting list of a site.
pub fn add_to_waitlist(tx: &Tx, typed: &WaitlistForm) -> Result<WaitlistEntry> {
    let mut form = Form::default();
    if typed.desired_to <= typed.desired_from {
        form.problem("desiredTo", Code::EndsBeforeStart, None);
    } else if typed.desired_to <= tx.now {
        form.problem("desiredTo", Code::OutOfRange, None);
    }
    let note = form.optional("note", &typed.note, LINE);
    form.finish()?;
    tenancy::clinic(tx, typed.clinic_id)?;
    let patient = "SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)";
    if !tx.query_row(patient, [typed.patient_id], |row| row.get::<_, bool>(0))? {
        return Err(Code::NotFound.into());
    }
    if let Some(service) = typed.service_id {
        service_minutes(tx, service)?;
    }
    if let Some(provider) = typed.provider_id {
        if !works_at(tx, provider, typed.clinic_id)? {
            return Err(Code::DoesNotWorkHere.into());
        }
        if let Some(service) = typed.service_id
            && !can_perform(tx, provider, service)?
        {
            return Err(Code::CannotPerform.into());
        }
    }
    let id = WaitlistId(tx.new_id());
    tx.execute(
        "INSERT INTO waitlist (id, tenant_id, clinic_id, patient_id, provider_id, service_id, desired_from, desired_to,
                               status, note, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?10, ?11, ?11)",
        params![
            id,
            tx.device.tenant,
            typed.clinic_id,
            typed.patient_id,
            typed.provider_id,
            typed.service_id,
            typed.desired_from,
            typed.desired_to,
            note,
            tx.user()?,
            tx.now
        ],
    )?;
    waitlist_entry(tx, id)
}

/// One entry.
pub fn waitlist_entry(conn: &Connection, id: WaitlistId) -> Result<WaitlistEntry> {
    conn.prepare_cached(concat!(include_str!("waitlist.sql"), " WHERE waitlist.id = ?1"))?
        .query_row([id], WaitlistEntry::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// The entries of a site that are still open, or all of them; the longest wait first.
pub fn waitlist(conn: &Connection, clinic: ClinicId, open: bool, page: PageRequest) -> Result<Page<WaitlistEntry>> {
    let sql = if open {
        concat!(
            include_str!("waitlist.sql"),
            " WHERE waitlist.clinic_id = ?1 AND waitlist.status IN ('waiting', 'offered')
              ORDER BY waitlist.created_at, waitlist.id LIMIT ?2 OFFSET ?3"
        )
    } else {
        concat!(
            include_str!("waitlist.sql"),
            " WHERE waitlist.clinic_id = ?1 ORDER BY waitlist.created_at DESC, waitlist.id LIMIT ?2 OFFSET ?3"
        )
    };
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![clinic, page.sql_limit(), page.sql_offset()], WaitlistEntry::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

pub const WAITING_FOR: &str = concat!(
        include_str!("waitlist.sql"),
        " WHERE waitlist.status IN ('waiting', 'offered') AND waitlist.status = 'waiting'
            AND waitlist.clinic_id IN (SELECT clinic_id FROM provider_clinics WHERE provider_id = ?1 AND active = 1)
            AND (waitlist.provider_id IS NULL OR waitlist.provider_id = ?1)
            AND desired_from <= ?2 AND desired_to >= ?3
            AND (waitlist.service_id IS NULL
                 OR (services.duration_min * 60000 <= ?3 - ?2
                     AND (NOT EXISTS (SELECT 1 FROM service_providers AS any
                                      WHERE any.service_id = waitlist.service_id AND any.removed_at IS NULL)
                          OR EXISTS (SELECT 1 FROM service_providers AS able
                                     WHERE able.service_id = waitlist.service_id AND able.provider_id = ?1 AND able.removed_at IS NULL))))
          ORDER BY waitlist.created_at, waitlist.id LIMIT 20"
    );

/// Who waits for a time like this with a doctor, the longest wait first, 20 at most: in the range they
/// want, at a site where the doctor works, for what the doctor can do and the time is long enough for.
pub fn matches_for(
    conn: &Connection,
    provider: ProviderId,
    start: Instant,
    end: Instant,
) -> Result<Vec<WaitlistEntry>> {
    let mut statement = conn.prepare_cached(WAITING_FOR)?;
    let rows = statement.query_map(params![provider, start, end], WaitlistEntry::from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The patient no longer waits.
pub fn cancel_waiting(tx: &Tx, id: WaitlistId) -> Result<WaitlistEntry> {
    let current = waitlist_entry(tx, id)?;
    step(&current, WaitlistStatus::Cancelled)?;
    tx.execute("UPDATE waitlist SET status = 'cancelled', updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    waitlist_entry(tx, id)
}

/// Closes the entries whose desired range has passed; tells how many.
pub fn expire_waitlist(tx: &Tx) -> Result<u32> {
    let closed = tx.execute(
        "UPDATE waitlist SET status = 'expired', updated_at = ?1
         WHERE status IN ('waiting', 'offered') AND desired_to <= ?1",
        params![tx.now],
    )?;
    Ok(closed as u32)
}

pub(super) fn step(entry: &WaitlistEntry, to: WaitlistStatus) -> Result<()> {
    if waitlist_allowed(entry.status, to) {
        Ok(())
    } else {
        Err(Error::with(Code::IllegalTransition, entry.status.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::WaitlistStatus::*;
    use super::*;

    #[test]
    fn an_entry_goes_one_way() {
        let all = [Waiting, Offered, Booked, Expired, Cancelled];
        for (from, to) in all.into_iter().flat_map(|from| all.map(|to| (from, to))) {
            let expected = matches!(from, Waiting | Offered) && to != Waiting;
            assert_eq!(waitlist_allowed(from, to), expected, "{from:?} to {to:?}");
        }
    }
}
