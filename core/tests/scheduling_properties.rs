//! The rules of the calendar against models that count minutes.

mod support;

use std::cell::Cell;
use std::collections::{BTreeSet, HashSet};

use chrono::{Datelike, NaiveDate, Timelike};
use chrono_tz::Tz;
use neem_core::ids::{
    AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, ServiceId, TemplateId, TemplateSlotId,
};
use neem_core::scheduling::{
    self, AppointmentStatus, AvailabilityTemplate, Channel, DaySpan, FreeSlotQuery, Mode, NewAppointment,
    RescheduleForm, TemplateForm, TemplateRow, TemplateSlot, TimeOffForm, TimeOffKind,
};
use neem_core::{Code, Result};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::params;
use support::{Desk, MINUTE, ZONE};
use uuid::Uuid;

/// A visit in minutes of a day, with how many may share its time.
#[derive(Debug, Clone, Copy)]
struct Visit {
    start: i64,
    end: i64,
    capacity: usize,
}

impl Visit {
    fn at(&self, minute: i64) -> bool {
        (self.start..self.end).contains(&minute)
    }
}

/// Whether a minute carries more visits than the least capacity among them allows.
fn too_many(visits: &[Visit], minute: i64) -> bool {
    let here: Vec<_> = visits.iter().filter(|visit| visit.at(minute)).collect();
    here.iter().map(|visit| visit.capacity).min().is_some_and(|least| here.len() > least)
}

#[derive(Debug, Clone)]
enum Act {
    Book(i64, i64),
    Cancel(usize),
    Move(usize, i64, i64),
}

/// Times in steps of five minutes around hours from nine to twelve.
fn acts() -> impl Strategy<Value = Vec<Act>> {
    let time = || (96..150i64, 1..15i64).prop_map(|(start, length)| (start * 5, start * 5 + length * 5));
    let act = prop_oneof![
        4 => time().prop_map(|(start, end)| Act::Book(start, end)),
        1 => (0..12usize).prop_map(Act::Cancel),
        2 => (0..12usize, time()).prop_map(|(which, (start, end))| Act::Move(which, start, end)),
    ];
    proptest::collection::vec(act, 1..16)
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

fn template(desk: &Desk, day: LocalDate, capacity: u32, lasts: (u32, u32), rows: &[(String, String)]) -> TemplateForm {
    let weekday = day.0.weekday().number_from_monday();
    let row = |(start, end): &(String, String)| TemplateRow {
        weekday,
        start_time: start.clone(),
        end_time: end.clone(),
        mode: Mode::InPerson,
    };
    TemplateForm {
        provider_id: desk.staff.provider,
        clinic_id: desk.staff.site,
        slot_duration_minutes: lasts.0,
        buffer_minutes: lasts.1,
        capacity,
        valid_from: day.to_string(),
        valid_to: day.to_string(),
        recurrence: String::new(),
        replaces: false,
        slots: rows.iter().map(row).collect(),
    }
}

#[test]
fn a_booking_is_refused_exactly_when_a_minute_would_carry_too_many() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let days = Cell::new(1);
    let outcome = runner(40).run(&(acts(), 1..=3u32), |(acts, capacity)| {
        days.set(days.get() + 1);
        let day = LocalDate(desk.today().0 + chrono::Days::new(days.get()));
        let typed = template(&desk, day, capacity, (15, 0), &[("09:00".into(), "12:00".into())]);
        desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &typed)).expect("adds hours");
        let instant = |minute: i64| day.bounds(ZONE).0.plus_minutes(minute);
        let visit = |start, end| {
            let inside = start >= 540 && end <= 720;
            Visit { start, end, capacity: if inside { capacity as usize } else { 1 } }
        };
        let mut booked: Vec<(AppointmentId, Visit)> = Vec::new();
        for act in acts {
            let (others, wanted): (Vec<Visit>, Visit) = match act {
                Act::Book(start, end) => (booked.iter().map(|(_, visit)| *visit).collect(), visit(start, end)),
                Act::Cancel(which) => {
                    if !booked.is_empty() {
                        let (id, _) = booked.remove(which % booked.len());
                        desk.write(desk.staff.desk, |tx| scheduling::cancel_appointment(tx, id, "Ill"))
                            .expect("cancels");
                    }
                    continue;
                }
                Act::Move(which, start, end) if !booked.is_empty() => {
                    let which = which % booked.len();
                    let others = booked.iter().enumerate().filter(|(at, _)| *at != which);
                    (others.map(|(_, (_, visit))| *visit).collect(), visit(start, end))
                }
                Act::Move(..) => continue,
            };
            let all: Vec<Visit> = others.iter().copied().chain([wanted]).collect();
            let refused = (wanted.start..wanted.end).any(|minute| too_many(&all, minute));
            let done: Result<Option<AppointmentId>> = match act {
                Act::Move(which, ..) => {
                    let typed = RescheduleForm {
                        start: instant(wanted.start),
                        minutes: Some((wanted.end - wanted.start) as u32),
                        provider_id: None,
                        clinic_id: None,
                        note: String::new(),
                    };
                    let id = booked[which % booked.len()].0;
                    desk.write(desk.staff.desk, |tx| scheduling::reschedule(tx, id, &typed)).map(|_| None)
                }
                _ => {
                    let new = NewAppointment {
                        clinic: desk.staff.site,
                        patient,
                        provider: desk.staff.provider,
                        service: None,
                        start: instant(wanted.start),
                        end: instant(wanted.end),
                        status: AppointmentStatus::Scheduled,
                        channel: Channel::Desk,
                        reason: String::new(),
                    };
                    desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new)).map(Some)
                }
            };
            prop_assert_eq!(done.is_err(), refused, "{:?} among {:?}", wanted, others);
            match (done, act) {
                (Ok(Some(id)), _) => booked.push((id, wanted)),
                (Ok(None), Act::Move(which, ..)) => {
                    let which = which % booked.len();
                    booked[which].1 = wanted;
                }
                (Ok(None), _) => {}
                (Err(error), _) => prop_assert_eq!(error.code(), Code::SlotTaken),
            }
        }
        Ok(())
    });
    outcome.expect("holds");
    assert_eq!(desk.count("SELECT count(*) FROM conflicts"), 0, "what one PC books is never a conflict");
}

/// As rows come in from elsewhere: nobody has checked them here.
fn insert(desk: &Desk, patient: PatientId, visit: Visit, day: LocalDate) -> AppointmentId {
    desk.write(desk.staff.desk, |tx| {
        let id = AppointmentId(tx.new_id());
        let start = day.bounds(ZONE).0;
        tx.execute(
            "INSERT INTO appointments (id, tenant_id, clinic_id, patient_id, provider_id, scheduled_start, scheduled_end, status,
                                       channel, capacity, created_by, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'confirmed', 'desk', ?8, ?9, ?10, ?10)",
            params![
                id,
                tx.device.tenant,
                desk.staff.site,
                patient,
                desk.staff.provider,
                start.plus_minutes(visit.start),
                start.plus_minutes(visit.end),
                visit.capacity as u32,
                desk.staff.desk,
                tx.now
            ],
        )?;
        Ok(id)
    })
    .expect("inserts")
}

#[test]
fn conflicts_are_the_pairs_that_share_a_minute_with_too_many() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let days = Cell::new(1);
    let outcome = runner(40).run(&proptest::collection::vec((acts(), 1..=3usize), 1..4), |acts| {
        days.set(days.get() + 1);
        let day = LocalDate(desk.today().0 + chrono::Days::new(days.get()));
        let start_of_day = day.bounds(ZONE).0;
        let mut rows: Vec<(AppointmentId, Visit)> = Vec::new();
        for (act, capacity) in acts.into_iter().flat_map(|(acts, capacity)| acts.into_iter().map(move |act| (act, capacity))) {
            match act {
                Act::Book(start, end) => {
                    let visit = Visit { start, end, capacity };
                    rows.push((insert(&desk, patient, visit, day), visit));
                }
                Act::Cancel(which) if !rows.is_empty() => {
                    let (id, _) = rows.remove(which % rows.len());
                    let cancel = |tx: &neem_core::Tx| scheduling::move_appointment(tx, id, scheduling::Move::Cancel, "");
                    desk.write(desk.staff.desk, cancel).expect("cancels");
                }
                Act::Move(which, start, end) if !rows.is_empty() => {
                    let which = which % rows.len();
                    rows[which].1 = Visit { start, end, capacity };
                    let change = "UPDATE appointments SET scheduled_start = ?1, scheduled_end = ?2, capacity = ?3, updated_at = ?4 WHERE id = ?5";
                    desk.write(desk.staff.desk, |tx| {
                        let times = [start, end].map(|minute| start_of_day.plus_minutes(minute));
                        Ok(tx.execute(change, params![times[0], times[1], capacity as u32, tx.now, rows[which].0])?)
                    })
                    .expect("moves");
                }
                Act::Cancel(_) | Act::Move(..) => {}
            }
            let visits: Vec<Visit> = rows.iter().map(|(_, visit)| *visit).collect();
            let mut expected = BTreeSet::new();
            for minute in (480..840).step_by(5).filter(|minute| too_many(&visits, *minute)) {
                let here: Vec<AppointmentId> = rows.iter().filter(|(_, visit)| visit.at(minute)).map(|(id, _)| *id).collect();
                for one in &here {
                    expected.extend(here.iter().filter(|other| one < other).map(|other| (*one, *other)));
                }
            }
            let found: BTreeSet<(AppointmentId, AppointmentId)> = desk.read(|conn| {
                let mut statement = conn.prepare(
                    "SELECT row, other FROM conflicts JOIN appointments ON appointments.id = row WHERE scheduled_start BETWEEN ?1 AND ?2",
                )?;
                let bounds = params![start_of_day, start_of_day.plus_minutes(1440)];
                let pairs = statement.query_map(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(pairs.collect::<rusqlite::Result<_>>()?)
            });
            prop_assert_eq!(&found, &expected, "{:?}", rows);
        }
        Ok(())
    });
    outcome.expect("holds");
}

/// One zone, and the days on which its clocks change in 2026.
const CHANGES: [(Tz, [(u32, u32); 2]); 3] = [
    (chrono_tz::America::New_York, [(3, 8), (11, 1)]),
    (chrono_tz::Europe::London, [(3, 29), (10, 25)]),
    // By half an hour.
    (chrono_tz::Australia::Lord_Howe, [(4, 5), (10, 4)]),
];

/// The slots of one day, found minute by minute as somebody with a wall clock would: a window opens
/// at the first minute that shows its start or more, and closes at the first that shows its end or
/// more; nobody begins at a time that the clock has shown before.
fn slots_by_the_clock(day: LocalDate, zone: Tz, rows: &[(u32, u32)], lasts: i64, buffer: i64) -> Vec<(i64, i64)> {
    let (start, end) = day.bounds(zone);
    let minutes: Vec<i64> = (0..(end.0 - start.0) / MINUTE).collect();
    let shown: Vec<u32> = minutes
        .iter()
        .map(|minute| {
            let local = start.plus_minutes(*minute).to_utc().with_timezone(&zone);
            local.hour() * 60 + local.minute()
        })
        .collect();
    let first =
        |label: u32| minutes.iter().copied().find(|at| shown[*at as usize] >= label).unwrap_or(minutes.len() as i64);
    let mut seen = HashSet::new();
    let fresh: Vec<bool> = shown.iter().map(|label| seen.insert(*label)).collect();
    let mut found = Vec::new();
    let mut busy_until = 0;
    let mut rows = rows.to_vec();
    rows.sort_unstable();
    for (open, close) in rows.into_iter().map(|(open, close)| (first(open), first(close))) {
        for minute in open..close {
            if minute >= busy_until && minute + lasts <= close && fresh[minute as usize] {
                found.push((start.0 + minute * MINUTE, start.0 + (minute + lasts) * MINUTE));
                busy_until = minute + lasts + buffer;
            }
        }
    }
    found
}

fn rows_of(rows: &[(u32, u32)]) -> Vec<TemplateSlot> {
    let text = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let every_day = rows.iter().flat_map(|row| (1..=7).map(move |weekday| (weekday, *row)));
    let slot = |(weekday, (start, end)): (u32, (u32, u32))| TemplateSlot {
        id: TemplateSlotId(Uuid::nil()),
        weekday,
        start_time: text(start),
        end_time: text(end),
        mode: Mode::InPerson,
    };
    every_day.map(slot).collect()
}

/// Rows of a day that do not overlap, most of them near the hours when clocks change.
fn rows() -> impl Strategy<Value = Vec<(u32, u32)>> {
    let cuts = proptest::collection::btree_set(prop_oneof![0..72u32, 0..288u32], 2..9);
    cuts.prop_map(|cuts| {
        let cuts: Vec<u32> = cuts.into_iter().map(|cut| cut * 5).collect();
        cuts.chunks(2).filter(|pair| pair.len() == 2).map(|pair| (pair[0], pair[1])).collect()
    })
}

#[test]
fn slots_over_a_change_of_the_clocks() {
    let strategy = (0..3usize, 0..2usize, rows(), 1..20i64, 0..6i64, any::<u128>());
    let outcome = runner(400).run(&strategy, |(zone, change, rows, lasts, buffer, id)| {
        let (zone, changes) = CHANGES[zone];
        let (month, day) = changes[change];
        let change = NaiveDate::from_ymd_opt(2026, month, day).expect("a day");
        let (lasts, buffer) = (lasts * 5, buffer * 5);
        let template = AvailabilityTemplate {
            id: TemplateId(Uuid::from_u128(id)),
            provider_id: ProviderId(Uuid::from_u128(1)),
            clinic_id: ClinicId(Uuid::from_u128(2)),
            slot_duration_minutes: lasts as u32,
            buffer_minutes: buffer as u32,
            capacity: 1,
            valid_from: LocalDate(change - chrono::Days::new(1)),
            valid_to: Some(LocalDate(change + chrono::Days::new(1))),
            recurrence: None,
            replaces: false,
            slots: rows_of(&rows),
        };
        let days =
            DaySpan { from: LocalDate(change - chrono::Days::new(3)), to: LocalDate(change + chrono::Days::new(3)) };
        let made = scheduling::plan(&template, &template.slots, days, zone, &[]);
        prop_assert_eq!(&made, &scheduling::plan(&template, &template.slots, days, zone, &[]), "made twice");
        let ids: HashSet<_> = made.iter().map(|slot| slot.id).collect();
        prop_assert_eq!(ids.len(), made.len(), "one id each");
        for pair in made.windows(2) {
            prop_assert!(pair[0].end.plus_minutes(buffer) <= pair[1].start, "{:?}", pair);
        }
        let mut expected = Vec::new();
        for offset in 0..3 {
            let day = LocalDate(change - chrono::Days::new(1) + chrono::Days::new(offset));
            let of_day = slots_by_the_clock(day, zone, &rows, lasts, buffer);
            if day.0 != change {
                let midnight = day.bounds(zone).0;
                let inside = |(start, end): &(i64, i64)| {
                    let (start, end) = ((start - midnight.0) / MINUTE, (end - midnight.0) / MINUTE);
                    rows.iter().any(|(open, close)| i64::from(*open) <= start && end <= i64::from(*close))
                };
                prop_assert!(of_day.iter().all(inside), "the model keeps to the hours of an ordinary day");
            }
            // The buffer of the evening does not reach into a morning that another day counts from.
            expected.extend(of_day);
        }
        let planned: Vec<(i64, i64)> = made.iter().map(|slot| (slot.start.0, slot.end.0)).collect();
        // A buffer over midnight can put the first slot of a day off, which the model of one day does not see.
        let over_midnight = expected.windows(2).any(|pair| pair[0].1 + buffer * MINUTE > pair[1].0);
        prop_assume!(!over_midnight);
        prop_assert_eq!(planned, expected);
        Ok(())
    });
    outcome.expect("holds");
}

#[derive(Debug, Clone)]
struct Question {
    rows: Vec<(u32, u32)>,
    lasts: u32,
    buffer: u32,
    capacity: u32,
    visits: Vec<(i64, i64, u32)>,
    off: Option<(u32, u32)>,
    service: bool,
    after: u32,
    before: u32,
}

fn questions() -> impl Strategy<Value = Question> {
    let visits = proptest::collection::vec((0..280i64, 1..24i64, 1..=3u32), 0..10);
    let off = proptest::option::of((0..280u32, 1..30u32));
    (rows(), (1..12u32, 0..4u32, 1..=3u32), visits, off, any::<bool>(), (0..24u32, 0..24u32)).prop_map(
        |(rows, (lasts, buffer, capacity), visits, off, service, (one, other))| Question {
            rows,
            lasts: lasts * 5,
            buffer: buffer * 5,
            capacity,
            visits: visits.into_iter().map(|(at, lasts, capacity)| (at * 5, (at + lasts) * 5, capacity)).collect(),
            off: off.map(|(at, lasts)| (at * 5, ((at + lasts) * 5).min(1435))),
            service,
            after: one.min(other) * 60,
            before: one.max(other) * 60 + 60,
        },
    )
}

#[test]
fn free_times_are_those_that_no_minute_speaks_against() {
    const SERVICE_MINUTES: i64 = 35;
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let service = desk
        .write(desk.staff.admin, |tx| {
            let id = ServiceId(tx.new_id());
            tx.execute(
                "INSERT INTO services (id, tenant_id, name, category, duration_min, price_minor, currency, created_at, updated_at)
                 VALUES (?1, ?2, 'Dressing', 'care', ?3, 100, 'INR', ?4, ?4)",
                params![id, tx.device.tenant, SERVICE_MINUTES, tx.now],
            )?;
            Ok(id)
        })
        .expect("a service");
    let days = Cell::new(1);
    let text = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let outcome = runner(60).run(&questions(), |asked| {
        // A day between two cases: no visit of one reaches into the other.
        days.set(days.get() + 2);
        let day = LocalDate(desk.today().0 + chrono::Days::new(days.get()));
        let midnight = day.bounds(ZONE).0;
        let rows: Vec<_> = asked.rows.iter().map(|(start, end)| (text(*start), text(*end))).collect();
        let typed = template(&desk, day, asked.capacity, (asked.lasts, asked.buffer), &rows);
        desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &typed)).expect("adds hours");
        let visits: Vec<Visit> = asked
            .visits
            .iter()
            .map(|(start, end, most)| Visit { start: *start, end: *end, capacity: *most as usize })
            .collect();
        for visit in &visits {
            insert(&desk, patient, *visit, day);
        }
        if let Some((from, to)) = asked.off {
            let off = TimeOffForm {
                kind: TimeOffKind::Blocked,
                provider_id: Some(desk.staff.provider),
                clinic_id: None,
                from_day: day.to_string(),
                from_time: text(from),
                to_day: String::new(),
                to_time: text(to),
                recurrence: String::new(),
                reason: String::new(),
            };
            desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &off)).expect("blocks");
        }
        let query = FreeSlotQuery {
            service_id: asked.service.then_some(service),
            after_time: text(asked.after),
            before_time: text(asked.before),
            ..FreeSlotQuery::between(midnight, midnight.plus_minutes(1440))
        };
        let found: Vec<(i64, i64, u32)> = desk
            .read(|conn| scheduling::free_slots(conn, &query))
            .into_iter()
            .map(|slot| ((slot.start.0 - midnight.0) / MINUTE, (slot.end.0 - midnight.0) / MINUTE, slot.left))
            .collect();
        let mut expected = Vec::new();
        for (start, _) in slots_by_the_clock(day, ZONE, &asked.rows, asked.lasts.into(), asked.buffer.into()) {
            let start = (start - midnight.0) / MINUTE;
            let end = start + if asked.service { SERVICE_MINUTES } else { i64::from(asked.lasts) };
            let hours = asked.rows.iter().any(|(open, close)| i64::from(*open) <= start && end <= i64::from(*close));
            let away = asked.off.is_some_and(|(from, to)| i64::from(from) < end && start < i64::from(to));
            let here = Visit { start, end, capacity: asked.capacity as usize };
            let all: Vec<Visit> = visits.iter().copied().chain([here]).collect();
            let full = (start..end).any(|minute| too_many(&all, minute));
            let wanted = (i64::from(asked.after)..i64::from(asked.before)).contains(&start);
            if hours && !away && !full && wanted {
                let most = (start..end).map(|minute| visits.iter().filter(|visit| visit.at(minute)).count()).max();
                expected.push((start, end, asked.capacity - most.unwrap_or(0) as u32));
            }
        }
        prop_assert_eq!(&found, &expected);
        // What is offered can be booked.
        if let Some((start, end, _)) = found.first() {
            let new = NewAppointment {
                clinic: desk.staff.site,
                patient,
                provider: desk.staff.provider,
                service: query.service_id,
                start: midnight.plus_minutes(*start),
                end: midnight.plus_minutes(*end),
                status: AppointmentStatus::Scheduled,
                channel: Channel::Online,
                reason: String::new(),
            };
            prop_assert!(desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new)).is_ok());
        }
        Ok(())
    });
    outcome.expect("holds");
}

#[test]
fn the_clocks_of_this_test_do_change() {
    for (zone, changes) in CHANGES {
        for (month, day) in changes {
            let day = LocalDate(NaiveDate::from_ymd_opt(2026, month, day).expect("a day"));
            let (start, end) = day.bounds(zone);
            assert_ne!(end.0 - start.0, 24 * 60 * MINUTE, "{zone} on {day}");
            assert_eq!((Instant(end.0 - 1)).day(zone), day);
        }
    }
}
