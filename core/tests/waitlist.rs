//! Who waits for a time, and gets one.

mod support;

use neem_core::Code;
use neem_core::ids::{Instant, LocalDate, PatientId};
use neem_core::page::PageRequest;
use neem_core::scheduling::{
    self, AppointmentStatus, BookingForm, Channel, Mode, TemplateForm, TemplateRow, WaitlistBooking, WaitlistEntry,
    WaitlistForm, WaitlistStatus,
};
use support::{Desk, MINUTE, ZONE};

fn at(desk: &Desk, minutes: i64) -> Instant {
    LocalDate(desk.today().0 + chrono::Days::new(1)).bounds(ZONE).0.plus_minutes(minutes)
}

fn hours(desk: &Desk) {
    let rows = (1..=7).map(|weekday| TemplateRow {
        weekday,
        start_time: "09:00".into(),
        end_time: "10:00".into(),
        mode: Mode::InPerson,
    });
    let typed = TemplateForm {
        provider_id: desk.staff.provider,
        clinic_id: desk.staff.site,
        slot_duration_minutes: 30,
        buffer_minutes: 0,
        capacity: 1,
        valid_from: desk.today().to_string(),
        valid_to: String::new(),
        recurrence: String::new(),
        slots: rows.collect(),
    };
    desk.write(desk.staff.admin, |tx| scheduling::add_template(tx, &typed)).expect("adds hours");
}

fn form(desk: &Desk, patient: PatientId) -> WaitlistForm {
    WaitlistForm {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: Some(desk.staff.provider),
        service_id: None,
        desired_from: at(desk, 0),
        desired_to: at(desk, 1440),
        note: "Mornings".into(),
    }
}

fn add(desk: &Desk, form: &WaitlistForm) -> WaitlistEntry {
    // Who waits longer is told by the clock, which must tick between two.
    std::thread::sleep(std::time::Duration::from_millis(2));
    desk.write(desk.staff.desk, |tx| scheduling::add_to_waitlist(tx, form)).expect("adds")
}

fn book(desk: &Desk, patient: PatientId, start: Instant) -> scheduling::Booking {
    let form = BookingForm {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        service_id: None,
        start,
        minutes: None,
        mode: None,
        channel: Channel::Desk,
        status: AppointmentStatus::Confirmed,
        reason: String::new(),
        notes: String::new(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book_appointment(tx, &form)).expect("books")
}

#[test]
fn a_cancelled_visit_goes_to_who_waited_longest() {
    let desk = Desk::open();
    hours(&desk);
    let [sunita, noura, vikram, grace] =
        ["Sunita Deshpande", "Noura Qasim", "Vikram Bapat", "Grace Okafor"].map(|name| desk.register(name));
    let visit = book(&desk, sunita, at(&desk, 540));
    book(&desk, grace, at(&desk, 570));
    let first = add(&desk, &form(&desk, noura));
    let anybody = add(&desk, &WaitlistForm { provider_id: None, ..form(&desk, vikram) });
    let afternoon = WaitlistForm { desired_from: at(&desk, 720), ..form(&desk, grace) };
    let afternoon = add(&desk, &afternoon);
    let cancel = |tx: &neem_core::Tx| scheduling::cancel_appointment(tx, visit.id, "Ill");
    let cancelled = desk.write(desk.staff.desk, cancel).expect("cancels");
    let ids: Vec<_> = cancelled.waiting.iter().map(|entry| entry.id).collect();
    assert_eq!(ids, [first.id, anybody.id], "not who wants the afternoon");
    let offers = desk.read(|conn| scheduling::waitlist_offers(conn, desk.staff.site, desk.now()));
    let offered: Vec<_> = offers.iter().map(|offer| (offer.entry.id, offer.slot.start)).collect();
    assert_eq!(offered, [(first.id, at(&desk, 540)), (anybody.id, at(&desk, 540))]);

    let offer = |tx: &neem_core::Tx| scheduling::offer_waiting(tx, first.id, at(&desk, 540));
    let entry = desk.write(desk.staff.desk, offer).expect("offers");
    assert_eq!((entry.status, entry.offered_start), (WaitlistStatus::Offered, Some(at(&desk, 540))));
    let yes = WaitlistBooking { start: None, provider_id: None, channel: Channel::Phone };
    let booked = desk.write(desk.staff.desk, |tx| scheduling::book_waiting(tx, first.id, &yes)).expect("books");
    assert_eq!(booked.status, WaitlistStatus::Booked);
    let visit = desk.read(|conn| scheduling::appointment(conn, booked.appointment_id.expect("an appointment")));
    assert_eq!((visit.patient_id, visit.start, visit.end), (noura, at(&desk, 540), at(&desk, 570)));
    // The next in line comes too late, and stays on the list.
    let same = WaitlistBooking { start: Some(at(&desk, 540)), ..yes };
    let error = desk.write(desk.staff.desk, |tx| scheduling::book_waiting(tx, anybody.id, &same)).expect_err("taken");
    assert_eq!(error.code(), Code::NotAvailable);
    let open = desk.read(|conn| scheduling::waitlist(conn, desk.staff.site, true, PageRequest::FIRST)).items;
    assert_eq!(open.iter().map(|entry| entry.id).collect::<Vec<_>>(), [anybody.id, afternoon.id]);
    assert!(open.iter().all(|entry| entry.status == WaitlistStatus::Waiting));
    let error = desk.write(desk.staff.desk, |tx| scheduling::cancel_waiting(tx, first.id)).expect_err("is booked");
    assert_eq!((error.code(), error.detail()), (Code::IllegalTransition, Some("booked")));
}

#[test]
fn what_the_form_refuses() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let refused = |form: &WaitlistForm| {
        desk.write(desk.staff.desk, |tx| scheduling::add_to_waitlist(tx, form)).expect_err("refuses")
    };
    let backward = WaitlistForm { desired_to: at(&desk, -10), ..form(&desk, patient) };
    assert_eq!(
        (refused(&backward).problems()[0].field.as_str(), refused(&backward).code()),
        ("desiredTo", Code::EndsBeforeStart)
    );
    let past = WaitlistForm { desired_from: Instant(0), desired_to: Instant(1), ..form(&desk, patient) };
    assert_eq!(refused(&past).code(), Code::OutOfRange);
    assert_eq!(
        refused(&WaitlistForm { patient_id: PatientId(desk.staff.site.0), ..form(&desk, patient) }).code(),
        Code::NotFound
    );
    let outside = add(&desk, &form(&desk, patient));
    let offer = |tx: &neem_core::Tx| scheduling::offer_waiting(tx, outside.id, at(&desk, 3000));
    let error = desk.write(desk.staff.desk, offer).expect_err("outside the wish");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("start", Code::OutOfRange));
}

#[test]
fn what_has_passed_expires_and_what_is_cancelled_leaves() {
    let desk = Desk::open();
    let [sunita, noura] = ["Sunita Deshpande", "Noura Qasim"].map(|name| desk.register(name));
    let kept = add(&desk, &form(&desk, sunita));
    let soon = WaitlistForm { desired_from: desk.now(), desired_to: desk.now().plus_minutes(5), ..form(&desk, noura) };
    let soon = add(&desk, &soon);
    let expire = || desk.write(desk.staff.desk, scheduling::expire_waitlist).expect("expires");
    assert_eq!(expire(), 0);
    desk.clock.ahead(6 * MINUTE);
    assert_eq!((expire(), expire()), (1, 0));
    let gone = desk.read(|conn| scheduling::waitlist_entry(conn, soon.id));
    assert_eq!(gone.status, WaitlistStatus::Expired);
    desk.write(desk.staff.desk, |tx| scheduling::cancel_waiting(tx, kept.id)).expect("cancels");
    let list =
        |open| desk.read(|conn| scheduling::waitlist(conn, desk.staff.site, open, PageRequest::FIRST)).items.len();
    assert_eq!((list(true), list(false)), (0, 2));
}

#[test]
fn a_cancelling_does_not_read_the_whole_waiting_list() {
    let desk = Desk::open();
    let plan = desk.plan(scheduling::statements::WAITING_FOR);
    assert!(plan.contains("SEARCH waitlist USING INDEX") && !plan.contains("SCAN waitlist"), "{plan}");
}
