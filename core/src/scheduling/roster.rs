//! What binds a doctor's time: hours, time off and the visits that are booked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use chrono_tz::Tz;
use rusqlite::{Connection, params};

use crate::error::Result;
use crate::ids::{AppointmentId, ClinicId, Instant, ProviderId, SlotId};
use crate::scheduling::availability::{self, AvailabilityTemplate};
use crate::scheduling::capacity::Claim;
use crate::scheduling::slots::{DaySpan, PlannedSlot, Window, standing_slots, standing_windows};
use crate::scheduling::time_off::{self, TimeOff};
use crate::tenancy::{self, Clinic};

/// No appointment is longer, in milliseconds: how far back one must look for what reaches into a time.
pub const LONGEST: i64 = 8 * 3_600_000;

/// A site and when it is closed to everybody.
pub(super) struct Site {
    pub clinic: Clinic,
    pub zone: Tz,
    pub closed: Vec<TimeOff>,
}

/// The sites met so far; one question for all doctors reads each once.
#[derive(Default)]
pub(super) struct Sites(HashMap<ClinicId, Site>);

impl Sites {
    pub fn site(&mut self, conn: &Connection, id: ClinicId, from: Instant, to: Instant) -> Result<&Site> {
        match self.0.entry(id) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let clinic = tenancy::clinic(conn, id)?;
                let zone = clinic.zone();
                Ok(unknown.insert(Site { clinic, zone, closed: time_off::of_clinic(conn, id, from, to)? }))
            }
        }
    }
}

/// One doctor's time between two instants.
pub(super) struct Roster {
    pub templates: Vec<AvailabilityTemplate>,
    /// The zone of each template's site.
    zones: HashMap<ClinicId, Tz>,
    /// The doctor's own and the sites'.
    pub time_off: Vec<TimeOff>,
    /// In the order of their starts.
    pub claims: Vec<Claim>,
    from: Instant,
    to: Instant,
}

impl Roster {
    pub fn read(
        conn: &Connection,
        sites: &mut Sites,
        provider: ProviderId,
        from: Instant,
        to: Instant,
    ) -> Result<Roster> {
        let mut time_off = time_off::of_provider(conn, provider, from, to)?;
        let templates = availability::templates(conn, provider)?;
        let mut zones = HashMap::new();
        for template in &templates {
            let site = sites.site(conn, template.clinic_id, from, to)?;
            if zones.insert(template.clinic_id, site.zone).is_none() {
                time_off.extend(site.closed.iter().cloned());
            }
        }
        let claims = claims(conn, provider, from, to, None)?.into_iter().map(|(_, claim)| claim).collect();
        Ok(Roster { templates, zones, time_off, claims, from, to })
    }

    /// The hours at a site that lie in the time read, or touch it.
    pub fn windows(&self, clinic: Option<ClinicId>) -> Vec<(&AvailabilityTemplate, Window)> {
        self.at(clinic)
            .flat_map(|(template, zone)| {
                let days = DaySpan::touching(self.from, self.to, zone);
                standing_windows(template, &self.templates, days, zone)
                    .into_iter()
                    .map(move |window| (template, window))
            })
            .filter(|(_, window)| window.start < self.to && self.from < window.end)
            .collect()
    }

    /// The templates of a site, or all, with the zone of each.
    fn at(&self, clinic: Option<ClinicId>) -> impl Iterator<Item = (&AvailabilityTemplate, Tz)> {
        let here = self.templates.iter().filter(move |template| clinic.is_none_or(|id| id == template.clinic_id));
        here.filter_map(|template| Some((template, *self.zones.get(&template.clinic_id)?)))
    }

    /// The slots that begin in the time read.
    pub fn slots(&self, clinic: Option<ClinicId>) -> Vec<(PlannedSlot, Tz)> {
        self.at(clinic)
            .flat_map(|(template, zone)| {
                let days = DaySpan::touching(self.from, self.to, zone);
                let slots = standing_slots(template, &self.templates, days, zone, &self.time_off);
                slots.into_iter().map(move |slot| (slot, zone))
            })
            .filter(|(slot, _)| slot.start >= self.from && slot.start < self.to)
            .collect()
    }

    /// The slot of a site in which an instant lies.
    pub fn slot_at(&self, clinic: ClinicId, at: Instant) -> Option<SlotId> {
        let mut slots = self.at(Some(clinic)).flat_map(|(template, zone)| {
            standing_slots(template, &self.templates, DaySpan::touching(at, at, zone), zone, &[])
        });
        slots.find(|slot| slot.start <= at && at < slot.end).map(|slot| slot.id)
    }

    /// The claims that can overlap a time: those near it.
    pub fn near(&self, start: Instant, end: Instant) -> &[Claim] {
        let first = self.claims.partition_point(|claim| claim.start.0 <= start.0 - LONGEST);
        let last = self.claims.partition_point(|claim| claim.start < end);
        self.claims.get(first..last).unwrap_or_default()
    }
}

/// The claims on a doctor's time that overlap it, in the order of their starts; `except` is left out.
pub(super) fn claims(
    conn: &Connection,
    provider: ProviderId,
    from: Instant,
    to: Instant,
    except: Option<AppointmentId>,
) -> Result<Vec<(AppointmentId, Claim)>> {
    let mut statement = conn.prepare_cached(include_str!("claims.sql"))?;
    let rows = statement.query_map(params![provider, from, to, except], |row| {
        let claim = Claim {
            start: row.get("scheduled_start")?,
            end: row.get("scheduled_end")?,
            capacity: row.get("capacity")?,
        };
        Ok((row.get("id")?, claim))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
