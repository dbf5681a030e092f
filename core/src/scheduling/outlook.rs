//! What hours would lead to, before they are saved: the free times of the next fortnight, and whom a
//! change would strand. The change itself is made and taken back, so that what is foretold is what the
//! saving does.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::{Actor, Db, Tx};
use crate::error::Result;
use crate::ids::{ClinicId, Instant, LocalDate, ProviderId, TemplateId};
use crate::scheduling::free_slots::{FreeSlotQuery, free_slots};
use crate::scheduling::stranded::{StrandedVisit, Whose, stranded};
use crate::scheduling::time_off::{self, TimeOffForm};
use crate::scheduling::{TemplateForm, add_template, add_time_off, delete_template, edit_template, end_template};
use crate::tenancy;

/// How many days the free times are shown for, today included.
const DAYS: u32 = 14;

/// A change of hours that a person has typed and not saved.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum HoursChange {
    AddHours { form: TemplateForm },
    EditHours { template_id: TemplateId, form: TemplateForm },
    EndHours { template_id: TemplateId, valid_to: String },
    DeleteHours { template_id: TemplateId },
    AddTimeOff { form: TimeOffForm },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HoursOutlook {
    /// Whom the change strands, beyond those who are stranded already; 200 at most.
    pub stranded: Vec<StrandedVisit>,
    /// A day each for two weeks; of a change of a whole site, none.
    pub days: Vec<FreeDay>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FreeDay {
    pub day: LocalDate,
    /// When a visit can begin.
    pub free: Vec<Instant>,
    /// What closes the day or a part of it: "Diwali".
    pub off: Vec<String>,
}

/// The free times of a doctor at a site in the next two weeks.
pub fn hours_outlook(conn: &Connection, provider: ProviderId, clinic: ClinicId, now: Instant) -> Result<HoursOutlook> {
    Ok(HoursOutlook { stranded: Vec::new(), days: days(conn, provider, clinic, now)? })
}

/// The same as it would be after a change, with whom the change strands; the problems of the form are
/// those that saving would find. Nothing is written.
pub fn rehearse_hours(db: &Db, actor: Actor, change: &HoursChange, clinic: ClinicId) -> Result<HoursOutlook> {
    db.rehearse(actor, |tx| {
        let doctor = doctor_of(tx, change)?;
        let whose = doctor.map_or(Whose::Site(clinic), Whose::Doctor);
        let before: BTreeSet<_> = stranded(tx, whose, tx.now)?.iter().map(|visit| visit.booking.id).collect();
        apply(tx, change)?;
        let mut after = stranded(tx, whose, tx.now)?;
        after.retain(|visit| !before.contains(&visit.booking.id));
        let days = doctor.map_or(Ok(Vec::new()), |doctor| days(tx, doctor, clinic, tx.now))?;
        Ok(HoursOutlook { stranded: after, days })
    })
}

/// Whose hours a change is about; none for a whole site.
pub fn doctor_of(conn: &Connection, change: &HoursChange) -> Result<Option<ProviderId>> {
    Ok(match change {
        HoursChange::AddHours { form } => Some(form.provider_id),
        HoursChange::EditHours { template_id, .. }
        | HoursChange::EndHours { template_id, .. }
        | HoursChange::DeleteHours { template_id } => {
            Some(crate::scheduling::template(conn, *template_id)?.provider_id)
        }
        HoursChange::AddTimeOff { form } => form.provider_id,
    })
}

fn apply(tx: &Tx, change: &HoursChange) -> Result<()> {
    match change {
        HoursChange::AddHours { form } => add_template(tx, form).map(drop),
        HoursChange::EditHours { template_id, form } => edit_template(tx, *template_id, form).map(drop),
        HoursChange::EndHours { template_id, valid_to } => end_template(tx, *template_id, valid_to).map(drop),
        HoursChange::DeleteHours { template_id } => delete_template(tx, *template_id),
        HoursChange::AddTimeOff { form } => add_time_off(tx, form).map(drop),
    }
}

fn days(conn: &Connection, provider: ProviderId, clinic: ClinicId, now: Instant) -> Result<Vec<FreeDay>> {
    let zone = tenancy::clinic(conn, clinic)?.zone();
    let today = now.day(zone);
    let to = today.plus_days(DAYS - 1).bounds(zone).1;
    let query =
        FreeSlotQuery { clinic_id: Some(clinic), provider_ids: vec![provider], ..FreeSlotQuery::between(now, to) };
    let free = free_slots(conn, &query)?;
    let mut off = time_off::of_provider(conn, provider, today.bounds(zone).0, to)?;
    off.extend(time_off::of_clinic(conn, clinic, today.bounds(zone).0, to)?);
    let days = (0..DAYS).map(|ahead| today.plus_days(ahead));
    Ok(days
        .map(|day| {
            let (start, end) = day.bounds(zone);
            let here = off.iter().filter(|off| off.concerns(provider, clinic) && off.covers(start, end));
            FreeDay {
                day,
                free: free.iter().map(|slot| slot.start).filter(|at| (start..end).contains(at)).collect(),
                off: here.map(|off| off.reason.clone().unwrap_or_default()).collect(),
            }
        })
        .collect())
}
