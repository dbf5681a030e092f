//! Support tickets: numbers that never collide, a life by the table, and finding one again.

mod support;

use neem_core::Code;
use neem_core::ids::SupportTicketId;
use neem_core::page::PageRequest;
use neem_core::tickets::{self, NewTicket, TicketCategory, TicketEventKind, TicketPriority, TicketState};
use support::Desk;

const FIRST: PageRequest = PageRequest::FIRST;

fn new(subject: &str, priority: TicketPriority) -> NewTicket {
    NewTicket {
        subject: subject.into(),
        text: String::new(),
        category: TicketCategory::Billing,
        priority,
        patient_id: None,
        appointment_id: None,
    }
}

fn open(desk: &Desk, subject: &str, priority: TicketPriority) -> tickets::TicketLine {
    desk.write(desk.staff.desk, |tx| tickets::open(tx, &new(subject, priority))).expect("opens")
}

#[test]
fn numbers_run_in_the_lane_of_their_pc() {
    let desk = Desk::open();
    assert_eq!(open(&desk, "One", TicketPriority::Normal).number, "T-A-0001");
    assert_eq!(open(&desk, "Two", TicketPriority::Normal).number, "T-A-0002");
    // What another PC gave out while apart, and a lane that begins with the same letter.
    desk.write(desk.staff.desk, |tx| {
        for number in ["T-B-0900", "T-AB-0500", "T-A-9999"] {
            tx.execute(
                "INSERT INTO tickets (id, tenant_id, number, subject, category, priority, status, created_at, updated_at)
                 VALUES (?1, ?2, ?3, 'x', 'other', 'low', 'open', ?4, ?4)",
                rusqlite::params![tx.new_id(), tx.device.tenant, number, tx.now],
            )?;
        }
        Ok(())
    })
    .expect("writes");
    assert_eq!(open(&desk, "Three", TicketPriority::Normal).number, "T-A-10000");
    assert_eq!(open(&desk, "Four", TicketPriority::Normal).number, "T-A-10001");
    let error = desk.write(desk.staff.desk, |tx| {
        let patient_id = Some(neem_core::ids::PatientId(uuid::Uuid::from_u128(3)));
        tickets::open(tx, &NewTicket { patient_id, ..new(" ", TicketPriority::Low) })
    });
    let error = error.expect_err("nothing said, of nobody");
    let fields: Vec<&str> = error.problems().iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["subject", "patientId"]);
}

#[test]
fn a_ticket_is_seen_to_until_it_is_closed() {
    let desk = Desk::open();
    let id = open(&desk, "Charged twice", TicketPriority::Normal).id;
    let move_to = |to| desk.write(desk.staff.admin, |tx| tickets::change_status(tx, id, to, "asked the bank"));
    desk.write(desk.staff.admin, |tx| {
        tickets::assign(tx, id, Some(desk.staff.admin))?;
        tickets::assign(tx, id, Some(desk.staff.admin))?;
        tickets::set_priority(tx, id, TicketPriority::High)?;
        tickets::comment(tx, id, "The card was charged twice.")
    })
    .expect("works on it");
    assert_eq!(move_to(TicketState::Waiting).expect("waits").status, TicketState::Waiting);
    move_to(TicketState::Resolved).expect("resolves");
    assert_eq!(move_to(TicketState::Waiting).expect_err("not from there").code(), Code::IllegalTransition);
    move_to(TicketState::Closed).expect("closes");
    let error = move_to(TicketState::Open).expect_err("closed");
    assert_eq!((error.code(), error.detail()), (Code::IllegalTransition, Some("closed")));
    let error = desk.write(desk.staff.admin, |tx| tickets::comment(tx, id, "And yet")).expect_err("closed");
    assert_eq!(error.code(), Code::IllegalTransition);

    let events = desk.read(|conn| tickets::timeline(conn, id, FIRST)).items;
    use TicketEventKind as Is;
    let kinds: Vec<TicketEventKind> = events.iter().map(|event| event.kind).collect();
    assert_eq!(
        kinds,
        [Is::Opened, Is::Assigned, Is::Priority, Is::Comment, Is::Status, Is::Status, Is::Status],
        "assigned once"
    );
    assert_eq!(events[2].text.as_deref(), Some("normal → high"));
    assert_eq!(events[1].text.as_deref(), Some("Nikhil Sathe"));
}

#[test]
fn whom_a_ticket_concerns_is_a_set() {
    let desk = Desk::open();
    let id = open(&desk, "Charged twice", TicketPriority::Normal).id;
    let (doctor, admin) = (desk.staff.doctor, desk.staff.admin);
    let names = || {
        let found = desk.read(|conn| tickets::participants(conn, id));
        found.into_iter().map(|participant| participant.name).collect::<Vec<_>>()
    };
    let add = |user| desk.write(admin, |tx| tickets::add_participant(tx, id, user));
    add(doctor).expect("adds");
    add(doctor).expect("is there already");
    add(admin).expect("adds");
    assert_eq!(names(), ["Dr Farah Siddiqui", "Nikhil Sathe"]);
    desk.write(admin, |tx| tickets::remove_participant(tx, id, doctor)).expect("removes");
    assert_eq!(names(), ["Nikhil Sathe"]);
    let again = desk.write(admin, |tx| tickets::remove_participant(tx, id, doctor));
    assert_eq!(again.expect_err("gone").code(), Code::NotFound);
    add(doctor).expect("adds again");
    assert_eq!(names().len(), 2);
    assert_eq!(desk.count("SELECT count(*) FROM ticket_participants"), 3, "an adding is a new row");
    let nobody = add(neem_core::ids::UserId(uuid::Uuid::from_u128(4)));
    assert_eq!(nobody.expect_err("nobody").code(), Code::NotFound);
}

#[test]
fn the_urgent_ones_come_first_and_each_can_be_found() {
    let desk = Desk::open();
    let low = open(&desk, "Wrong name on the bill", TicketPriority::Low).id;
    let urgent = open(&desk, "Réclamation: Doppelbuchung", TicketPriority::Urgent).id;
    let high = open(&desk, "No receipt for the bill", TicketPriority::High).id;
    let ids = |page: neem_core::page::Page<tickets::TicketLine>| -> Vec<SupportTicketId> {
        page.items.into_iter().map(|line| line.id).collect()
    };
    let list = |priority, page| ids(desk.read(|conn| tickets::list(conn, TicketState::Open, priority, page)));
    assert_eq!(list(None, FIRST), [urgent, high, low]);
    assert_eq!(list(Some(TicketPriority::High), FIRST), [high]);
    assert_eq!(list(None, PageRequest { offset: 1, limit: 1 }), [high]);
    let find = |text: &str| ids(desk.read(|conn| tickets::search(conn, text, FIRST)));
    assert_eq!(find("T-A-000"), [low, urgent, high]);
    assert_eq!(find("a-0002"), [urgent]);
    assert_eq!(find("T-B-"), []);
    assert_eq!(find("doppel reclam"), [urgent]);
    assert_eq!(find("bill"), [high, low], "the latest first");
    assert_eq!(find("ill"), []);
    assert_eq!(find("  "), []);
    let one = desk.read(|conn| tickets::search(conn, "bill", PageRequest { offset: 1, limit: 1 }));
    assert_eq!((ids(one.clone()), one.more), (vec![low], false));
    let plan = desk.plan(include_str!("../src/tickets/list.sql"));
    assert!(plan.contains("INDEX tickets_status"), "{plan}");
}
