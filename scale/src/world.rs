//! The frame: days, sites, doctors and their hours. Everything that is generated stands in it.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use neem_core::ids::{ProviderId, UserId};
use neem_core::{Error, Instant, LocalDate, Result};
use uuid::Uuid;

use crate::lists::Lists;

/// Days before today of which there are appointments: three years.
pub const PAST: usize = 1_095;
/// Days after today into which one can have booked.
pub const AHEAD: usize = 60;
pub const DAYS: usize = PAST + AHEAD + 1;
pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    pub patients: usize,
    pub appointments: usize,
    pub clinics: usize,
    pub providers: usize,
    pub users: usize,
    pub seed: u64,
    /// Today, at the first site.
    pub day: LocalDate,
}

impl Options {
    /// The size that domain.md plans for.
    pub fn full(seed: u64, day: LocalDate) -> Options {
        Options { patients: 100_000, appointments: 1_000_000, clinics: 100, providers: 200, users: 500, seed, day }
    }

    /// A clinic that is made in a moment.
    pub fn small(seed: u64, day: LocalDate) -> Options {
        Options { patients: 200, appointments: 2_000, clinics: 3, providers: 6, users: 15, seed, day }
    }

    /// Late in the morning at the first site: some have been, some wait.
    pub fn now(&self) -> Instant {
        local(chrono_tz::Asia::Kolkata, self.day.0, 11 * 60)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let refused = |why: &str| Err(Error::Invariant(why.to_owned()));
        if self.clinics == 0 || self.providers < self.clinics {
            return refused("at least one clinic, and a provider for each");
        }
        if self.users < self.providers + 2 {
            return refused("users are the manager, the providers and at least one receptionist");
        }
        if self.patients < 10 * self.clinics {
            return refused("at least ten patients for each clinic");
        }
        Ok(())
    }
}

pub struct Site {
    pub id: Uuid,
    pub city: usize,
    pub region: usize,
    pub zone: Tz,
    /// Who sits at the desk; the manager where nobody does.
    pub desk: Vec<UserId>,
}

/// From one minute of the local day to another, at a site.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    pub site: usize,
    pub from: i64,
    pub to: i64,
}

pub struct Doctor {
    pub id: ProviderId,
    pub user: UserId,
    pub site: usize,
    pub specialization: usize,
    pub fee: i64,
    /// Minutes of a visit, and between two.
    pub visit: i64,
    pub buffer: i64,
    /// From Monday to Sunday.
    pub week: [Vec<Session>; 7],
    /// By day of the calendar.
    pub away: Vec<bool>,
    /// Places in the list of services.
    pub services: Vec<usize>,
}

pub struct World {
    pub options: Options,
    pub lists: Lists,
    pub specializations: Vec<String>,
    pub founded: Instant,
    pub now: Instant,
    pub admin: UserId,
    pub sites: Vec<Site>,
    pub doctors: Vec<Doctor>,
    /// Ids of the services, in the order of the list.
    pub services: Vec<Uuid>,
    mornings: Vec<(Tz, Vec<Instant>)>,
}

impl World {
    pub fn new(options: &Options, lists: Lists, now: Instant, founded: Instant) -> World {
        World {
            options: options.clone(),
            specializations: lists.specializations(),
            lists,
            founded,
            now,
            admin: UserId(Uuid::nil()),
            sites: Vec::new(),
            doctors: Vec::new(),
            services: Vec::new(),
            mornings: Vec::new(),
        }
    }

    /// The calendar's day; [`PAST`] is today.
    pub fn date(&self, day: usize) -> NaiveDate {
        date(self.options.day, day)
    }

    pub fn weekday(&self, day: usize) -> usize {
        self.date(day).weekday().num_days_from_monday() as usize
    }

    /// An instant of a day at a site. Clocks change at night, so hours of work are counted from eight.
    pub fn at(&self, site: usize, day: usize, minute: i64) -> Instant {
        let zone = self.sites[site].zone;
        let eight = self.mornings.iter().find(|(known, _)| *known == zone).map(|(_, mornings)| mornings[day]);
        eight.unwrap_or(self.founded).plus_minutes(minute - 8 * 60)
    }

    /// Reckons the mornings of every zone, once the sites are known.
    pub fn reckon(&mut self) {
        for site in &self.sites {
            if !self.mornings.iter().any(|(zone, _)| *zone == site.zone) {
                let mornings = (0..DAYS).map(|day| local(site.zone, date(self.options.day, day), 8 * 60)).collect();
                self.mornings.push((site.zone, mornings));
            }
        }
    }

    /// The sessions that a doctor holds on a day.
    pub fn sessions<'a>(&self, doctor: &'a Doctor, day: usize) -> &'a [Session] {
        static NONE: [Session; 0] = [];
        if doctor.away[day] { &NONE } else { &doctor.week[self.weekday(day)] }
    }

    pub fn desk_of(&self, site: usize, number: usize) -> UserId {
        let desk = &self.sites[site].desk;
        desk.get(number % desk.len().max(1)).copied().unwrap_or(self.admin)
    }
}

fn date(today: LocalDate, day: usize) -> NaiveDate {
    let first = today.0 - Days::new(PAST as u64);
    first + Days::new(day as u64)
}

/// A minute of a local day as an instant.
pub fn local(zone: Tz, date: NaiveDate, minute: i64) -> Instant {
    let time = date.and_time(NaiveTime::MIN) + chrono::Duration::minutes(minute);
    let instant = zone.from_local_datetime(&time).earliest().map(|t| t.timestamp_millis());
    Instant(instant.unwrap_or_else(|| time.and_utc().timestamp_millis()))
}

impl Doctor {
    /// The visits that fit into a session, as minutes of the day at which they begin.
    pub fn starts(&self, session: &Session) -> impl Iterator<Item = i64> + use<> {
        let (visit, step) = (self.visit, self.visit + self.buffer);
        let Session { from, to, .. } = *session;
        (0..).map(move |turn| from + turn * step).take_while(move |start| start + visit <= to)
    }
}
