//! When doctors can be seen: the pattern of their week, leave, and the days on which a site is closed.

use neem_core::sync::Table;
use neem_core::{Instant, LocalDate};
use uuid::Uuid;

use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::world::{DAY, DAYS, Doctor, HOUR, Session, World, local};

const TEMPLATES: &[&str] = &[
    "id",
    "tenant_id",
    "provider_id",
    "clinic_id",
    "slot_duration_minutes",
    "buffer_minutes",
    "capacity",
    "valid_from",
    "created_at",
    "updated_at",
];

const TEMPLATE_SLOTS: &[&str] =
    &["id", "tenant_id", "template_id", "weekday", "start_time", "end_time", "mode", "created_at", "updated_at"];

const TIME_OFF: &[&str] = &[
    "id",
    "tenant_id",
    "provider_id",
    "clinic_id",
    "kind",
    "starts_at",
    "ends_at",
    "reason",
    "created_by",
    "created_at",
    "updated_at",
];

/// Days on which the sites of a region are closed: month, day and why.
const HOLIDAYS: &[(&str, u32, u32, &str)] = &[
    ("in", 1, 26, "Republic Day"),
    ("in", 8, 15, "Independence Day"),
    ("in", 10, 2, "Gandhi Jayanti"),
    ("id", 1, 1, "New Year"),
    ("id", 8, 17, "Independence Day"),
    ("br", 1, 1, "New Year"),
    ("br", 9, 7, "Independence Day"),
    ("br", 12, 25, "Christmas"),
    ("eg", 7, 23, "Revolution Day"),
    ("eg", 10, 6, "Armed Forces Day"),
    ("us", 7, 4, "Independence Day"),
    ("us", 12, 25, "Christmas"),
    ("gb", 1, 1, "New Year"),
    ("gb", 12, 25, "Christmas"),
    ("gb", 12, 26, "Boxing Day"),
];

/// One doctor in five also works at another site of the city.
pub fn second_site(world: &World, dice: &mut Dice, home: usize) -> Option<usize> {
    let city = world.sites[home].city;
    let others: Vec<usize> =
        (0..world.sites.len()).filter(|site| *site != home && world.sites[*site].city == city).collect();
    (!others.is_empty() && dice.percent(20.0)).then(|| *dice.pick(&others))
}

pub fn hours(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    doctor: &mut Doctor,
    second: Option<usize>,
    at: Instant,
) {
    let egypt = world.lists.regions[world.sites[doctor.site].region].key == "eg";
    // Monday is 0. Friday is the day of rest in Egypt, Sunday elsewhere; Saturday ends at noon.
    let rest: &[usize] = if egypt { &[4] } else { &[6] };
    let short = 5;
    let morning = [(8 * 60 + 30, 12 * 60 + 30), (9 * 60, 13 * 60), (10 * 60, 13 * 60)][dice.below(3)];
    let afternoon = [(14 * 60, 17 * 60), (16 * 60, 19 * 60), (13 * 60 + 30, 16 * 60 + 30)][dice.below(3)];
    for day in (0..7).filter(|day| !rest.contains(day)) {
        let site = if second.is_some() && day == 2 { second.unwrap_or(doctor.site) } else { doctor.site };
        let sessions = if day == short { &[morning][..] } else { &[morning, afternoon][..] };
        doctor.week[day] = sessions.iter().map(|(from, to)| Session { site, from: *from, to: *to }).collect();
    }
    for site in [Some(doctor.site), second].into_iter().flatten() {
        let template = batch.id(at);
        batch.add(
            Table::AvailabilityTemplates,
            TEMPLATES,
            cells![
                template,
                batch.tenant,
                doctor.id.0,
                world.sites[site].id,
                doctor.visit,
                doctor.buffer,
                1i64,
                LocalDate(world.date(0)),
                at,
                at
            ],
        );
        for (day, sessions) in doctor.week.iter().enumerate() {
            for session in sessions.iter().filter(|session| session.site == site) {
                let time = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
                let row = cells![
                    batch.id(at),
                    batch.tenant,
                    template,
                    day as i64 + 1,
                    time(session.from),
                    time(session.to),
                    "in_person",
                    at,
                    at
                ];
                batch.add(Table::TemplateSlots, TEMPLATE_SLOTS, row);
            }
        }
    }
}

/// Two holidays in a year, and an afternoon now and then.
pub fn leave(world: &World, dice: &mut Dice, batch: &mut Batch, doctor: &mut Doctor) {
    let zone = world.sites[doctor.site].zone;
    for year in 0..4 {
        for half in 0..2 {
            let first = year * 365 + half * 182 + dice.below(150);
            let last = (first + 4 + dice.below(7)).min(DAYS);
            if first >= DAYS {
                continue;
            }
            (first..last).for_each(|day| doctor.away[day] = true);
            let (starts, ends) = (local(zone, world.date(first), 0), local(zone, world.date(last), 0));
            let created = Instant((starts.0 - 40 * DAY).max(world.founded.0 + DAY).min(world.now.0 - HOUR));
            let row = cells![
                batch.id(created),
                batch.tenant,
                doctor.id.0,
                None::<Uuid>,
                "leave",
                starts,
                ends,
                ["Family", "Holiday", "Conference", "Course"][dice.below(4)],
                doctor.user.0,
                created,
                created
            ];
            batch.add(Table::TimeOff, TIME_OFF, row);
        }
    }
}

pub fn holidays(world: &mut World, batch: &mut Batch) {
    use chrono::Datelike;
    for day in 0..DAYS {
        let date = world.date(day);
        for (key, _, _, why) in HOLIDAYS.iter().filter(|(_, month, of, _)| *month == date.month() && *of == date.day())
        {
            let region = world.lists.region(key);
            for site in world.sites.iter().filter(|site| site.region == region) {
                let created = world.founded.plus_minutes(60 * 24);
                let (starts, ends) = LocalDate(date).bounds(site.zone);
                let row = cells![
                    batch.id(created),
                    batch.tenant,
                    None::<Uuid>,
                    site.id,
                    "holiday",
                    starts,
                    ends,
                    *why,
                    world.admin.0,
                    created,
                    created
                ];
                batch.add(Table::TimeOff, TIME_OFF, row);
            }
            let sites = &world.sites;
            let closed = world.doctors.iter_mut().filter(|doctor| sites[doctor.site].region == region);
            closed.for_each(|doctor| doctor.away[day] = true);
        }
    }
}
