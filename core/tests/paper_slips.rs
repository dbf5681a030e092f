//! A power cut: slips from the drawer, and what stands on them entered afterwards.

mod support;

use std::collections::HashSet;

use neem_core::ids::{Instant, LocalDate, PatientId};
use neem_core::patients::Gender;
use neem_core::scheduling::{
    self, AppointmentStatus, NewWalkIn, PaperEntry, PaperPatient, PaperSlip, QueueTicket, SlipBatch, TodayRow,
};
use neem_core::{Code, Error};
use support::{DAY, Desk, MINUTE, ZONE};

fn at(day: LocalDate, minutes: i64) -> Instant {
    day.bounds(ZONE).0.plus_minutes(minutes)
}

/// The PC's clock shows this.
fn set_clock(desk: &Desk, to: Instant) {
    desk.clock.ahead(0);
    desk.clock.ahead(to.0 - desk.db.now().0);
}

/// A desk on a morning to come, at eight.
fn morning() -> (Desk, LocalDate) {
    let desk = Desk::open();
    let day = desk.today().plus_days(3);
    set_clock(&desk, at(day, 8 * 60));
    (desk, day)
}

fn reserve(desk: &Desk, count: u32) -> SlipBatch {
    desk.write(desk.staff.desk, |tx| scheduling::reserve_slips(tx, desk.staff.site, count)).expect("reserves")
}

fn drawer(desk: &Desk) -> Vec<PaperSlip> {
    let device = desk.db.device().expect("a device");
    desk.read(|conn| scheduling::open_slips(conn, desk.staff.site, &device))
}

fn walk_in(desk: &Desk, name: &str) -> QueueTicket {
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: desk.register(name),
        provider_id: desk.staff.provider,
        reason: String::new(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books")
}

fn entry(desk: &Desk, slip: &PaperSlip, patient: PatientId, time: &str) -> PaperEntry {
    PaperEntry {
        slip_id: slip.id,
        patient_id: Some(patient),
        new_patient: None,
        provider_id: desk.staff.provider,
        time: time.into(),
        day: String::new(),
        reason: "Cough".into(),
        seen: false,
    }
}

fn enter(desk: &Desk, entry: &PaperEntry) -> Result<QueueTicket, Error> {
    desk.write(desk.staff.desk, |tx| scheduling::enter_paper_slip(tx, entry))
}

fn today(desk: &Desk) -> Vec<TodayRow> {
    desk.read(|conn| scheduling::today(conn, desk.staff.site, desk.now())).rows
}

#[test]
fn numbers_in_the_drawer_are_given_to_nobody_else() {
    let (desk, _) = morning();
    assert_eq!(walk_in(&desk, "Sunita Deshpande").number, "A-001");
    let first = reserve(&desk, 3);
    assert_eq!(first.numbers, ["A-101", "A-102", "A-103"]);
    assert_eq!(reserve(&desk, 2).numbers, ["A-104", "A-105"]);
    assert_eq!(drawer(&desk).len(), 5);
    // A day with more people than the drawer begins after: the PC passes over all of it.
    let mut given = HashSet::from(["A-001".to_owned()]);
    for count in 0..104 {
        let number = walk_in(&desk, &format!("Patient {}", char::from(b'A' + count % 26))).number;
        assert!(given.insert(number.clone()), "{number} twice");
    }
    assert!(drawer(&desk).iter().all(|slip| !given.contains(&slip.number)));
    assert!(given.contains("A-100") && given.contains("A-106") && given.contains("A-110"));
    // The next drawer is above that day; thrown away, the numbers come back.
    assert_eq!(reserve(&desk, 1).numbers, ["A-201"]);
    let gone = desk.write(desk.staff.desk, |tx| scheduling::throw_away_slips(tx, first.id)).expect("throws away");
    assert_eq!((gone, drawer(&desk).len()), (3, 3));
    let error = enter(&desk, &entry(&desk, &drawer(&desk)[0], desk.register("Noura Qasim"), "25:00"));
    assert_eq!(error.expect_err("no time").problems()[0].code, Code::NotATime);
}

#[test]
fn what_stood_on_paper_is_entered_with_its_own_time_and_says_so() {
    let (desk, day) = morning();
    reserve(&desk, 4);
    set_clock(&desk, at(day, 9 * 60));
    let before = walk_in(&desk, "Sunita Deshpande");
    // The power is gone from 9:10 to 10:30.
    set_clock(&desk, at(day, 10 * 60 + 30));
    let slips = drawer(&desk);
    let seen = PaperEntry { seen: true, ..entry(&desk, &slips[0], desk.register("Noura Qasim"), "9:15") };
    let noura = enter(&desk, &seen).expect("enters");
    let vikram = enter(&desk, &entry(&desk, &slips[1], desk.register("Vikram Bapat"), "9:40")).expect("enters");
    assert_eq!((noura.number.as_str(), vikram.number.as_str()), ("A-101", "A-102"));
    assert_eq!((noura.issued_at, vikram.issued_at), (at(day, 9 * 60 + 15), at(day, 9 * 60 + 40)));
    // Somebody new is registered with the slip, in the same write.
    let stranger = PaperPatient {
        full_name: "Asha Rao".into(),
        gender: Some(Gender::Female),
        age: "31".into(),
        phone: String::new(),
    };
    let nobody = PaperEntry { patient_id: None, ..entry(&desk, &slips[2], vikram.patient_id, "9:50") };
    let error = enter(&desk, &nobody).expect_err("nobody");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("patientId", Code::Required));
    let ageless = PaperPatient { age: String::new(), ..stranger.clone() };
    let people = "SELECT count(*) FROM patients";
    let known = desk.count(people);
    enter(&desk, &PaperEntry { new_patient: Some(ageless), ..nobody.clone() }).expect_err("no age");
    assert_eq!(desk.count(people), known, "nothing is half done");
    let asha = enter(&desk, &PaperEntry { new_patient: Some(stranger), ..nobody }).expect("enters");
    assert_eq!((asha.patient_name.as_str(), desk.count(people)), ("Asha Rao", known + 1));
    // Their turn is by the time on the slip, behind whoever came before the cut.
    let rows = today(&desk);
    let mut waiting: Vec<&TodayRow> = rows.iter().filter(|row| row.turn.is_some()).collect();
    waiting.sort_by_key(|row| row.turn);
    let names: Vec<&str> = waiting.iter().map(|row| row.patient_name.as_str()).collect();
    assert_eq!(names, ["Sunita Deshpande", "Vikram Bapat", "Asha Rao"]);
    let entered = |name: &str| rows.iter().find(|row| row.patient_name == name).expect("a row");
    assert_eq!(entered("Noura Qasim").status, AppointmentStatus::Completed);
    assert!(entered("Vikram Bapat").entered_at.is_some_and(|entered| entered >= at(day, 10 * 60 + 30)));
    assert_eq!(entered("Sunita Deshpande").entered_at, None);
    let notes = desk.read(|conn| scheduling::timeline(conn, vikram.appointment_id));
    assert!(notes.iter().any(|event| event.note.as_deref() == Some("entered later from a paper slip")));
    // The PC goes on where it was, and a slip is entered once.
    assert_eq!((before.number.as_str(), walk_in(&desk, "Grace Okafor").number.as_str()), ("A-001", "A-002"));
    let error = enter(&desk, &entry(&desk, &slips[1], asha.patient_id, "9:45")).expect_err("entered already");
    assert_eq!(error.code(), Code::AlreadyUsed);
    assert_eq!(drawer(&desk).len(), 1);
}

#[test]
fn the_night_of_a_slip_is_the_night_of_the_site() {
    let (desk, day) = morning();
    reserve(&desk, 6);
    // Half past midnight; in UTC it is still the day before.
    let next = day.plus_days(1);
    set_clock(&desk, at(next, 30));
    let slips = drawer(&desk);
    let patient = desk.register("Noura Qasim");
    let other = desk.register("Vikram Bapat");
    let before = enter(&desk, &entry(&desk, &slips[0], patient, "23:50")).expect("enters");
    let after = enter(&desk, &entry(&desk, &slips[1], other, "00:10")).expect("enters");
    assert_eq!((before.issued_at, after.issued_at), (at(day, 23 * 60 + 50), at(next, 10)));
    let days = "SELECT group_concat(day, ' ') FROM (SELECT day FROM queue_tickets ORDER BY issued_at)";
    let days: String = desk.read(|conn| Ok(conn.query_row(days, [], |row| row.get(0))?));
    assert_eq!(days, format!("{day} {next}"));
    // Yesterday's is not in today's list.
    assert_eq!(today(&desk).len(), 1);
    // A time to come, one before the slips were printed, and one too long ago are refused at their field.
    let third = &slips[2];
    for (time, on, field) in [("0:40", next, "day"), ("7:59", day, "time")] {
        let line = PaperEntry { day: on.to_string(), ..entry(&desk, third, other, time) };
        let error = enter(&desk, &line).expect_err(time);
        assert_eq!((error.problems()[0].field.as_str(), error.code()), (field, Code::OutOfRange), "{time}");
    }
    set_clock(&desk, Instant(at(next, 30).0 + 9 * DAY));
    let old = PaperEntry { day: next.to_string(), ..entry(&desk, third, other, "0:20") };
    assert_eq!(enter(&desk, &old).expect_err("a week ago").problems()[0].field, "day");
    set_clock(&desk, Instant(at(next, 30).0 + MINUTE));
    enter(&desk, &PaperEntry { day: next.to_string(), ..entry(&desk, third, other, "0:20") }).expect("in time");
}

#[test]
fn the_day_on_paper_is_by_doctor_and_time() {
    let (desk, day) = morning();
    set_clock(&desk, at(day, 9 * 60));
    walk_in(&desk, "Sunita Deshpande");
    set_clock(&desk, at(day, 9 * 60 + 20));
    let leaves = walk_in(&desk, "Noura Qasim");
    let cancel =
        |tx: &neem_core::Tx| scheduling::move_appointment(tx, leaves.appointment_id, scheduling::Move::Cancel, "left");
    desk.write(desk.staff.desk, cancel).expect("cancels");
    let list = desk.read(|conn| scheduling::day_list(conn, desk.staff.site, day, None));
    assert_eq!(list.doctors.len(), 1);
    let doctor = &list.doctors[0];
    assert_eq!((doctor.name.as_str(), doctor.room.as_deref()), ("Dr Farah Siddiqui", Some("Room 2")));
    assert_eq!(doctor.visits.len(), 1, "who has left is not expected");
    let visit = &doctor.visits[0];
    assert_eq!((visit.number.as_deref(), visit.walk_in), (Some("A-001"), true));
    assert_eq!(visit.at.0 / MINUTE, at(day, 9 * 60).0 / MINUTE);
    let other = desk.read(|conn| scheduling::day_list(conn, desk.staff.site, day.plus_days(1), None));
    assert!(other.doctors.is_empty());
}
