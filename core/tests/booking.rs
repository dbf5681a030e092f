//! Booking a time, moving it, cancelling it, and what is written down of it.

mod support;

use neem_core::ids::{AppointmentId, ClinicId, Instant, LocalDate, PatientId, ProviderId, ServiceId};
use neem_core::page::PageRequest;
use neem_core::scheduling::{
    self, AppointmentDetails, AppointmentEdit, AppointmentEdited, AppointmentStatus, Booking, BookingForm, Channel,
    Mode, Move, NewWalkIn, RescheduleForm, TemplateForm, TemplateRow, allowed,
};
use neem_core::{Code, Error, Result, identity};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rusqlite::params;
use support::{Desk, ZONE, member};

fn tomorrow(desk: &Desk) -> LocalDate {
    LocalDate(desk.today().0 + chrono::Days::new(1))
}

fn at(desk: &Desk, minutes: i64) -> Instant {
    tomorrow(desk).bounds(ZONE).0.plus_minutes(minutes)
}

fn form(desk: &Desk, patient: PatientId, start: Instant) -> BookingForm {
    BookingForm {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        service_id: None,
        start,
        minutes: None,
        mode: None,
        channel: Channel::Phone,
        status: AppointmentStatus::Scheduled,
        reason: "Review".into(),
        notes: String::new(),
    }
}

fn book(desk: &Desk, form: &BookingForm) -> Result<Booking> {
    desk.write(desk.staff.desk, |tx| scheduling::book_appointment(tx, form))
}

fn hours(desk: &Desk, clinic: ClinicId, from: &str, to: &str, capacity: u32) {
    let rows =
        (1..=7).map(|weekday| TemplateRow { weekday, start_time: from.into(), end_time: to.into(), mode: Mode::Video });
    let typed = TemplateForm {
        provider_id: desk.staff.provider,
        clinic_id: clinic,
        slot_duration_minutes: 20,
        buffer_minutes: 0,
        capacity,
        valid_from: desk.today().to_string(),
        valid_to: String::new(),
        recurrence: String::new(),
        replaces: false,
        slots: rows.collect(),
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &typed)).expect("adds hours");
}

fn service(desk: &Desk, assigned: &[ProviderId]) -> ServiceId {
    desk.write(desk.staff.admin, |tx| {
        let id = ServiceId(tx.new_id());
        tx.execute(
            "INSERT INTO services (id, tenant_id, name, category, duration_min, price_minor, currency, created_at, updated_at)
             VALUES (?1, ?2, 'Dressing', 'care', 45, 100, 'INR', ?3, ?3)",
            params![id, tx.device.tenant, tx.now],
        )?;
        for provider in assigned {
            tx.execute(
                "INSERT INTO service_providers (id, tenant_id, service_id, provider_id, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![tx.new_id(), tx.device.tenant, id, provider, tx.now],
            )?;
        }
        Ok(id)
    })
    .expect("adds a service")
}

fn second_site(desk: &Desk, works_there: bool) -> ClinicId {
    desk.write(desk.staff.admin, |tx| {
        let id = ClinicId(tx.new_id());
        tx.execute(
            "INSERT INTO clinics (id, tenant_id, name, address, phone, timezone, created_at, updated_at)
             VALUES (?1, ?2, 'Baner', '7 Palash Road', '+915550120500', 'Asia/Kolkata', ?3, ?3)",
            params![id, tx.device.tenant, tx.now],
        )?;
        if works_there {
            tx.execute(
                "INSERT INTO provider_clinics (id, tenant_id, provider_id, clinic_id, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
                params![tx.new_id(), tx.device.tenant, desk.staff.provider, id, tx.now],
            )?;
        }
        Ok(id)
    })
    .expect("a site")
}

fn told(error: &Error) -> (Code, Option<&str>) {
    (error.code(), error.detail())
}

fn another_doctor(desk: &Desk) -> ProviderId {
    let menon = member("Dr Arjun Menon", identity::Role::Provider);
    let added = desk.write(desk.staff.admin, |tx| identity::add_staff(tx, &menon, desk.staff.site)).expect("adds");
    added.provider_id.expect("a provider")
}

#[test]
fn a_booking_knows_its_slot_its_zone_and_its_mode() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "11:00", 1);
    let booked = book(&desk, &form(&desk, desk.register("Sunita Deshpande"), at(&desk, 560))).expect("books");
    assert_eq!((booked.start, booked.end), (at(&desk, 560), at(&desk, 580)), "as long as the slot");
    assert_eq!(
        (booked.mode, booked.capacity, booked.timezone.as_deref()),
        (Some(Mode::Video), 1, Some("Asia/Kolkata"))
    );
    let query = scheduling::FreeSlotQuery::between(at(&desk, 0), at(&desk, 1440));
    assert!(
        desk.read(|conn| scheduling::free_slots(conn, &query)).iter().all(|slot| Some(slot.slot_id) != booked.slot_id)
    );
    assert!(booked.slot_id.is_some());
    // Squeezed in after hours: the desk may.
    let late = book(&desk, &form(&desk, desk.register("Noura Qasim"), at(&desk, 700))).expect("books");
    assert_eq!((late.slot_id, late.mode, late.end), (None, None, at(&desk, 715)));
    let timeline = desk.read(|conn| scheduling::timeline(conn, booked.id));
    assert_eq!(timeline.len(), 1);
    assert_eq!((timeline[0].from, timeline[0].to), (None, AppointmentStatus::Scheduled));
    assert_eq!(timeline[0].user_name.as_deref(), Some("Meera Kulkarni"));
}

#[test]
fn who_cannot_be_booked_and_why() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let other = another_doctor(&desk);
    let refused = |form: &BookingForm| book(&desk, form).expect_err("refuses").code();
    let plain = form(&desk, patient, at(&desk, 600));
    let elsewhere = second_site(&desk, false);
    assert_eq!(refused(&BookingForm { clinic_id: elsewhere, ..plain.clone() }), Code::DoesNotWorkHere);
    let only_arjun = service(&desk, &[other]);
    assert_eq!(refused(&BookingForm { service_id: Some(only_arjun), ..plain.clone() }), Code::CannotPerform);
    book(&desk, &BookingForm { service_id: Some(only_arjun), provider_id: other, ..plain.clone() }).expect("Arjun can");
    let anybody = service(&desk, &[]);
    let booked = book(&desk, &BookingForm { service_id: Some(anybody), ..plain.clone() }).expect("anybody can");
    assert_eq!(booked.end, at(&desk, 645), "as long as the service");
    assert_eq!(refused(&BookingForm { patient_id: PatientId(desk.staff.site.0), ..plain.clone() }), Code::NotFound);
    let suspend = "UPDATE providers SET approval = 'suspended', updated_at = ?1 WHERE id = ?2";
    desk.write(desk.staff.admin, |tx| Ok(tx.execute(suspend, params![tx.now, desk.staff.provider])?))
        .expect("suspends");
    assert_eq!(refused(&BookingForm { start: at(&desk, 800), ..plain }), Code::NotApproved);
}

#[test]
fn the_form_lists_its_problems() {
    let desk = Desk::open();
    let wrong = BookingForm {
        start: desk.now().plus_minutes(-3 * 24 * 60),
        minutes: Some(600),
        channel: Channel::WalkIn,
        status: AppointmentStatus::Completed,
        ..form(&desk, desk.register("Sunita Deshpande"), desk.now())
    };
    let error = book(&desk, &wrong).expect_err("problems");
    let fields: Vec<&str> = error.problems().iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["end", "start", "channel", "status"]);
}

#[test]
fn the_time_is_taken_and_by_whom() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "10:00", 2);
    let [sunita, noura, vikram] = ["Sunita Deshpande", "Noura Qasim", "Vikram Bapat"].map(|name| desk.register(name));
    let first = book(&desk, &form(&desk, sunita, at(&desk, 600))).expect("books");
    let error = book(&desk, &form(&desk, noura, at(&desk, 610))).expect_err("taken");
    assert_eq!(told(&error), (Code::SlotTaken, Some("Sunita Deshpande")));
    book(&desk, &form(&desk, noura, at(&desk, 615))).expect("right behind");
    // A group of two, and nobody besides.
    book(&desk, &form(&desk, sunita, at(&desk, 540))).expect("one");
    book(&desk, &form(&desk, noura, at(&desk, 540))).expect("two");
    let error = book(&desk, &form(&desk, vikram, at(&desk, 550))).expect_err("the group is full");
    assert_eq!(error.code(), Code::SlotTaken);
    book(&desk, &form(&desk, vikram, at(&desk, 560))).expect("the next group");
    // A cancelled visit holds nothing; taking the cancelling back finds the time given away.
    desk.write(desk.staff.desk, |tx| scheduling::cancel_appointment(tx, first.id, "Has a cold")).expect("cancels");
    book(&desk, &BookingForm { minutes: Some(10), ..form(&desk, vikram, at(&desk, 600)) }).expect("is free");
    let error = desk
        .write(desk.staff.desk, |tx| scheduling::move_appointment(tx, first.id, Move::Undo, ""))
        .expect_err("taken");
    assert_eq!(told(&error), (Code::SlotTaken, Some("Vikram Bapat")));
}

#[test]
fn nobody_is_at_two_sites_at_once() {
    let desk = Desk::open();
    let baner = second_site(&desk, true);
    hours(&desk, baner, "14:00", "16:00", 1);
    let patient = desk.register("Sunita Deshpande");
    let error = book(&desk, &form(&desk, patient, at(&desk, 14 * 60 + 30))).expect_err("is at Baner");
    assert_eq!(told(&error), (Code::NotAvailable, Some("Baner")));
    book(&desk, &BookingForm { clinic_id: baner, ..form(&desk, patient, at(&desk, 14 * 60 + 30)) }).expect("there");
    book(&desk, &form(&desk, patient, at(&desk, 16 * 60))).expect("after it");
}

#[test]
fn moving_a_visit_does_not_meet_itself() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "10:00", 1);
    let [sunita, noura] = ["Sunita Deshpande", "Noura Qasim"].map(|name| desk.register(name));
    let booked = book(&desk, &form(&desk, sunita, at(&desk, 560))).expect("books");
    book(&desk, &form(&desk, noura, at(&desk, 600))).expect("books");
    let typed =
        |start| RescheduleForm { start, minutes: None, provider_id: None, clinic_id: None, note: "She asked".into() };
    let to = |start| desk.write(desk.staff.desk, |tx| scheduling::reschedule(tx, booked.id, &typed(start)));
    let moved = to(at(&desk, 570)).expect("over its own time");
    assert_eq!((moved.start, moved.end, moved.status), (at(&desk, 570), at(&desk, 590), AppointmentStatus::Scheduled));
    assert_eq!(told(&to(at(&desk, 590)).expect_err("taken")), (Code::SlotTaken, Some("Noura Qasim")));
    let outside = to(at(&desk, 660)).expect("after hours");
    assert_eq!(outside.slot_id, None);
    let timeline = desk.read(|conn| scheduling::timeline(conn, booked.id));
    assert_eq!(timeline.len(), 3);
    let day = tomorrow(&desk);
    assert_eq!(timeline[1].note.as_deref(), Some(&*format!("{day} 09:20 → {day} 09:30: She asked")));
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, booked.id, Move::Cancel, "")).expect("cancels");
    assert_eq!(to(at(&desk, 700)).expect_err("is cancelled").code(), Code::IllegalTransition);
}

#[test]
fn cancelling_needs_a_reason_and_keeps_it() {
    let desk = Desk::open();
    let booked = book(&desk, &form(&desk, desk.register("Sunita Deshpande"), at(&desk, 600))).expect("books");
    let cancel = |reason| desk.write(desk.staff.desk, |tx| scheduling::cancel_appointment(tx, booked.id, reason));
    let error = cancel("  ").expect_err("no reason");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("reason", Code::Required));
    assert_eq!(cancel("Travelling").expect("cancels").booking.status, AppointmentStatus::Cancelled);
    let last = desk.read(|conn| scheduling::timeline(conn, booked.id)).pop().expect("an event");
    assert_eq!((last.note.as_deref(), last.to), (Some("Travelling"), AppointmentStatus::Cancelled));
    assert_eq!(told(&cancel("Again").expect_err("is cancelled")), (Code::IllegalTransition, Some("cancelled")));
}

#[test]
fn the_lists_of_a_day_a_doctor_and_a_patient() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "10:00", 1);
    let [sunita, noura] = ["Sunita Deshpande", "Noura Qasim"].map(|name| desk.register(name));
    let early = book(&desk, &form(&desk, sunita, at(&desk, 540))).expect("books");
    let confirmed = BookingForm { status: AppointmentStatus::Confirmed, ..form(&desk, noura, at(&desk, 560)) };
    let later = book(&desk, &confirmed).expect("books");
    // The last minute of the day, and the first of the next: another day.
    let last = book(&desk, &BookingForm { minutes: Some(5), ..form(&desk, sunita, at(&desk, 1439)) }).expect("books");
    let next = book(&desk, &form(&desk, noura, at(&desk, 1445))).expect("books");
    let ids = |bookings: Vec<Booking>| bookings.into_iter().map(|booking| booking.id).collect::<Vec<_>>();
    let day = tomorrow(&desk);
    let of_day = |statuses: &[AppointmentStatus]| {
        ids(desk.read(|conn| scheduling::bookings_of_day(conn, desk.staff.site, day, statuses)))
    };
    assert_eq!(of_day(&[]), [early.id, later.id, last.id]);
    assert_eq!(of_day(&[AppointmentStatus::Confirmed, AppointmentStatus::Requested]), [later.id]);
    let view = desk.read(|conn| scheduling::day_view(conn, desk.staff.provider, day, ZONE));
    assert_eq!(ids(view.bookings), [early.id, later.id, last.id]);
    assert_eq!(
        view.hours.iter().map(|hours| (hours.start, hours.end)).collect::<Vec<_>>(),
        [(at(&desk, 540), at(&desk, 600))]
    );
    let page = PageRequest { offset: 1, limit: 2 };
    let upcoming = desk.read(|conn| scheduling::upcoming_of_provider(conn, desk.staff.provider, desk.now(), page));
    assert_eq!((ids(upcoming.items), upcoming.more), (vec![later.id, last.id], true));
    let scheduled = AppointmentStatus::Scheduled;
    let by_status = desk.read(|conn| scheduling::bookings_by_status(conn, scheduled, PageRequest::FIRST));
    assert_eq!(ids(by_status.items), [early.id, last.id, next.id]);
    // Sunita's second record is merged into her first; her history is one.
    let second = desk.register("Sunita Deshpande");
    let record = if second.0 > sunita.0 { (sunita, second) } else { (second, sunita) };
    desk.write(desk.staff.desk, |tx| {
        let end = "UPDATE appointments SET status = 'completed', patient_id = ?1, updated_at = ?2 WHERE id = ?3";
        tx.execute(end, params![sunita, tx.now, early.id])?;
        tx.execute(end, params![second, tx.now, last.id])?;
        Ok(tx.execute("UPDATE patients SET merged_into_id = ?1 WHERE id = ?2", params![record.0, record.1])?)
    })
    .expect("merges");
    let history = desk.read(|conn| scheduling::visit_history(conn, record.0, PageRequest::FIRST));
    assert_eq!(ids(history.items), [last.id, early.id], "the newest first");
    // What is still to come is on the patient's page as well.
    let to_come = book(&desk, &form(&desk, sunita, at(&desk, 3 * 1440 + 540))).expect("books").id;
    let all = desk.read(|conn| scheduling::bookings_of_patient(conn, record.0, PageRequest::FIRST));
    assert_eq!(ids(all.items), [to_come, last.id, early.id]);
}

#[test]
fn who_can_do_it_now() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "10:00", 1);
    let who = |service, minutes| {
        let found = desk.read(|conn| scheduling::available_staff(conn, service, at(&desk, minutes)));
        found.into_iter().map(|staff| staff.provider_id).collect::<Vec<_>>()
    };
    let dressing = service(&desk, &[desk.staff.provider]);
    assert_eq!(who(None, 545), [desk.staff.provider]);
    assert_eq!(who(Some(dressing), 545), [desk.staff.provider]);
    assert_eq!(who(Some(dressing), 560), [], "45 minutes no longer fit");
    assert_eq!(who(None, 500), [], "not at work yet");
    book(&desk, &form(&desk, desk.register("Sunita Deshpande"), at(&desk, 550))).expect("books");
    assert_eq!(who(None, 545), [], "booked before a usual visit would end");
}

#[test]
fn no_sequence_of_moves_leaves_the_table() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    const MOVES: [Move; 7] =
        [Move::Accept, Move::Confirm, Move::CheckIn, Move::Call, Move::NoShow, Move::Cancel, Move::Undo];
    let mut runner = TestRunner::new(Config { cases: 48, ..Config::default() });
    let steps = proptest::collection::vec(0..9usize, 1..14);
    let next = std::cell::Cell::new(0);
    let outcome = runner.run(&steps, |steps| {
        next.set(next.get() + 20);
        let requested =
            BookingForm { status: AppointmentStatus::Requested, ..form(&desk, patient, at(&desk, next.get())) };
        let id = book(&desk, &requested).expect("books").id;
        let status = || desk.read(|conn| scheduling::appointment(conn, id)).status;
        for step in steps {
            let before = status();
            let done: Result<()> = desk.write(desk.staff.desk, |tx| match step {
                7 => scheduling::start(tx, id),
                8 => scheduling::complete(tx, id),
                by => scheduling::move_appointment(tx, id, MOVES[by], "").map(drop),
            });
            let (after, undone) = (status(), step == 6);
            prop_assert!(done.is_ok() || after == before, "a refusal changes nothing");
            prop_assert!(after == before || undone || allowed(before, after), "{before:?} to {after:?}");
            prop_assert!(before != AppointmentStatus::Completed || after == before, "an end is left");
            let ended = matches!(before, AppointmentStatus::Cancelled | AppointmentStatus::NoShow);
            prop_assert!(!ended || undone || after == before, "an end is left");
            check_replay(&desk, id, after)?;
        }
        Ok(())
    });
    outcome.expect("holds");
}

/// The events of an appointment, one after the other, lead to where it is.
fn check_replay(desk: &Desk, id: AppointmentId, now_at: AppointmentStatus) -> Result<(), TestCaseError> {
    let mut replayed = None;
    for event in desk.read(|conn| scheduling::timeline(conn, id)) {
        prop_assert_eq!(event.from, replayed, "each begins where the one before ended");
        replayed = Some(event.to);
    }
    prop_assert_eq!(replayed, Some(now_at));
    Ok(())
}

/// A visit as its form shows it, to be changed and sent.
fn edit_of(booking: &Booking) -> AppointmentEdit {
    let seen = AppointmentDetails {
        service_id: booking.service_id,
        minutes: Some(((booking.end.0 - booking.start.0) / 60_000) as u32),
        reason: booking.reason.clone().unwrap_or_default(),
        notes: booking.notes.clone().unwrap_or_default(),
    };
    AppointmentEdit { appointment_id: booking.id, form: seen.clone(), seen }
}

fn edit(desk: &Desk, change: &AppointmentEdit) -> Result<AppointmentEdited> {
    desk.write(desk.staff.desk, |tx| scheduling::edit_appointment(tx, change))
}

#[test]
fn what_a_visit_is_for_is_corrected_and_taken_back() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "11:00", 1);
    let booked = book(&desk, &form(&desk, desk.register("Sunita Deshpande"), at(&desk, 540))).expect("books");
    let dressing = service(&desk, &[]);

    // Another service takes as long as it takes, in the same transaction that finds the time free.
    let mut change = edit_of(&booked);
    change.form = AppointmentDetails {
        service_id: Some(dressing),
        minutes: None,
        reason: "  Wound   on the heel ".into(),
        notes: "Comes with her son\nBring the old dressing".into(),
    };
    let edited = edit(&desk, &change).expect("edits");
    assert_eq!((edited.booking.start, edited.booking.end), (at(&desk, 540), at(&desk, 585)));
    assert_eq!(edited.booking.service_name.as_deref(), Some("Dressing"));
    assert_eq!(edited.booking.reason.as_deref(), Some("Wound on the heel"));
    assert_eq!(edited.booking.notes.as_deref(), Some("Comes with her son\nBring the old dressing"));
    assert_eq!((edited.booking.slot_id, edited.booking.mode), (booked.slot_id, booked.mode));
    let last = |desk: &Desk| desk.read(|conn| scheduling::timeline(conn, booked.id)).pop().expect("an event");
    let event = last(&desk);
    assert_eq!(event.note.as_deref(), Some("– → Dressing; 20 → 45 min; reason changed; note changed"));
    assert_eq!((event.from, event.to), (Some(AppointmentStatus::Scheduled), AppointmentStatus::Scheduled));
    assert_eq!(event.user_name.as_deref(), Some("Meera Kulkarni"));

    // What was typed is not in the timeline, which an erasure cannot blank.
    let kept = desk.count("SELECT count(*) FROM appointment_events WHERE note LIKE '%heel%' OR note LIKE '%her son%'");
    assert_eq!(kept, 0);

    // Nothing changed is nothing written; an old form does not overwrite what somebody else typed.
    let events = desk.count("SELECT count(*) FROM appointment_events");
    edit(&desk, &edit_of(&edited.booking)).expect("nothing to do");
    assert_eq!(desk.count("SELECT count(*) FROM appointment_events"), events);
    let mut late = edit_of(&booked);
    late.form.reason = "Review of the heel".into();
    assert_eq!(edit(&desk, &late).expect_err("refuses").code(), Code::ChangedMeanwhile);

    // Back again by the same verb.
    let back = AppointmentEdit { appointment_id: booked.id, seen: edited.after, form: edited.before };
    let undone = edit(&desk, &back).expect("takes it back").booking;
    assert_eq!((undone.service_id, undone.end, undone.reason, undone.notes), (None, booked.end, booked.reason, None));
    assert_eq!(last(&desk).note.as_deref(), Some("Dressing → –; 45 → 20 min; reason changed; note changed"));
}

#[test]
fn a_correction_that_needs_a_time_is_refused_like_a_booking() {
    let desk = Desk::open();
    hours(&desk, desk.staff.site, "09:00", "11:00", 1);
    let other = another_doctor(&desk);
    let (for_all, for_another) = (service(&desk, &[]), service(&desk, &[other]));
    let first = book(&desk, &form(&desk, desk.register("Sunita Deshpande"), at(&desk, 540))).expect("books");
    let next = book(&desk, &form(&desk, desk.register("Noura Qasim"), at(&desk, 560))).expect("books");

    let mut change = edit_of(&first);
    change.form.service_id = Some(for_another);
    assert_eq!(told(&edit(&desk, &change).expect_err("refuses")).0, Code::CannotPerform);
    // 45 minutes reach into the next visit, and whose it is stands in the refusal.
    change.form = AppointmentDetails { service_id: Some(for_all), minutes: None, ..change.seen.clone() };
    change.form.reason = "Not written either".into();
    assert_eq!(told(&edit(&desk, &change).expect_err("refuses")), (Code::SlotTaken, Some("Noura Qasim")));
    let stands = desk.read(|conn| scheduling::appointment(conn, first.id));
    assert_eq!((stands.service_id, stands.end, stands.reason), (None, first.end, first.reason.clone()));
    // The service alone, in the time that there is.
    change.form.minutes = Some(20);
    assert_eq!(edit(&desk, &change).expect("fits").booking.end, first.end);
    for minutes in [0, 4, 481] {
        let mut wrong = edit_of(&next);
        wrong.form.minutes = Some(minutes);
        let error = edit(&desk, &wrong).expect_err("refuses");
        assert_eq!((error.problems()[0].field.as_str(), error.problems()[0].code), ("minutes", Code::OutOfRange));
    }

    // The words alone are corrected wherever the visit stands, even while the doctor is away, until it begins.
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, next.id, Move::CheckIn, "")).expect("arrives");
    let mut words = edit_of(&next);
    words.form.reason = "Fever since Monday".into();
    let arrived = edit(&desk, &words).expect("edits").booking;
    assert_eq!((arrived.status, arrived.reason.as_deref()), (AppointmentStatus::Arrived, Some("Fever since Monday")));
    desk.write(desk.staff.doctor, |tx| scheduling::start(tx, next.id)).expect("begins");
    let mut late = edit_of(&arrived);
    late.form.reason = "Cough".into();
    assert_eq!(edit(&desk, &late).expect_err("refuses").code(), Code::IllegalTransition);

    // A walk-in has a place in the queue instead of a time.
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: desk.register("Kavya Nair"),
        provider_id: desk.staff.provider,
        reason: String::new(),
    };
    let waits = desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("issues");
    let waits = desk.read(|conn| scheduling::appointment(conn, waits.appointment_id));
    let mut change = edit_of(&waits);
    change.form.service_id = Some(for_another);
    assert_eq!(edit(&desk, &change).expect_err("refuses").code(), Code::CannotPerform);
    change.form.service_id = Some(for_all);
    let edited = edit(&desk, &change).expect("edits").booking;
    assert_eq!((edited.service_id, edited.end), (Some(for_all), waits.end));
}
