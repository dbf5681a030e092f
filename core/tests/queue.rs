//! Whose turn it is.

mod support;

use neem_core::ids::{PatientId, ProviderId};
use neem_core::page::PageRequest;
use neem_core::scheduling::{
    self, Move, NewWalkIn, PaceBasis, Priority, Queue, QueueTicket, TicketStatus, Turned, WalkInForm,
};
use neem_core::{Code, consultations, identity};
use support::{Desk, MINUTE, member};

fn walk_in(desk: &Desk, name: &str) -> QueueTicket {
    walk_in_of(desk, desk.register(name), desk.staff.provider)
}

fn walk_in_of(desk: &Desk, patient_id: PatientId, provider_id: ProviderId) -> QueueTicket {
    let walk_in = NewWalkIn { clinic_id: desk.staff.site, patient_id, provider_id, reason: String::new() };
    std::thread::sleep(std::time::Duration::from_millis(2));
    desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("books")
}

fn queue(desk: &Desk, provider: Option<ProviderId>) -> Queue {
    desk.read(|conn| scheduling::queue(conn, desk.staff.site, desk.today(), provider, desk.now()))
}

fn numbers(queue: &Queue) -> Vec<String> {
    queue.rows.iter().map(|row| row.number.clone()).collect()
}

fn arjun(desk: &Desk) -> ProviderId {
    let add = |tx: &neem_core::Tx| {
        identity::add_staff(tx, &member("Dr Arjun Menon", identity::Role::Provider), desk.staff.site)
    };
    desk.write(desk.staff.admin, add).expect("adds").provider_id.expect("a provider")
}

#[test]
fn priority_first_then_the_numbers_and_who_is_not_there_goes_behind() {
    let desk = Desk::open();
    let tickets = ["Sunita Deshpande", "Noura Qasim", "Vikram Bapat", "Grace Okafor"].map(|name| walk_in(&desk, name));
    assert_eq!(numbers(&queue(&desk, None)), ["A-001", "A-002", "A-003", "A-004"]);
    let first = |priority, reason: &'static str| {
        let id = tickets[2].id;
        desk.write(desk.staff.desk, move |tx| scheduling::prioritise(tx, id, priority, reason))
    };
    let error = first(Some(Priority::Urgent), " ").expect_err("no reason");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("reason", Code::Required));
    first(Some(Priority::Urgent), "Chest pain").expect("goes first");
    assert_eq!(numbers(&queue(&desk, None)), ["A-003", "A-001", "A-002", "A-004"]);
    desk.write(desk.staff.desk, |tx| scheduling::skip(tx, tickets[0].id)).expect("skips");
    let now = queue(&desk, None);
    assert_eq!(numbers(&now), ["A-003", "A-002", "A-004", "A-001"]);
    assert_eq!((now.counts.waiting, now.counts.skipped), (4, 1));
    assert_eq!(now.rows[0].priority_reason.as_deref(), Some("Chest pain"));
    desk.write(desk.staff.desk, |tx| scheduling::recall(tx, tickets[0].id)).expect("recalls");
    let now = queue(&desk, None);
    assert_eq!(numbers(&now), ["A-001", "A-003", "A-002", "A-004"]);
    assert_eq!((now.rows[0].status, now.counts.called, now.counts.skipped), (TicketStatus::Called, 1, 0));
    first(None, "").expect("in turn again");
    assert_eq!(numbers(&queue(&desk, None)), ["A-001", "A-002", "A-003", "A-004"]);
    // What happened is in the timeline.
    let notes: Vec<_> =
        desk.read(|conn| scheduling::timeline(conn, tickets[2].appointment_id)).into_iter().map(|e| e.note).collect();
    assert_eq!(notes, [None, Some("urgent: Chest pain".into()), Some("no priority".into())]);
    // Who has left has no turn.
    let leave = |tx: &neem_core::Tx| scheduling::move_appointment(tx, tickets[1].appointment_id, Move::Cancel, "");
    desk.write(desk.staff.desk, leave).expect("leaves");
    let error = desk.write(desk.staff.desk, |tx| scheduling::skip(tx, tickets[1].id)).expect_err("has left");
    assert_eq!((error.code(), error.detail()), (Code::IllegalTransition, Some("left")));
    assert_eq!(queue(&desk, None).counts.left, 1);
}

#[test]
fn another_doctor_and_the_same_number() {
    let desk = Desk::open();
    let arjun = arjun(&desk);
    let ticket = walk_in(&desk, "Sunita Deshpande");
    walk_in_of(&desk, desk.register("Noura Qasim"), arjun);
    let moved = desk.write(desk.staff.desk, |tx| scheduling::move_to_doctor(tx, ticket.id, arjun)).expect("moves");
    assert_eq!((moved.ticket.number, moved.ticket.provider_id), (ticket.number, arjun));
    assert_eq!(numbers(&queue(&desk, Some(desk.staff.provider))), Vec::<String>::new());
    assert_eq!(numbers(&queue(&desk, Some(arjun))), ["A-001", "A-002"]);
    let booking = desk.read(|conn| scheduling::appointment(conn, ticket.appointment_id));
    assert_eq!(booking.provider_id, arjun);
    let nobody = ProviderId(desk.staff.site.0);
    let error =
        desk.write(desk.staff.desk, |tx| scheduling::move_to_doctor(tx, ticket.id, nobody)).expect_err("nobody");
    assert_eq!(error.code(), Code::DoesNotWorkHere);
}

#[test]
fn the_wait_is_reckoned_from_the_last_visits() {
    let desk = Desk::open();
    let pace = |desk: &Desk| {
        let began = desk.today().bounds(chrono_tz::Asia::Kolkata).0;
        desk.read(|conn| scheduling::pace(conn, desk.staff.provider, began, desk.now()))
    };
    let unknown = pace(&desk);
    assert_eq!((unknown.minutes, unknown.basis), (15, PaceBasis::Usual), "nothing is known yet");
    // From eight in the morning, whatever the hour of the test: the visits must not run past midnight.
    let zone = chrono_tz::Asia::Kolkata;
    let now = desk.db.now();
    let eight = now.day(zone).plus_days(1).bounds(zone).0.0 + 8 * 60 * MINUTE - now.0;
    desk.clock.ahead(eight);
    // Visits of 8, 10 and 400 minutes: the middle one counts.
    let mut later = 0;
    for (name, minutes) in [("One", 8), ("Two", 400), ("Three", 10)] {
        let ticket = walk_in(&desk, name);
        let open = |tx: &neem_core::Tx| consultations::open(tx, ticket.appointment_id, desk.staff.provider);
        let visit = desk.write(desk.staff.doctor, open).expect("opens");
        later += minutes;
        desk.clock.ahead(eight + later * MINUTE);
        desk.write(desk.staff.doctor, |tx| consultations::finish(tx, visit.id)).expect("finishes");
    }
    let known = pace(&desk);
    assert_eq!((known.minutes, known.basis, known.current), (10, PaceBasis::Today, 0));
    desk.clock.ahead(eight);
    for name in ["Sunita Deshpande", "Noura Qasim", "Vikram Bapat"] {
        walk_in(&desk, name);
    }
    let now = queue(&desk, None);
    assert_eq!(now.rows.iter().map(|row| row.about_minutes).collect::<Vec<_>>(), [0, 10, 20]);
    assert_eq!(now.counts.served, 3);
    let device = desk.db.device().expect("a device");
    let panel = desk.read(|conn| scheduling::desk(conn, desk.staff.site, &device, desk.now()));
    assert_eq!((panel.doctors[0].waiting, panel.doctors[0].about_minutes), (3, 30));
    assert_eq!(panel.doctors[0].basis, PaceBasis::Today);
    // Tomorrow the same visits are those of lately, and one that runs counts with what is left of it.
    desk.clock.ahead(eight + 24 * 60 * MINUTE);
    assert_eq!((pace(&desk).minutes, pace(&desk).basis), (10, PaceBasis::Lately));
    let ticket = walk_in(&desk, "Asha Rao");
    let open = |tx: &neem_core::Tx| consultations::open(tx, ticket.appointment_id, desk.staff.provider);
    desk.write(desk.staff.doctor, open).expect("opens");
    walk_in(&desk, "Tiago Moreira");
    desk.clock.ahead(eight + (24 * 60 + 4) * MINUTE);
    assert_eq!(queue(&desk, None).rows[0].about_minutes, 6);
    let came = desk.read(|conn| scheduling::walk_ins(conn, PageRequest { offset: 0, limit: 4 }));
    assert_eq!((came.items.len(), came.more), (4, true));
}

#[test]
fn every_change_of_a_turn_is_taken_back_until_something_is_written_over_it() {
    let desk = Desk::open();
    let arjun = arjun(&desk);
    let ticket = walk_in(&desk, "Sunita Deshpande");
    walk_in(&desk, "Noura Qasim");
    let clerk = desk.staff.desk;
    let row = |desk: &Desk| queue(desk, None).rows.into_iter().find(|row| row.ticket_id == ticket.id).expect("waits");
    let pause = || std::thread::sleep(std::time::Duration::from_millis(2));
    let (id, first) = (ticket.id, row(&desk));
    type Change<'a> = Box<dyn Fn(&neem_core::Tx) -> neem_core::Result<Turned> + 'a>;
    let changes: [Change; 4] = [
        Box::new(|tx| scheduling::recall(tx, id)),
        Box::new(|tx| scheduling::skip(tx, id)),
        Box::new(|tx| scheduling::prioritise(tx, id, Some(Priority::Elderly), "84 years")),
        Box::new(|tx| scheduling::move_to_doctor(tx, id, arjun)),
    ];
    for change in &changes {
        pause();
        let turned = desk.write(clerk, change).expect("changes");
        assert_ne!(row(&desk), first);
        desk.write(clerk, |tx| scheduling::take_back_turn(tx, &turned.before)).expect("takes back");
        assert_eq!(row(&desk), first);
    }
    // Called and then skipped: taking the skip back leaves the call.
    desk.write(clerk, &changes[0]).expect("calls");
    let called = row(&desk);
    pause();
    let skipped = desk.write(clerk, &changes[1]).expect("skips");
    desk.write(clerk, |tx| scheduling::take_back_turn(tx, &skipped.before)).expect("takes back");
    assert_eq!(row(&desk).called_at, called.called_at);
    // What has moved on meanwhile is not pulled back.
    pause();
    let moved = desk.write(clerk, &changes[3]).expect("moves");
    pause();
    desk.write(clerk, &changes[2]).expect("goes first");
    let error = desk.write(clerk, |tx| scheduling::take_back_turn(tx, &moved.before)).expect_err("written over");
    assert_eq!(error.code(), Code::ChangedMeanwhile);
    assert_eq!(row(&desk).provider_id, arjun);
}

#[test]
fn a_second_number_needs_a_reason_and_a_priority_too() {
    let desk = Desk::open();
    let sunita = desk.register("Sunita Deshpande");
    let form = WalkInForm {
        clinic_id: desk.staff.site,
        patient_id: sunita,
        provider_id: desk.staff.provider,
        reason: "Fever".into(),
        priority: None,
        priority_reason: String::new(),
        another: String::new(),
    };
    let issue = |form: &WalkInForm| desk.write(desk.staff.desk, |tx| scheduling::issue_walk_in(tx, form));
    let error = issue(&WalkInForm { priority: Some(Priority::Pregnant), ..form.clone() }).expect_err("no reason");
    assert_eq!(error.problems()[0].field, "priorityReason");
    assert_eq!(desk.count("SELECT count(*) FROM queue_tickets"), 0, "nothing is half done");
    // A reason for a second number does no harm where there is no first.
    let first = issue(&WalkInForm { another: "With her mother".into(), ..form.clone() }).expect("issues");
    assert_eq!(first.number, "A-001");
    let error = issue(&form).expect_err("waits already");
    assert_eq!((error.code(), error.detail()), (Code::AlreadyWaiting, Some("A-001")));
    let second = issue(&WalkInForm {
        another: "Also for her son, who is not registered".into(),
        priority: Some(Priority::Urgent),
        priority_reason: "Breathless".into(),
        ..form
    });
    let second = second.expect("issues another");
    assert_eq!(numbers(&queue(&desk, None)), ["A-002", "A-001"]);
    let notes: Vec<_> = desk.read(|conn| scheduling::timeline(conn, second.appointment_id));
    assert!(notes.iter().any(|event| event.note.as_deref().is_some_and(|note| note.starts_with("besides A-001"))));
}

#[test]
fn the_board_tells_numbers_and_rooms_and_names_only_where_the_clinic_wants_them() {
    let desk = Desk::open();
    let tickets = ["Sunita Deshpande", "Noura Qasim", "Vikram Bapat"].map(|name| walk_in(&desk, name));
    let board = || desk.read(|conn| scheduling::board(conn, desk.staff.site, desk.now()));
    assert_eq!((board().calls.len(), board().soon), (0, vec!["A-001".into(), "A-002".into(), "A-003".into()]));
    let call = |at: usize| {
        std::thread::sleep(std::time::Duration::from_millis(2));
        let id = tickets[at].appointment_id;
        desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, id, Move::Call, "")).expect("calls");
    };
    call(0);
    call(1);
    let shown = board();
    assert_eq!(shown.calls.iter().map(|call| call.number.as_str()).collect::<Vec<_>>(), ["A-002", "A-001"]);
    assert_eq!((shown.calls[0].room.as_deref(), shown.calls[0].name.as_deref()), (Some("Room 2"), None));
    assert!(!serde_json::to_string(&shown).expect("text").contains("Noura"));
    // A call that is repeated is the last one again.
    std::thread::sleep(std::time::Duration::from_millis(2));
    desk.write(desk.staff.desk, |tx| scheduling::recall(tx, tickets[0].id)).expect("calls again");
    assert_eq!(board().calls[0].number, "A-001");
    assert!(board().calls[0].called_at > shown.calls[0].called_at);
    // Who did not come is off the board and comes at the end.
    desk.write(desk.staff.desk, |tx| scheduling::skip(tx, tickets[0].id)).expect("skips");
    assert_eq!((board().calls.len(), board().soon), (1, vec!["A-003".into(), "A-001".into()]));
    desk.write(desk.staff.admin, |tx| scheduling::show_names(tx, desk.staff.site, true)).expect("decides");
    assert_eq!(board().calls[0].name.as_deref(), Some("Noura Q."));
}
