//! When doctors can be seen: templates, time off, free times.

mod support;

use neem_core::Code;
use neem_core::ids::{Instant, LocalDate, ServiceId};
use neem_core::scheduling::{
    self, AppointmentStatus, Channel, FreeSlotQuery, Mode, NewAppointment, SlotStatus, TemplateForm, TemplateRow,
    TimeOffForm, TimeOffKind,
};
use rusqlite::params;
use support::{DAY, Desk, ZONE};

fn row(weekday: u32, start: &str, end: &str) -> TemplateRow {
    TemplateRow { weekday, start_time: start.into(), end_time: end.into(), mode: Mode::InPerson }
}

/// Every day of the week from nine to eleven, half an hour each.
fn form(desk: &Desk) -> TemplateForm {
    TemplateForm {
        provider_id: desk.staff.provider,
        clinic_id: desk.staff.site,
        slot_duration_minutes: 30,
        buffer_minutes: 0,
        capacity: 1,
        valid_from: desk.today().to_string(),
        valid_to: String::new(),
        recurrence: String::new(),
        slots: (1..=7).map(|weekday| row(weekday, "09:00", "11:00")).collect(),
    }
}

fn day_after(desk: &Desk, days: u64) -> LocalDate {
    LocalDate(desk.today().0 + chrono::Days::new(days))
}

fn at(day: LocalDate, minutes: i64) -> Instant {
    day.bounds(ZONE).0.plus_minutes(minutes)
}

fn problems(error: &neem_core::Error) -> Vec<(String, Code)> {
    error.problems().iter().map(|problem| (problem.field.clone(), problem.code)).collect()
}

fn free(desk: &Desk, from: LocalDate, to: LocalDate) -> Vec<Instant> {
    let query = FreeSlotQuery::between(from.bounds(ZONE).0, to.bounds(ZONE).1);
    desk.read(|conn| scheduling::free_slots(conn, &query)).into_iter().map(|slot| slot.start).collect()
}

fn book(desk: &Desk, start: Instant, minutes: i64) -> neem_core::Result<neem_core::ids::AppointmentId> {
    let new = NewAppointment {
        clinic: desk.staff.site,
        patient: desk.register("Sunita Deshpande"),
        provider: desk.staff.provider,
        service: None,
        start,
        end: start.plus_minutes(minutes),
        status: AppointmentStatus::Scheduled,
        channel: Channel::Phone,
        reason: String::new(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new))
}

#[test]
fn a_week_is_added_changed_ended_and_deleted() {
    let desk = Desk::open();
    let manager = desk.staff.admin;
    let made = desk.write(manager, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    assert_eq!((made.slots.len(), made.slots[0].start_time.as_str()), (7, "09:00"));
    let tomorrow = day_after(&desk, 1);
    assert_eq!(free(&desk, tomorrow, tomorrow).len(), 4);

    let mut changed = form(&desk);
    changed.slots.retain(|row| row.weekday != 7);
    changed.slot_duration_minutes = 60;
    let edited = desk.write(manager, |tx| scheduling::edit_template(tx, made.id, &changed)).expect("edits");
    assert_eq!(edited.slots, made.slots[..6], "rows that are the same stay the same rows");
    let week = free(&desk, tomorrow, day_after(&desk, 7));
    assert_eq!(week.len(), 12, "two slots on six days of any seven");

    let ended = |tx: &neem_core::Tx| scheduling::end_template(tx, made.id, &tomorrow.to_string());
    assert_eq!(desk.write(manager, ended).expect("ends").valid_to, Some(tomorrow));
    assert_eq!(free(&desk, day_after(&desk, 2), day_after(&desk, 9)), []);
    let error =
        desk.write(manager, |tx| scheduling::end_template(tx, made.id, "2001-01-01")).expect_err("before it began");
    assert_eq!(problems(&error), [("validTo".into(), Code::EndsBeforeStart)]);

    desk.write(manager, |tx| scheduling::delete_template(tx, made.id)).expect("deletes");
    assert_eq!(desk.read(|conn| scheduling::templates(conn, desk.staff.provider)), []);
    assert_eq!(free(&desk, tomorrow, tomorrow), []);
    let error = desk.write(manager, |tx| scheduling::delete_template(tx, made.id)).expect_err("is gone");
    assert_eq!(error.code(), Code::NotFound);
}

#[test]
fn every_problem_of_a_template_at_once() {
    let desk = Desk::open();
    let mut typed = form(&desk);
    typed.capacity = 0;
    typed.valid_to = "2001-01-01".into();
    typed.recurrence = "every other Monday".into();
    typed.slots = vec![
        row(1, "9 o'clock", "10:00"),
        row(2, "10:00", "09:00"),
        row(3, "09:00", "12:00"),
        row(3, "11:00", "13:00"),
    ];
    let error = desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &typed)).expect_err("problems");
    let expected = [
        ("capacity", Code::OutOfRange),
        ("validTo", Code::EndsBeforeStart),
        ("recurrence", Code::NotARecurrence),
        ("slots.0.startTime", Code::NotATime),
        ("slots.1.endTime", Code::EndsBeforeStart),
        ("slots.3.startTime", Code::Overlaps),
    ];
    assert_eq!(problems(&error), expected.map(|(field, code)| (field.to_owned(), code)));
    assert_eq!(desk.count("SELECT count(*) FROM template_slots"), 0);
}

#[test]
fn two_templates_may_share_a_weekday_when_their_weeks_differ() {
    let desk = Desk::open();
    let monday = |days: u64| {
        let day = day_after(&desk, days);
        (chrono::Datelike::weekday(&day.0) == chrono::Weekday::Mon).then_some(day)
    };
    let first = (0..7).find_map(monday).expect("a Monday");
    let mut typed = form(&desk);
    typed.slots = vec![row(1, "09:00", "11:00")];
    typed.valid_from = first.to_string();
    typed.recurrence = "freq=weekly;interval=2".into();
    let add = |typed: &TemplateForm| desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, typed));
    add(&typed).expect("adds");
    assert_eq!(free(&desk, first, LocalDate(first.0 + chrono::Days::new(27))).len(), 8, "two Mondays of four");
    let error = add(&typed).expect_err("the same Mondays");
    assert_eq!(problems(&error), [("slots".into(), Code::Overlaps)]);
    typed.valid_from = (first.0 + chrono::Days::new(7)).to_string();
    add(&typed).expect("the Mondays between");
    assert_eq!(free(&desk, first, LocalDate(first.0 + chrono::Days::new(27))).len(), 16);
}

#[test]
fn time_off_takes_the_times_and_names_who_is_stranded() {
    let desk = Desk::open();
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let tomorrow = day_after(&desk, 1);
    let visit = book(&desk, at(tomorrow, 9 * 60 + 30), 30).expect("books");
    let leave = TimeOffForm {
        kind: TimeOffKind::Leave,
        provider_id: Some(desk.staff.provider),
        clinic_id: None,
        from_day: tomorrow.to_string(),
        from_time: "09:45".into(),
        to_day: String::new(),
        to_time: "10:15".into(),
        reason: "Exam".into(),
    };
    let added = desk.write(desk.staff.doctor, |tx| scheduling::add_time_off(tx, &leave)).expect("adds");
    assert_eq!(added.stranded.iter().map(|booking| booking.id).collect::<Vec<_>>(), [visit]);
    assert_eq!(added.stranded[0].status, AppointmentStatus::Scheduled, "it is not changed");
    assert_eq!(free(&desk, tomorrow, tomorrow), [at(tomorrow, 9 * 60), at(tomorrow, 10 * 60 + 30)]);
    let error = book(&desk, at(tomorrow, 10 * 60), 10).expect_err("is away");
    assert_eq!((error.code(), error.detail()), (Code::NotAvailable, Some("Exam")));

    let holiday = TimeOffForm {
        kind: TimeOffKind::Holiday,
        provider_id: None,
        clinic_id: Some(desk.staff.site),
        from_day: day_after(&desk, 2).to_string(),
        from_time: String::new(),
        to_day: day_after(&desk, 3).to_string(),
        to_time: String::new(),
        reason: "Diwali".into(),
    };
    let holiday = desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &holiday)).expect("adds").time_off;
    assert_eq!(holiday.ends_at.0 - holiday.starts_at.0, 2 * DAY);
    assert_eq!(free(&desk, day_after(&desk, 2), day_after(&desk, 3)), []);
    let (from, to) = (desk.now(), desk.now().plus_minutes(60 * 24 * 7));
    let listed = desk.read(|conn| scheduling::list_time_off(conn, desk.staff.site, from, to));
    assert_eq!(listed.iter().map(|off| off.kind).collect::<Vec<_>>(), [TimeOffKind::Leave, TimeOffKind::Holiday]);

    desk.write(desk.staff.admin, |tx| scheduling::cancel_time_off(tx, holiday.id)).expect("cancels");
    assert_eq!(free(&desk, day_after(&desk, 2), day_after(&desk, 3)).len(), 8);
    let error = desk.write(desk.staff.admin, |tx| scheduling::cancel_time_off(tx, holiday.id)).expect_err("is gone");
    assert_eq!(error.code(), Code::NotFound);
}

#[test]
fn time_off_says_what_is_missing() {
    let desk = Desk::open();
    let typed = TimeOffForm {
        kind: TimeOffKind::Leave,
        provider_id: None,
        clinic_id: None,
        from_day: "tomorrow".into(),
        from_time: "25:00".into(),
        to_day: String::new(),
        to_time: String::new(),
        reason: String::new(),
    };
    let error = desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &typed)).expect_err("problems");
    let expected = [("providerId", Code::Required), ("fromDay", Code::NotADate), ("fromTime", Code::NotATime)];
    assert_eq!(problems(&error), expected.map(|(field, code)| (field.to_owned(), code)));
    let backward = TimeOffForm {
        provider_id: Some(desk.staff.provider),
        from_day: "2026-12-02".into(),
        from_time: "10:00".into(),
        to_day: "2026-12-02".into(),
        to_time: "09:00".into(),
        ..typed
    };
    let error = desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &backward)).expect_err("backward");
    assert_eq!(problems(&error), [("toTime".to_owned(), Code::EndsBeforeStart)]);
}

#[test]
fn the_first_skin_doctor_after_ten_for_a_service() {
    let desk = Desk::open();
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let tomorrow = day_after(&desk, 1);
    let whole = FreeSlotQuery::between(tomorrow.bounds(ZONE).0, tomorrow.bounds(ZONE).1);
    let ask = |query: FreeSlotQuery| desk.read(|conn| scheduling::free_slots(conn, &query));
    assert_eq!(ask(FreeSlotQuery { specialization: "skin".into(), ..whole.clone() }), []);
    let tag = "INSERT INTO provider_tags (id, tenant_id, provider_id, kind, value, created_at, updated_at)
               VALUES (?1, ?2, ?3, 'specialization', 'Skin diseases', ?4, ?4)";
    let service = desk
        .write(desk.staff.admin, |tx| {
            tx.execute(tag, params![tx.new_id(), tx.device.tenant, desk.staff.provider, tx.now])?;
            let id = ServiceId(tx.new_id());
            tx.execute(
                "INSERT INTO services (id, tenant_id, name, category, duration_min, price_minor, currency, created_at, updated_at)
                 VALUES (?1, ?2, 'Patch test', 'skin', 60, 100, 'INR', ?3, ?3)",
                params![id, tx.device.tenant, tx.now],
            )?;
            Ok(id)
        })
        .expect("writes");
    let found = ask(FreeSlotQuery {
        specialization: "SKIN".into(),
        service_id: Some(service),
        after_time: "09:30".into(),
        limit: 1,
        ..whole.clone()
    });
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].start, found[0].end), (at(tomorrow, 570), at(tomorrow, 630)), "the service decides how long");
    // What would run past the doctor's hours is not offered.
    let last = ask(FreeSlotQuery { service_id: Some(service), ..whole.clone() }).pop().expect("a last one");
    assert_eq!(last.start, at(tomorrow, 600));
    assert_eq!(ask(FreeSlotQuery { mode: Some(Mode::Video), ..whole.clone() }), []);
    assert_eq!(ask(FreeSlotQuery { before_time: "09:30".into(), ..whole.clone() }).len(), 1);
    // One booked a moment ago counts.
    book(&desk, found[0].start, 60).expect("books");
    let left: Vec<Instant> = ask(whole.clone()).into_iter().map(|slot| slot.start).collect();
    assert_eq!(left, [at(tomorrow, 540), at(tomorrow, 630)]);
    let wrong = FreeSlotQuery { after_time: "soon".into(), to: whole.from, ..whole };
    let error = desk.db.read(|conn| scheduling::free_slots(conn, &wrong)).expect_err("problems");
    assert_eq!(problems(&error), [("to".into(), Code::EndsBeforeStart), ("afterTime".into(), Code::NotATime)]);
}

#[test]
fn slots_as_rows_are_made_anew_without_stale_ones() {
    let desk = Desk::open();
    let made = desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let tomorrow = day_after(&desk, 1);
    book(&desk, at(tomorrow, 9 * 60), 30).expect("books");
    let off = TimeOffForm {
        kind: TimeOffKind::Blocked,
        provider_id: Some(desk.staff.provider),
        clinic_id: None,
        from_day: tomorrow.to_string(),
        from_time: "10:30".into(),
        to_day: String::new(),
        to_time: "11:00".into(),
        reason: String::new(),
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &off)).expect("blocks");
    let make = || scheduling::materialise(&desk.db, tomorrow, day_after(&desk, 14)).expect("makes");
    let rows = || {
        let (from, to) = (tomorrow.bounds(ZONE).0, day_after(&desk, 14).bounds(ZONE).1);
        desk.read(|conn| scheduling::slots(conn, desk.staff.provider, from, to))
    };
    assert_eq!(make(), 56);
    let first = rows();
    let states: Vec<_> = first.iter().take(4).map(|slot| (slot.status, slot.taken)).collect();
    use SlotStatus::{Available, Blocked, Booked};
    assert_eq!(states, [(Booked, 1), (Available, 0), (Available, 0), (Blocked, 0)]);
    assert_eq!(make(), 56);
    assert_eq!(rows(), first, "a second time changes nothing");
    let mut changed = form(&desk);
    changed.slot_duration_minutes = 40;
    desk.write(desk.staff.admin, |tx| scheduling::edit_template(tx, made.id, &changed)).expect("edits");
    assert_eq!(make(), 42);
    assert_eq!(desk.count("SELECT count(*) FROM slots"), 42, "no stale one is left");
}

#[test]
fn no_list_reads_through_all_appointments() {
    use neem_core::scheduling::statements;
    let desk = Desk::open();
    for (name, sql, index) in [
        ("a doctor's day", statements::DAY, "appointments_provider_start"),
        ("upcoming", statements::UPCOMING, "appointments_provider_start"),
        ("history", statements::HISTORY, "appointments_patient_start"),
        ("a site's day", statements::CLINIC_DAY, "appointments_clinic_start"),
        ("walk-ins", statements::WALK_INS, "appointments_channel"),
        ("by status", statements::BY_STATUS, "appointments_status"),
    ] {
        let plan = desk.plan(sql);
        assert!(!plan.contains("SCAN appointments"), "{name}:\n{plan}");
        assert!(plan.contains(&format!("SEARCH appointments USING INDEX {index}")), "{name}:\n{plan}");
    }
    let plan = desk.plan(statements::CLAIMS);
    assert_eq!(plan.lines().count(), 1, "free slots:\n{plan}");
    assert!(
        plan.contains("COVERING INDEX appointments_provider_start"),
        "free slots read the rows themselves:\n{plan}"
    );
}
