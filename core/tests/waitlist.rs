//! Who waits for a time, and gets one.

mod support;

use neem_core::Code;
use neem_core::ids::{Instant, LocalDate, PatientId};
use neem_core::page::PageRequest;
use neem_core::scheduling::{
    self, AppointmentStatus, BookingForm, Channel, Mode, OfferStanding, TemplateForm, TemplateRow, WaitlistBooking,
    WaitlistEntry, WaitlistForm, WaitlistOffer, WaitlistStatus,
};
use support::{DAY, Desk, MINUTE, ZONE};

fn tomorrow(desk: &Desk) -> LocalDate {
    desk.today().plus_days(1)
}

fn at(desk: &Desk, minutes: i64) -> Instant {
    tomorrow(desk).bounds(ZONE).0.plus_minutes(minutes)
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
        replaces: false,
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
        from_day: tomorrow(desk).to_string(),
        to_day: tomorrow(desk).to_string(),
        after_time: String::new(),
        before_time: String::new(),
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
    let afternoon = WaitlistForm { after_time: "12:00".into(), ..form(&desk, grace) };
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
    let open =
        desk.read(|conn| scheduling::waitlist(conn, desk.staff.site, true, PageRequest::FIRST, desk.now())).items;
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
    let backward = WaitlistForm {
        to_day: desk.today().to_string(),
        after_time: "14:00".into(),
        before_time: "noon".into(),
        ..form(&desk, patient)
    };
    let problems: Vec<_> =
        refused(&backward).problems().iter().map(|problem| (problem.field.clone(), problem.code)).collect();
    assert_eq!(problems, [("toDay".into(), Code::EndsBeforeStart), ("beforeTime".into(), Code::NotATime)]);
    let past = WaitlistForm { from_day: "1/1/2001".into(), to_day: "2/1/2001".into(), ..form(&desk, patient) };
    assert_eq!(refused(&past).code(), Code::OutOfRange);
    let never = WaitlistForm { to_day: String::new(), ..form(&desk, patient) };
    assert_eq!(refused(&never).code(), Code::Required);
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
    let soon = WaitlistForm { from_day: String::new(), to_day: desk.today().to_string(), ..form(&desk, noura) };
    let soon = add(&desk, &soon);
    let expire = || desk.write(desk.staff.desk, scheduling::expire_waitlist).expect("expires");
    assert_eq!(expire(), 0);
    desk.clock.ahead(DAY);
    assert_eq!((expire(), expire()), (1, 0));
    let gone = desk.read(|conn| scheduling::waitlist_entry(conn, soon.id, desk.now()));
    assert_eq!(gone.status, WaitlistStatus::Expired);
    desk.write(desk.staff.desk, |tx| scheduling::cancel_waiting(tx, kept.id)).expect("cancels");
    let list = |open| {
        desk.read(|conn| scheduling::waitlist(conn, desk.staff.site, open, PageRequest::FIRST, desk.now())).items.len()
    };
    assert_eq!((list(true), list(false)), (0, 2));
}

fn offers(desk: &Desk) -> Vec<WaitlistOffer> {
    desk.read(|conn| scheduling::waitlist_offers(conn, desk.staff.site, desk.now()))
}

#[test]
fn what_is_offered_to_one_is_offered_to_nobody_else_until_the_answer() {
    let desk = Desk::open();
    hours(&desk);
    let [sunita, noura] = ["Sunita Deshpande", "Noura Qasim"].map(|name| desk.register(name));
    let first = add(&desk, &form(&desk, sunita));
    let second = add(&desk, &form(&desk, noura));
    let times = |desk: &Desk| -> Vec<_> { offers(desk).iter().map(|o| (o.entry.id, o.slot.start)).collect() };
    let (nine, half_past) = (at(&desk, 540), at(&desk, 570));
    assert_eq!(times(&desk), [(first.id, nine), (second.id, nine)]);

    let offer = |tx: &neem_core::Tx| scheduling::offer_waiting(tx, first.id, nine);
    assert_eq!(desk.write(desk.staff.desk, offer).expect("offers").offer, OfferStanding::Open);
    assert_eq!(times(&desk), [(first.id, nine), (second.id, half_past)], "the next time for who comes next");
    let matching = |start: Instant| -> Vec<_> {
        let end = start.plus_minutes(30);
        let found = desk.read(|conn| scheduling::matches_for(conn, desk.staff.provider, start, end, desk.now()));
        found.iter().map(|entry| entry.id).collect()
    };
    assert_eq!(matching(half_past), [second.id], "not who thinks about another");

    // Declined: the other gets it, and who declined waits for another.
    let decline = |tx: &neem_core::Tx| scheduling::decline_offer(tx, first.id, nine);
    let declined = desk.write(desk.staff.desk, decline).expect("declines");
    assert_eq!((declined.offer, declined.declined.as_slice()), (OfferStanding::Declined, &[nine][..]));
    assert_eq!(times(&desk), [(first.id, half_past), (second.id, nine)]);
    assert_eq!((matching(nine), matching(half_past)), (vec![second.id], vec![first.id, second.id]));

    // An offer that nobody answers is everybody's again after two hours.
    let offer = |tx: &neem_core::Tx| scheduling::offer_waiting(tx, second.id, nine);
    desk.write(desk.staff.desk, offer).expect("offers");
    desk.clock.ahead(121 * MINUTE);
    let lapsed = desk.read(|conn| scheduling::waitlist_entry(conn, second.id, desk.now()));
    assert_eq!(lapsed.offer, OfferStanding::Lapsed);
    if at(&desk, 540) == nine {
        assert_eq!(times(&desk), [(first.id, half_past), (second.id, nine)]);
    }
}

#[test]
fn who_can_come_in_the_afternoon_is_not_offered_the_morning_and_may_still_take_it() {
    let desk = Desk::open();
    hours(&desk);
    let late = WaitlistForm {
        after_time: "9:30".into(),
        before_time: "12:00".into(),
        ..form(&desk, desk.register("Noura Qasim"))
    };
    let late = add(&desk, &late);
    assert_eq!((late.after_time.as_deref(), late.before_time.as_deref()), (Some("09:30"), Some("12:00")));
    assert_eq!(offers(&desk)[0].slot.start, at(&desk, 570));
    let nine = at(&desk, 540);
    let matching =
        desk.read(|conn| scheduling::matches_for(conn, desk.staff.provider, nine, nine.plus_minutes(30), desk.now()));
    assert_eq!(matching, []);
    let yes = WaitlistBooking { start: Some(nine), provider_id: None, channel: Channel::Phone };
    let booked = desk.write(desk.staff.desk, |tx| scheduling::book_waiting(tx, late.id, &yes)).expect("books");
    assert_eq!(booked.status, WaitlistStatus::Booked);
    assert_eq!(offers(&desk), []);
}

#[test]
fn a_cancelling_does_not_read_the_whole_waiting_list() {
    let desk = Desk::open();
    let plan = desk.plan(scheduling::statements::WAITING_FOR);
    assert!(plan.contains("SEARCH waitlist USING INDEX") && !plan.contains("SCAN waitlist"), "{plan}");
}
