//! Whose turn it is.

mod support;

use neem_core::ids::{PatientId, ProviderId};
use neem_core::page::PageRequest;
use neem_core::scheduling::{self, Move, NewWalkIn, Priority, Queue, QueueTicket, TicketStatus};
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
    desk.read(|conn| scheduling::queue(conn, desk.staff.site, desk.today(), provider))
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
    assert_eq!((moved.number, moved.provider_id), (ticket.number, arjun));
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
    assert_eq!(desk.read(|conn| scheduling::usual_minutes(conn, desk.staff.provider)), 15, "nothing is known yet");
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
    assert_eq!(desk.read(|conn| scheduling::usual_minutes(conn, desk.staff.provider)), 10);
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
    let came = desk.read(|conn| scheduling::walk_ins(conn, PageRequest { offset: 0, limit: 4 }));
    assert_eq!((came.items.len(), came.more), (4, true));
}
