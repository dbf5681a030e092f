//! Visits that repeat, booked by the clock of the site, and what is done to one, to the later ones, to all.

mod support;

use neem_core::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId};
use neem_core::scheduling::{
    self, AppointmentForm, AppointmentStatus, Booking, Channel, Mode, Move, RearrangeForm, Repeat, RepeatUnit,
    SeriesScope, TemplateForm, TemplateRow,
};
use neem_core::{Code, Result};
use rusqlite::params;
use support::{Desk, ZONE};

fn day(desk: &Desk, ahead: u64) -> LocalDate {
    LocalDate(desk.today().0 + chrono::Days::new(ahead))
}

fn at(desk: &Desk, ahead: u64, minutes: i64) -> Instant {
    day(desk, ahead).bounds(ZONE).0.plus_minutes(minutes)
}

fn form(desk: &Desk, patient: PatientId, ahead: u64, time: &str) -> AppointmentForm {
    AppointmentForm {
        clinic_id: desk.staff.site,
        patient_id: Some(patient),
        provider_id: Some(desk.staff.provider),
        service_id: None,
        day: day(desk, ahead).to_string(),
        time: time.into(),
        minutes: Some(20),
        mode: None,
        channel: Channel::Desk,
        status: AppointmentStatus::Scheduled,
        reason: "Physiotherapy".into(),
        repeat: None,
        leave_out: Vec::new(),
    }
}

fn every(unit: RepeatUnit, interval: u32, count: u32) -> Option<Repeat> {
    Some(Repeat { unit, interval, count: Some(count), until: String::new() })
}

fn book(desk: &Desk, form: &AppointmentForm) -> Result<Vec<Booking>> {
    desk.write(desk.staff.desk, |tx| scheduling::book_appointments(tx, form))
}

fn starts(bookings: &[Booking]) -> Vec<Instant> {
    bookings.iter().map(|booking| booking.start).collect()
}

fn to(desk: &Desk, ahead: u64, time: &str, scope: SeriesScope) -> RearrangeForm {
    RearrangeForm {
        day: day(desk, ahead).to_string(),
        time: time.into(),
        minutes: None,
        provider_id: None,
        clinic_id: None,
        note: String::new(),
        scope,
    }
}

fn rearrange(desk: &Desk, id: AppointmentId, form: &RearrangeForm) -> Result<scheduling::Rearranged> {
    desk.write(desk.staff.desk, |tx| scheduling::rearrange(tx, id, form))
}

fn plans(desk: &Desk, id: AppointmentId) -> Vec<Instant> {
    starts(&desk.read(|conn| scheduling::series(conn, id)))
}

#[test]
fn one_visit_is_no_series_and_problems_stand_by_their_fields() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let booked = book(&desk, &form(&desk, patient, 1, "9:30")).expect("books");
    assert_eq!((booked.len(), booked[0].start, booked[0].series_id), (1, at(&desk, 1, 570), None));

    let wrong = AppointmentForm {
        patient_id: None,
        provider_id: None,
        day: "soon".into(),
        time: "25:00".into(),
        minutes: Some(481),
        ..form(&desk, patient, 1, "")
    };
    let error = book(&desk, &wrong).expect_err("refuses");
    let problems: Vec<_> = error.problems().iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
    assert_eq!(
        problems,
        [
            ("patientId", Code::Required),
            ("providerId", Code::Required),
            ("day", Code::NotADate),
            ("time", Code::NotATime),
            ("minutes", Code::OutOfRange)
        ]
    );
    for (repeat, field, code) in [
        (
            Repeat { unit: RepeatUnit::Week, interval: 0, count: Some(3), until: String::new() },
            "interval",
            Code::OutOfRange,
        ),
        (Repeat { unit: RepeatUnit::Week, interval: 1, count: None, until: String::new() }, "count", Code::Required),
        (
            Repeat { unit: RepeatUnit::Day, interval: 1, count: Some(105), until: String::new() },
            "count",
            Code::OutOfRange,
        ),
        (
            Repeat { unit: RepeatUnit::Month, interval: 12, count: Some(9), until: String::new() },
            "count",
            Code::OutOfRange,
        ),
        (
            Repeat { unit: RepeatUnit::Day, interval: 1, count: None, until: "1/1/2020".into() },
            "until",
            Code::EndsBeforeStart,
        ),
        (Repeat { unit: RepeatUnit::Day, interval: 1, count: None, until: "never".into() }, "until", Code::NotADate),
    ] {
        let typed = AppointmentForm { repeat: Some(repeat), ..form(&desk, patient, 2, "10:00") };
        let error = book(&desk, &typed).expect_err("refuses");
        assert_eq!((error.problems()[0].field.as_str(), error.problems()[0].code), (field, code));
    }
    assert_eq!(desk.count("SELECT count(*) FROM appointments"), 1);
}

#[test]
fn a_series_is_ordinary_appointments_with_one_name() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let typed = AppointmentForm { repeat: every(RepeatUnit::Week, 2, 4), ..form(&desk, patient, 1, "09:30") };
    let booked = book(&desk, &typed).expect("books");
    assert_eq!(starts(&booked), [1, 15, 29, 43].map(|ahead| at(&desk, ahead, 570)));
    assert!(booked.iter().all(|one| one.series_id.is_some() && one.series_id == booked[0].series_id));
    assert_eq!(booked[0].recurrence.as_deref(), Some("FREQ=WEEKLY;INTERVAL=2;COUNT=4"));
    let plan = desk.plan(scheduling::statements::SERIES);
    assert!(plan.contains("SEARCH appointments USING INDEX appointments_series"), "{plan}");
    // Until a day, that day included.
    let until = Repeat { unit: RepeatUnit::Day, interval: 3, count: None, until: day(&desk, 7).to_string() };
    let typed = AppointmentForm { repeat: Some(until), ..form(&desk, patient, 1, "11:00") };
    assert_eq!(starts(&book(&desk, &typed).expect("books")), [1, 4, 7].map(|ahead| at(&desk, ahead, 660)));
    // All of it is taken back at once.
    let ids: Vec<_> = booked.iter().map(|one| one.id).collect();
    desk.write(desk.staff.desk, |tx| scheduling::undo_appointments(tx, &ids)).expect("takes back");
    assert_eq!(plans(&desk, ids[0]), []);
}

#[test]
fn what_is_in_the_way_is_known_before_and_nothing_is_half_made() {
    let desk = Desk::open();
    let rows = (1..=7).map(|weekday| TemplateRow {
        weekday,
        start_time: "09:00".into(),
        end_time: "11:00".into(),
        mode: Mode::InPerson,
    });
    let hours = TemplateForm {
        provider_id: desk.staff.provider,
        clinic_id: desk.staff.site,
        slot_duration_minutes: 20,
        buffer_minutes: 0,
        capacity: 1,
        valid_from: desk.today().to_string(),
        valid_to: String::new(),
        recurrence: String::new(),
        replaces: false,
        slots: rows.collect(),
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &hours)).expect("adds hours");
    let noura = desk.register("Noura Qasim");
    book(&desk, &form(&desk, noura, 8, "09:30")).expect("books");
    let before = desk.count("SELECT count(*) FROM appointments");

    let patient = desk.register("Sunita Deshpande");
    let typed = AppointmentForm { repeat: every(RepeatUnit::Week, 1, 3), ..form(&desk, patient, 1, "09:20") };
    let now = desk.now();
    let planned = desk.read(|conn| scheduling::plan_appointments(conn, &typed, now));
    assert_eq!(planned.iter().map(|one| one.start).collect::<Vec<_>>(), [1, 8, 15].map(|ahead| at(&desk, ahead, 560)));
    assert!(planned[0].refused.is_none() && planned[2].refused.is_none());
    let refused = planned[1].refused.as_ref().expect("the second is in the way");
    assert_eq!((refused.code, refused.detail.as_deref()), (Code::SlotTaken, Some("Noura Qasim")));
    assert_eq!(refused.free[0].start, at(&desk, 8, 600), "the next time that is whole");
    assert_eq!(desk.count("SELECT count(*) FROM appointments"), before, "looking books nothing");

    let error = book(&desk, &typed).expect_err("refuses all of it");
    assert_eq!(error.code(), Code::SlotTaken);
    assert_eq!(error.detail(), Some(format!("{} 09:20, Noura Qasim", day(&desk, 8)).as_str()));
    assert_eq!(desk.count("SELECT count(*) FROM appointments"), before, "not one of the three");

    let typed = AppointmentForm { leave_out: vec![planned[1].start], ..typed };
    assert_eq!(starts(&book(&desk, &typed).expect("books")), [1, 15].map(|ahead| at(&desk, ahead, 560)));
}

#[test]
fn one_this_and_later_or_all_move_and_go_back() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let typed = AppointmentForm { repeat: every(RepeatUnit::Day, 1, 5), ..form(&desk, patient, 1, "09:00") };
    let booked = book(&desk, &typed).expect("books");
    let first = booked[0].id;
    let planned = |minutes: [i64; 5]| minutes.into_iter().zip(1..).map(|(m, d)| at(&desk, d, m)).collect::<Vec<_>>();

    rearrange(&desk, booked[1].id, &to(&desk, 2, "10:00", SeriesScope::One)).expect("moves one");
    assert_eq!(plans(&desk, first), planned([540, 600, 540, 540, 540]));
    // The one that was moved alone keeps its distance to the others.
    let later = rearrange(&desk, booked[1].id, &to(&desk, 2, "10:30", SeriesScope::Following)).expect("moves four");
    assert_eq!(plans(&desk, first), planned([540, 630, 570, 570, 570]));
    assert_eq!(later.before.len(), 4);
    desk.write(desk.staff.desk, |tx| scheduling::put_back(tx, &later.before)).expect("goes back");
    assert_eq!(plans(&desk, first), planned([540, 600, 540, 540, 540]));

    // By a day, onto each other's days: nobody stands in the way of their own series, whichever direction.
    let all = rearrange(&desk, first, &to(&desk, 2, "09:00", SeriesScope::All)).expect("moves five");
    assert_eq!(plans(&desk, first), [(2, 540), (3, 600), (4, 540), (5, 540), (6, 540)].map(|(d, m)| at(&desk, d, m)));
    desk.write(desk.staff.desk, |tx| scheduling::put_back(tx, &all.before)).expect("goes back");
    assert_eq!(plans(&desk, first), planned([540, 600, 540, 540, 540]));

    // Longer, all of them.
    let longer = RearrangeForm { minutes: Some(40), ..to(&desk, 1, "09:00", SeriesScope::All) };
    let longer = rearrange(&desk, first, &longer).expect("grows");
    assert!(longer.bookings.iter().all(|one| one.end == one.start.plus_minutes(40)));

    // One that cannot move keeps all where they are.
    let noura = desk.register("Noura Qasim");
    book(&desk, &form(&desk, noura, 4, "12:00")).expect("books");
    let before = plans(&desk, first);
    let error = rearrange(&desk, first, &to(&desk, 1, "11:50", SeriesScope::All)).expect_err("refuses");
    assert_eq!((error.code(), error.detail()), (Code::SlotTaken, Some("Noura Qasim")));
    assert_eq!(plans(&desk, first), before);
}

#[test]
fn cancelling_this_and_later_leaves_the_earlier_and_comes_back_whole() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let typed = AppointmentForm { repeat: every(RepeatUnit::Week, 1, 4), ..form(&desk, patient, 1, "09:00") };
    let booked = book(&desk, &typed).expect("books");
    let cancel = |index: usize, scope| {
        desk.write(desk.staff.desk, |tx| scheduling::cancel_appointments(tx, booked[index].id, "moves away", scope))
    };
    let gone = cancel(2, SeriesScope::Following).expect("cancels");
    assert_eq!(gone.bookings.len(), 2);
    assert_eq!(plans(&desk, booked[0].id), starts(&booked[..2]));
    let timeline = desk.read(|conn| scheduling::timeline(conn, booked[3].id));
    assert_eq!(timeline[1].note.as_deref(), Some("moves away"));

    let ids: Vec<_> = gone.bookings.iter().map(|one| one.id).collect();
    let noura = desk.register("Noura Qasim");
    let taken = book(&desk, &form(&desk, noura, 22, "09:00")).expect("books");
    let back = || desk.write(desk.staff.desk, |tx| scheduling::undo_appointments(tx, &ids));
    assert_eq!(back().expect_err("somebody has the time").code(), Code::SlotTaken);
    assert_eq!(plans(&desk, booked[0].id).len(), 2, "neither of the two came back");
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, taken[0].id, Move::Cancel, "")).expect("cancels");
    back().expect("comes back");
    assert_eq!(plans(&desk, booked[0].id), starts(&booked));

    // Who has come is no plan any more: "all" passes them over.
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, booked[0].id, Move::CheckIn, ""))
        .expect("arrives");
    assert_eq!(cancel(1, SeriesScope::All).expect("cancels").bookings.len(), 3);
    assert_eq!(cancel(1, SeriesScope::One).expect_err("is cancelled").code(), Code::IllegalTransition);
    let error = desk
        .write(desk.staff.desk, |tx| scheduling::cancel_appointments(tx, booked[0].id, " ", SeriesScope::One))
        .expect_err("a reason is needed");
    assert_eq!(error.problems()[0].field, "reason");
}

/// A site where clocks change, and the doctor of the first one works there too.
fn site_in(desk: &Desk, zone: &str) -> ClinicId {
    desk.write(desk.staff.admin, |tx| {
        let id = ClinicId(tx.new_id());
        tx.execute(
            "INSERT INTO clinics (id, tenant_id, name, address, phone, timezone, created_at, updated_at)
             VALUES (?1, ?2, 'Elsewhere', '7 Palash Road', '+915550120500', ?3, ?4, ?4)",
            params![id, tx.device.tenant, zone, tx.now],
        )?;
        tx.execute(
            "INSERT INTO provider_clinics (id, tenant_id, provider_id, clinic_id, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
            params![tx.new_id(), tx.device.tenant, desk.staff.provider, id, tx.now],
        )?;
        Ok(id)
    })
    .expect("a site")
}

/// The next two changes of the clocks of a zone after a day, with 24 h days between them.
fn changes(zone: chrono_tz::Tz, after: LocalDate) -> Vec<LocalDate> {
    (1..400)
        .map(|ahead| LocalDate(after.0 + chrono::Days::new(ahead)))
        .filter(|day| day.bounds(zone).1.0 - day.bounds(zone).0.0 != 86_400_000)
        .take(2)
        .collect()
}

#[test]
fn a_series_keeps_its_hour_when_the_clocks_change() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let zone = chrono_tz::America::New_York;
    let site = site_in(&desk, "America/New_York");
    for change in changes(zone, desk.today()) {
        let first = LocalDate(change.0 - chrono::Days::new(1));
        let typed = AppointmentForm {
            clinic_id: site,
            day: first.to_string(),
            repeat: every(RepeatUnit::Day, 1, 3),
            ..form(&desk, patient, 1, "16:30")
        };
        let booked = book(&desk, &typed).expect("books");
        let shown: Vec<String> = booked
            .iter()
            .map(|one| one.start.to_utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string())
            .collect();
        let expected: Vec<String> =
            (0..3).map(|ahead| format!("{} 16:30", first.0 + chrono::Days::new(ahead))).collect();
        assert_eq!(shown, expected);
        let apart: Vec<i64> = booked.windows(2).map(|two| (two[1].start.0 - two[0].start.0) / 3_600_000).collect();
        assert!(apart.iter().any(|hours| *hours != 24), "one of the days is not of 24 hours: {apart:?}");

        // Moved by an hour on the clock, all of them show the same hour again.
        let form = RearrangeForm { day: first.to_string(), ..to(&desk, 1, "17:30", SeriesScope::All) };
        let moved = rearrange(&desk, booked[0].id, &form).expect("moves").bookings;
        assert!(moved.iter().all(|one| one.start.to_utc().with_timezone(&zone).format("%H:%M").to_string() == "17:30"));
    }
}
