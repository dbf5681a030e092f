//! When doctors can be seen: templates, time off, free times.

mod support;

use chrono::Datelike;
use neem_core::Code;
use neem_core::ids::{Instant, LocalDate, ServiceId};
use neem_core::scheduling::{
    self, AppointmentStatus, Channel, FreeSlotQuery, HoursChange, Mode, NewAppointment, SlotStatus, StrandedBy,
    TemplateForm, TemplateRow, TimeOffForm, TimeOffKind, Whose,
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
        replaces: false,
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
        recurrence: String::new(),
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
        recurrence: String::new(),
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
        recurrence: String::new(),
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
        recurrence: String::new(),
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
        recurrence: String::new(),
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

fn holiday(desk: &Desk, day: LocalDate, recurrence: &str) -> TimeOffForm {
    TimeOffForm {
        kind: TimeOffKind::Holiday,
        provider_id: None,
        clinic_id: Some(desk.staff.site),
        from_day: day.to_string(),
        from_time: String::new(),
        to_day: String::new(),
        to_time: String::new(),
        recurrence: recurrence.into(),
        reason: "Republic Day".into(),
    }
}

fn stranded(desk: &Desk) -> Vec<(neem_core::ids::AppointmentId, StrandedBy, Option<String>)> {
    let found = desk.read(|conn| scheduling::stranded(conn, Whose::Site(desk.staff.site), desk.now()));
    found.into_iter().map(|visit| (visit.booking.id, visit.by, visit.detail)).collect()
}

#[test]
fn a_holiday_comes_again_every_year_and_closes_the_site_for_every_doctor() {
    let desk = Desk::open();
    let day = day_after(&desk, 3);
    let add = |form: &TimeOffForm| desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, form));
    let yearly = add(&holiday(&desk, day, "freq=yearly")).expect("adds").time_off;
    assert_eq!(yearly.recurrence.as_deref(), Some("FREQ=YEARLY"));
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let next_year = LocalDate(day.0.with_year(day.0.year() + 1).expect("no leap day"));
    for closed in [day, next_year] {
        assert_eq!(free(&desk, closed, closed), [], "{closed}");
        let next = closed.plus_days(1);
        assert_eq!(free(&desk, next, next).len(), 4, "{next}");
        let error = book(&desk, at(closed, 9 * 60), 30).expect_err("is closed");
        assert_eq!((error.code(), error.detail()), (Code::NotAvailable, Some("Republic Day")));
    }
    // Listed once where it is planned, and on each of its days where the calendar shows it.
    let planned = desk.read(|conn| scheduling::planned_time_off(conn, None, Some(desk.staff.site), desk.now()));
    assert_eq!(planned.iter().map(|off| off.id).collect::<Vec<_>>(), [yearly.id]);
    let (from, to) = (desk.now(), next_year.bounds(ZONE).1);
    let shown = desk.read(|conn| scheduling::list_time_off(conn, desk.staff.site, from, to));
    let days: Vec<_> = shown.iter().map(|off| (off.starts_at.day(ZONE), off.ends_at.0 - off.starts_at.0)).collect();
    assert_eq!(days, [(day, DAY), (next_year, DAY)]);
    let error = add(&holiday(&desk, day, "every year")).expect_err("no rule");
    assert_eq!(problems(&error), [("recurrence".into(), Code::NotARecurrence)]);
}

#[test]
fn time_off_that_comes_again_keeps_its_wall_clock_over_a_change_of_the_clocks() {
    let zone = chrono_tz::Europe::Lisbon;
    let day = |text: &str| LocalDate(text.parse().expect("a day"));
    let off = scheduling::TimeOff {
        id: neem_core::ids::TimeOffId(uuid::Uuid::from_u128(1)),
        provider_id: None,
        clinic_id: None,
        kind: TimeOffKind::Blocked,
        // Every Sunday from ten at night until midnight; on 25 October 2026 the clocks go back.
        starts_at: day("2026-10-18").bounds(zone).0.plus_minutes(22 * 60),
        ends_at: day("2026-10-19").bounds(zone).0,
        reason: None,
        recurrence: Some("FREQ=WEEKLY;BYDAY=SU".into()),
        timezone: Some(zone.name().into()),
        updated_at: Instant(0),
    };
    let (from, to) = (day("2026-10-19").bounds(zone).0, day("2026-11-02").bounds(zone).0);
    let found: Vec<_> = off.clone().occurrences(from, to).iter().map(|off| (off.starts_at, off.ends_at)).collect();
    let evening = |sunday: &str, monday: &str| {
        let end = day(monday).bounds(zone).0;
        assert_eq!(day(sunday).bounds(zone).1, end);
        (end.plus_minutes(-120), end)
    };
    assert_eq!(found, [evening("2026-10-25", "2026-10-26"), evening("2026-11-01", "2026-11-02")]);
    // One that has begun before the time asked for, and reaches into it.
    let late = day("2026-10-25").bounds(zone).1.plus_minutes(-30);
    assert_eq!(off.occurrences(late, late.plus_minutes(10)).len(), 1);
}

#[test]
fn other_hours_on_a_day_stand_in_for_the_usual_ones_and_extra_hours_beside_them() {
    let desk = Desk::open();
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let (short, long) = (day_after(&desk, 2), day_after(&desk, 3));
    let weekday = |day: LocalDate| day.0.weekday().number_from_monday();
    let on = |day: LocalDate, start: &str, end: &str, replaces: bool| TemplateForm {
        valid_from: day.to_string(),
        valid_to: day.to_string(),
        replaces,
        slots: vec![row(weekday(day), start, end)],
        ..form(&desk)
    };
    let add = |form: &TemplateForm| desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, form));
    let error = add(&on(short, "10:00", "12:00", false)).expect_err("meets the usual hours");
    assert_eq!(problems(&error), [("slots".into(), Code::Overlaps)]);
    let other = add(&on(short, "10:00", "12:00", true)).expect("instead of them");
    add(&on(long, "17:00", "18:00", false)).expect("beside them");
    let starts = |day: LocalDate| -> Vec<i64> {
        free(&desk, day, day).iter().map(|start| (start.0 - day.bounds(ZONE).0.0) / 60_000).collect()
    };
    assert_eq!(starts(short), [600, 630, 660, 690]);
    assert_eq!(starts(long), [540, 570, 600, 630, 1020, 1050]);
    assert_eq!(starts(day_after(&desk, 4)), [540, 570, 600, 630], "the day after is as always");
    let error = add(&on(short, "08:00", "09:00", true)).map(|_| ());
    assert!(error.is_ok(), "two rows that stand in on one day");
    desk.write(desk.staff.admin, |tx| scheduling::delete_template(tx, other.id)).expect("deletes");
    assert_eq!(starts(short), [480, 510]);
}

#[test]
fn a_change_of_hours_says_whom_it_strands_before_and_lists_them_after() {
    let desk = Desk::open();
    let made = desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let (tomorrow, later) = (day_after(&desk, 1), day_after(&desk, 8));
    let kept = book(&desk, at(tomorrow, 9 * 60), 30).expect("books");
    let visit = book(&desk, at(later, 10 * 60), 30).expect("books");
    // Outside of all hours on purpose: never stranded by hours.
    book(&desk, at(later, 20 * 60), 30).expect("books");
    assert_eq!(stranded(&desk), []);

    let commits = desk.count("SELECT count(*) FROM commits");
    let end = HoursChange::EndHours { template_id: made.id, valid_to: tomorrow.to_string() };
    let admin = neem_core::Actor::User(desk.staff.admin);
    let outlook = scheduling::rehearse_hours(&desk.db, admin, &end, desk.staff.site).expect("foretells");
    assert_eq!(outlook.stranded.iter().map(|visit| visit.booking.id).collect::<Vec<_>>(), [visit]);
    assert_eq!(outlook.days.len(), 14);
    assert_eq!(outlook.days[1].free.len(), 3, "tomorrow one of four is taken");
    assert!(outlook.days[2..].iter().all(|day| day.free.is_empty()));
    assert_eq!(desk.count("SELECT count(*) FROM commits"), commits, "nothing was written");
    assert_eq!(free(&desk, later, later).len(), 3);

    desk.write(desk.staff.admin, |tx| scheduling::end_template(tx, made.id, &tomorrow.to_string())).expect("ends");
    assert_eq!(stranded(&desk), [(visit, StrandedBy::OutsideHours, None)]);
    let still = desk.read(|conn| scheduling::appointment(conn, visit));
    assert_eq!((still.start, still.status), (at(later, 10 * 60), AppointmentStatus::Scheduled), "it is not touched");

    // Kept where it is, it leaves the list; taken back, it is on it again.
    desk.write(desk.staff.desk, |tx| scheduling::keep_stranded(tx, visit, true)).expect("keeps");
    assert_eq!(stranded(&desk), []);
    desk.write(desk.staff.desk, |tx| scheduling::keep_stranded(tx, visit, false)).expect("takes it back");
    assert_eq!(stranded(&desk).len(), 1);
    desk.write(desk.staff.desk, |tx| scheduling::keep_stranded(tx, visit, true)).expect("keeps");

    // A holiday that comes after that asks again.
    std::thread::sleep(std::time::Duration::from_millis(2));
    desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &holiday(&desk, later, ""))).expect("adds");
    assert_eq!(stranded(&desk)[0], (visit, StrandedBy::Closed, Some("Republic Day".into())));

    // With hours again, the next free times are at hand, and one of them takes it off the list.
    let mut again = form(&desk);
    again.valid_from = day_after(&desk, 2).to_string();
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &again)).expect("adds");
    let times = desk.read(|conn| scheduling::times_for(conn, visit, desk.now()));
    assert_eq!(times.first().map(|time| time.start), Some(at(later.plus_days(1), 9 * 60)));
    let to = scheduling::RescheduleForm {
        start: times[0].start,
        minutes: None,
        provider_id: Some(times[0].provider_id),
        clinic_id: Some(times[0].clinic_id),
        note: String::new(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::reschedule(tx, visit, &to)).expect("moves");
    let left: Vec<_> = stranded(&desk).into_iter().map(|(id, ..)| id).collect();
    assert!(!left.contains(&visit) && !left.contains(&kept), "{left:?}");
}

#[test]
fn a_doctor_who_sees_nobody_any_more_strands_all_of_theirs() {
    let desk = Desk::open();
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let visit = book(&desk, at(day_after(&desk, 1), 9 * 60), 30).expect("books");
    let leave = |tx: &neem_core::Tx| neem_core::providers::stop_working_at(tx, desk.staff.provider, desk.staff.site);
    desk.write(desk.staff.admin, leave).expect("leaves");
    assert_eq!(stranded(&desk), [(visit, StrandedBy::NotHere, None)]);
    let suspend = "UPDATE providers SET active = 0, updated_at = ?1 WHERE id = ?2";
    desk.write(desk.staff.admin, |tx| Ok(tx.execute(suspend, params![tx.now, desk.staff.provider])?)).expect("ends");
    assert_eq!(stranded(&desk), [(visit, StrandedBy::DoctorInactive, None)]);
}

#[test]
fn slots_laid_out_again_leave_what_is_booked_and_the_mark_tells_when() {
    let desk = Desk::open();
    let made = desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &form(&desk))).expect("adds");
    let tomorrow = day_after(&desk, 1);
    let visit = book(&desk, at(tomorrow, 10 * 60), 30).expect("books");
    let before = desk.read(|conn| scheduling::appointment(conn, visit));
    scheduling::materialise(&desk.db, tomorrow, tomorrow).expect("makes");
    let mark = desk.read(scheduling::hours_mark);
    assert_eq!(desk.read(scheduling::hours_mark), mark);
    let mut changed = form(&desk);
    changed.slot_duration_minutes = 20;
    changed.slots = (1..=7).map(|weekday| row(weekday, "10:00", "11:00")).collect();
    std::thread::sleep(std::time::Duration::from_millis(2));
    desk.write(desk.staff.admin, |tx| scheduling::edit_template(tx, made.id, &changed)).expect("edits");
    assert_ne!(desk.read(scheduling::hours_mark), mark);
    scheduling::materialise(&desk.db, tomorrow, tomorrow).expect("makes");
    let (from, to) = tomorrow.bounds(ZONE);
    let slots = desk.read(|conn| scheduling::slots(conn, desk.staff.provider, from, to));
    let states: Vec<_> = slots.iter().map(|slot| (slot.start, slot.status)).collect();
    use SlotStatus::{Available, Booked};
    assert_eq!(states, [(at(tomorrow, 600), Booked), (at(tomorrow, 620), Booked), (at(tomorrow, 640), Available)]);
    assert_eq!(desk.read(|conn| scheduling::appointment(conn, visit)), before);
    assert_eq!(stranded(&desk), [], "it is still inside of the hours");
}

#[test]
fn no_list_reads_through_all_appointments() {
    use neem_core::scheduling::statements;
    let desk = Desk::open();
    for (name, sql, index) in [
        ("a doctor's day", statements::DAY, "appointments_provider_start"),
        ("upcoming", statements::UPCOMING, "appointments_provider_start"),
        ("history", statements::HISTORY, "appointments_patient_start"),
        ("a patient's", statements::OF_PATIENT, "appointments_patient_start"),
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

#[test]
fn a_holiday_is_a_day_of_the_site_that_it_closes_whatever_the_zone_of_this_pc() {
    use neem_core::{providers, tenancy};
    let desk = Desk::open();
    let lisbon = tenancy::ClinicForm {
        name: "Lisbon".into(),
        address: "Rua do Neem 1".into(),
        latitude: None,
        longitude: None,
        telehealth: false,
        phone: "+351 21 555 0100".into(),
        email: String::new(),
        timezone: "Europe/Lisbon".into(),
        owner_provider_id: None,
    };
    let site = desk.write(desk.staff.admin, |tx| tenancy::add_clinic(tx, &lisbon)).expect("a second site");
    let zone = chrono_tz::Europe::Lisbon;
    desk.write(desk.staff.admin, |tx| providers::work_at(tx, desk.staff.provider, site.id, "")).expect("works there");
    // Until midnight: in India it is the next day already.
    let evenings = TemplateForm {
        clinic_id: site.id,
        slot_duration_minutes: 60,
        slots: (1..=7).map(|weekday| row(weekday, "20:00", "24:00")).collect(),
        ..form(&desk)
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &evenings)).expect("adds");
    let day = day_after(&desk, 3);
    let last = day.bounds(zone).1.plus_minutes(-60);
    assert_eq!(last.day(ZONE), day.plus_days(1));
    let new = NewAppointment {
        clinic: site.id,
        patient: desk.register("Sunita Deshpande"),
        provider: desk.staff.provider,
        service: None,
        start: last,
        end: day.bounds(zone).1,
        status: AppointmentStatus::Scheduled,
        channel: Channel::Phone,
        reason: String::new(),
    };
    let visit = desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new)).expect("books until midnight");
    let closed = TimeOffForm { clinic_id: Some(site.id), ..holiday(&desk, day, "") };
    let added = desk.write(desk.staff.admin, |tx| scheduling::add_time_off(tx, &closed)).expect("adds");
    assert_eq!((added.time_off.starts_at, added.time_off.ends_at), day.bounds(zone));
    assert_eq!(added.stranded.iter().map(|booking| booking.id).collect::<Vec<_>>(), [visit]);
    assert_eq!(stranded(&desk), [], "the other site's list knows nothing of it");
    let there = desk.read(|conn| scheduling::stranded(conn, Whose::Site(site.id), desk.now()));
    assert_eq!(there.iter().map(|visit| visit.by).collect::<Vec<_>>(), [StrandedBy::Closed]);
    let query = FreeSlotQuery::between(day.bounds(zone).0, day.plus_days(1).bounds(zone).1);
    let free = desk.read(|conn| scheduling::free_slots(conn, &query));
    assert!(free.iter().all(|slot| slot.start.day(zone) == day.plus_days(1)), "that day is closed, the next is not");
    assert_eq!(free.len(), 4);
}
