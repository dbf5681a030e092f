//! Appointments, day by day through the doctors' hours, and what came of each.

use chrono::Datelike;
use neem_core::ids::{AppointmentId, ProviderId, UserId};
use neem_core::{Error, Instant, Result};
use uuid::Uuid;

use crate::afterwards;
use crate::batch::Batch;
use crate::dice::Dice;
use crate::people::Patients;
use crate::records;
use crate::world::{DAY, DAYS, MINUTE, PAST, World};

/// So often the faithful patient has been seen.
pub const FAITHFUL_VISITS: usize = 200;
/// Visits that are taken through the public functions, to have issued prescriptions, and from how
/// many days.
const ISSUED: usize = 300;
const ISSUED_DAYS: usize = 3;

/// A visit as it was generated.
pub struct Visit {
    pub id: Uuid,
    pub day: usize,
    pub site: usize,
    pub doctor: usize,
    pub patient: usize,
    pub service: Option<usize>,
    pub start: Instant,
    pub end: Instant,
    pub created: Instant,
    pub status: &'static str,
    pub channel: &'static str,
    /// The place of the reason in its list.
    pub kind: usize,
    pub consultation: Option<(Uuid, Instant, Option<Instant>)>,
}

/// A visit that is still to go through the public functions.
pub struct ToPrescribe {
    pub appointment: AppointmentId,
    pub provider: ProviderId,
    pub doctor: UserId,
    pub desk: UserId,
    pub start: Instant,
    pub end: Instant,
    pub kind: usize,
}

pub struct Outcome {
    pub to_prescribe: Vec<ToPrescribe>,
    /// Every so many of the completed visits, for what people say of them.
    pub sample: Vec<Visit>,
    pub faithful_visits: usize,
}

struct Slot {
    doctor: usize,
    site: usize,
    minute: i64,
}

/// Makes the appointments of all days.
pub fn make(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients) -> Result<Outcome> {
    let counts = counts_of_days(world)?;
    let mut outcome = Outcome { to_prescribe: Vec::new(), sample: Vec::new(), faithful_visits: 0 };
    let mut money = afterwards::Money::default();
    let recent = (world.options.appointments * ISSUED_DAYS / DAYS).max(1);
    let chance = 100.0 * ISSUED as f64 / recent as f64;
    for (day, count) in counts.into_iter().enumerate() {
        let mut slots = slots_of(world, day);
        let mut faithful_today = false;
        let mut visits = Vec::with_capacity(count);
        for taken in 0..count {
            // The next of the slots that are left, any of them.
            let other = taken + dice.below(slots.len() - taken);
            slots.swap(taken, other);
            let due = (day + 1) * FAITHFUL_VISITS / (PAST - ISSUED_DAYS - 5);
            let slot = &slots[taken];
            let faithful = !faithful_today
                && slot.site == 0
                && day < PAST - ISSUED_DAYS
                && outcome.faithful_visits < due.min(FAITHFUL_VISITS);
            let Some(mut visit) = plan(world, dice, batch, patients, day, slot, faithful) else {
                return Err(Error::Invariant("a site has no patients yet".into()));
            };
            if faithful {
                faithful_today = true;
                outcome.faithful_visits += 1;
            } else if visit.status == "completed"
                && visit.channel != "walk_in"
                && day + ISSUED_DAYS > PAST
                && outcome.to_prescribe.len() < ISSUED
                && dice.percent(chance)
            {
                visit.status = "confirmed";
                let doctor = &world.doctors[visit.doctor];
                outcome.to_prescribe.push(ToPrescribe {
                    appointment: AppointmentId(visit.id),
                    provider: doctor.id,
                    doctor: doctor.user,
                    desk: world.desk_of(visit.site, 0),
                    start: visit.start,
                    end: visit.end,
                    kind: visit.kind,
                });
            }
            visits.push(visit);
        }
        // Numbers are given out in the order of arrival.
        visits.sort_by_key(|visit| (visit.start, visit.id));
        let mut numbers = vec![0i64; world.sites.len()];
        for mut visit in visits {
            records::write(world, dice, batch, patients, &mut visit, &mut numbers)?;
            afterwards::of_visit(world, dice, batch, patients, &visit, &mut money);
            if visit.status == "completed" && dice.below(200) == 0 {
                outcome.sample.push(visit);
            }
        }
        batch.flush_if_full()?;
    }
    batch.flush()?;
    Ok(outcome)
}

/// How many appointments each day has: the practice grows, and fewer have booked for later days.
fn counts_of_days(world: &World) -> Result<Vec<usize>> {
    let room: Vec<usize> = (0..DAYS).map(|day| slots_of(world, day).len()).collect();
    let weight = |day: usize| {
        if day <= PAST { 0.6 + 0.4 * day as f64 / PAST as f64 } else { 0.9 * (-((day - PAST) as f64) / 18.0).exp() }
    };
    let weights: Vec<f64> = room.iter().enumerate().map(|(day, slots)| *slots as f64 * weight(day)).collect();
    let total: f64 = weights.iter().sum();
    let (mut reached, mut assigned) = (0.0, 0);
    let mut counts = Vec::with_capacity(DAYS);
    for (day, slots) in room.iter().enumerate() {
        reached += weights[day];
        let wanted = (world.options.appointments as f64 * reached / total).round() as usize;
        let count = (wanted - assigned).min(*slots);
        assigned += count;
        counts.push(count);
    }
    // Rounding may have left a few over.
    for day in (0..=PAST).rev() {
        let more = (world.options.appointments - assigned).min(room[day] - counts[day]);
        counts[day] += more;
        assigned += more;
    }
    if assigned < world.options.appointments {
        return Err(Error::Invariant(format!("the doctors' hours have room for {assigned} appointments only")));
    }
    Ok(counts)
}

fn slots_of(world: &World, day: usize) -> Vec<Slot> {
    let mut slots = Vec::new();
    for (number, doctor) in world.doctors.iter().enumerate() {
        for session in world.sessions(doctor, day) {
            slots.extend(doctor.starts(session).map(|minute| Slot { doctor: number, site: session.site, minute }));
        }
    }
    slots
}

/// Who comes, why, when it was booked and how it ended.
fn plan(
    world: &World,
    dice: &mut Dice,
    batch: &Batch,
    patients: &Patients,
    day: usize,
    slot: &Slot,
    faithful: bool,
) -> Option<Visit> {
    let doctor = &world.doctors[slot.doctor];
    let mut start = world.at(slot.site, day, slot.minute);
    let channel = match dice.below(100) {
        _ if faithful => "desk",
        0..14 if start.0 + 15 * MINUTE < world.now.0 => "walk_in",
        0..50 => "desk",
        50..80 => "phone",
        _ => "online",
    };
    let minutes = if channel == "walk_in" { 15 } else { doctor.visit };
    if channel == "walk_in" {
        // People walk in at any minute, but the slot is theirs alone.
        start = start.plus_minutes(dice.from_to(0, doctor.visit - 15));
    }
    let end = start.plus_minutes(minutes);
    let booked = match channel {
        "walk_in" => start,
        _ => Instant(start.0.min(world.now.0) - dice.from_to(20 * MINUTE, 20 * DAY)),
    };
    let (patient, kind) = if faithful {
        (patients.faithful.0, kind_for(world, dice, doctor.specialization, 60, true)?)
    } else {
        somebody(world, dice, patients, slot, start)?
    };
    let created = booked.max(patients.all[patient].created.plus_minutes(1)).min(start);
    let status = if faithful { "completed" } else { status(world, dice, start, end, channel) };
    let service = dice.percent(70.0).then(|| *dice.pick(&doctor.services));
    Some(Visit {
        id: batch.id(created),
        day,
        site: slot.site,
        doctor: slot.doctor,
        patient,
        service,
        start,
        end,
        created,
        status,
        channel,
        kind,
        consultation: None,
    })
}

/// A patient of the site who was registered by then, and a reason that fits.
fn somebody(
    world: &World,
    dice: &mut Dice,
    patients: &Patients,
    slot: &Slot,
    start: Instant,
) -> Option<(usize, usize)> {
    let here = &patients.of_site[slot.site];
    let limit = start.0.min(world.now.0) - 10 * MINUTE;
    let known = here.partition_point(|patient| patients.all[*patient].created.0 < limit);
    let known = if known == 0 { here.len().min(1) } else { known };
    let specialization = world.doctors[slot.doctor].specialization;
    let mut chosen = None;
    for _ in 0..4 {
        // A part of the patients comes again and again.
        let place = if dice.percent(25.0) { dice.below(known.div_ceil(9)) * 9 } else { dice.below(known) };
        let patient = *here.get(place.min(known.saturating_sub(1)))?;
        let person = &patients.all[patient];
        let age = (world.date(0) + chrono::Days::new(((start.0 - world.founded.0) / DAY).max(0) as u64) - person.birth)
            .num_days()
            / 365;
        if let Some(kind) = kind_for(world, dice, specialization, age, person.female) {
            return Some((patient, kind));
        }
        chosen = Some(patient);
    }
    let check_up = world.lists.visits.iter().position(|kind| kind.reason == "Check-up");
    chosen.zip(check_up)
}

fn kind_for(world: &World, dice: &mut Dice, specialization: usize, age: i64, female: bool) -> Option<usize> {
    let name = &world.specializations[specialization];
    if name == "Women" && !female {
        return None;
    }
    let fits =
        |kind: &crate::lists::VisitKind| kind.specialization == *name && (kind.from_age..=kind.to_age).contains(&age);
    let weights = world.lists.visits.iter().map(|kind| if fits(kind) { kind.weight } else { 0 });
    if weights.clone().all(|weight| weight == 0) { None } else { Some(dice.weighted(weights)) }
}

fn status(world: &World, dice: &mut Dice, start: Instant, end: Instant, channel: &str) -> &'static str {
    let now = world.now.0;
    if channel == "walk_in" {
        return if end.0 <= now { "completed" } else { "arrived" };
    }
    if end.0 <= now {
        return match dice.below(100) {
            0..84 => "completed",
            84..91 => "no_show",
            _ => "cancelled",
        };
    }
    if start.0 <= now {
        return "in_progress";
    }
    if start.0 - now < 25 * MINUTE && dice.percent(70.0) {
        return "arrived";
    }
    match dice.below(100) {
        0..50 => "scheduled",
        50..88 => "confirmed",
        88..94 => "requested",
        _ => "cancelled",
    }
}

/// The year of a visit, for numbers that begin anew with it.
pub fn year(world: &World, visit: &Visit) -> i32 {
    world.date(visit.day).year()
}
