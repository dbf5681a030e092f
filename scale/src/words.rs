//! What people write to each other, what they complain of, and who waits for an earlier time.

use neem_core::sync::Table;
use neem_core::{Instant, Result};

use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::people::Patients;
use crate::visits::{Outcome, Visit};
use crate::world::{DAY, HOUR, MINUTE, World};

const CONVERSATIONS: &[&str] = &[
    "id",
    "tenant_id",
    "provider_id",
    "patient_id",
    "consultation_id",
    "subject",
    "closed_at",
    "created_by",
    "created_at",
    "updated_at",
];
const MESSAGES: &[&str] =
    &["id", "tenant_id", "conversation_id", "sender", "user_id", "body", "sent_at", "created_at", "updated_at"];
const RECEIPTS: &[&str] =
    &["id", "tenant_id", "message_id", "reader", "user_id", "read_at", "created_at", "updated_at"];
const TICKETS: &[&str] = &[
    "id",
    "tenant_id",
    "number",
    "subject",
    "category",
    "priority",
    "status",
    "appointment_id",
    "patient_id",
    "opened_by",
    "assigned_to",
    "created_at",
    "updated_at",
];
const PARTICIPANTS: &[&str] = &["id", "tenant_id", "ticket_id", "user_id", "created_at", "updated_at"];
const TICKET_EVENTS: &[&str] = &["id", "tenant_id", "ticket_id", "kind", "text", "user_id", "created_at", "updated_at"];
const WAITLIST: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "patient_id",
    "provider_id",
    "desired_from",
    "desired_to",
    "status",
    "note",
    "created_by",
    "created_at",
    "updated_at",
];

const TALK: &[(&str, &str)] = &[
    ("Is it normal that I am tired after the tablets?", "In the first days, yes. Tell us if it lasts beyond a week."),
    ("My results have come.", "Please bring them along, we look at them together."),
    ("Can I take it with food?", "Yes, after a meal is best."),
    ("The rash has not gone yet.", "Then I should see it again. Please take a time this week."),
    ("Do I have to come with an empty stomach?", "Only for the blood sample, from ten in the evening on."),
    ("Thank you, I am much better.", "Good to hear."),
];

const TROUBLE: &[(&str, &str, &str)] = &[
    ("billing", "Charged twice for one visit", "The second payment is being returned."),
    ("booking", "The reminder named the wrong hour", "The time was moved after the message had gone out."),
    ("technical", "The video did not start", "It works with the second link."),
    ("complaint", "Waited for two hours", "An emergency came in between; apology made by phone."),
    ("clinical", "A referral letter is missing", "Written and sent."),
    ("other", "Change of address", "Entered."),
];

pub fn make(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients, outcome: &Outcome) -> Result<()> {
    for (number, visit) in outcome.sample.iter().enumerate() {
        match number % 8 {
            0 | 3 => talk(world, dice, batch, patients, visit),
            5 => trouble(world, dice, batch, patients, visit, number),
            _ => {}
        }
        batch.flush_if_full()?;
    }
    for _ in 0..=world.options.patients / 300 {
        wait(world, dice, batch, patients);
    }
    batch.flush()
}

fn talk(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients, visit: &Visit) {
    let (patient, doctor) = (patients.all[visit.patient].id, &world.doctors[visit.doctor]);
    let at = Instant((visit.end.0 + dice.from_to(HOUR, 3 * DAY)).min(world.now.0 - HOUR));
    let id = batch.id(at);
    let mut last = at;
    for turn in 0..dice.from_to(1, 3) {
        let (asked, answered) = dice.pick(TALK);
        for (sender, user, text, minutes) in
            [("patient", None, asked, 1), ("staff", Some(doctor.user.0), answered, dice.from_to(4, 50))]
        {
            let sent = Instant((last.0 + minutes * MINUTE * (turn + 1)).min(world.now.0));
            let message = batch.id(sent);
            let row = cells![message, batch.tenant, id, sender, user, *text, sent, sent, sent];
            batch.add(Table::Messages, MESSAGES, row);
            // The last words of some are still unread.
            if dice.percent(85.0) {
                let (reader, by) = if user.is_some() { ("patient", None) } else { ("staff", Some(doctor.user.0)) };
                let read = Instant((sent.0 + 3 * MINUTE).min(world.now.0));
                let row = cells![batch.id(read), batch.tenant, message, reader, by, read, read, read];
                batch.add(Table::MessageReceipts, RECEIPTS, row);
            }
            last = sent;
        }
    }
    let consultation = visit.consultation.map(|(id, _, _)| id);
    let closed = dice.percent(60.0).then_some(last);
    let subject = world.lists.visits[visit.kind].reason.as_str();
    let row = cells![id, batch.tenant, doctor.id.0, patient, consultation, subject, closed, doctor.user.0, at, last];
    batch.add(Table::Conversations, CONVERSATIONS, row);
}

fn trouble(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients, visit: &Visit, number: usize) {
    let (category, subject, answer) = TROUBLE[dice.below(TROUBLE.len())];
    let patient = patients.all[visit.patient].id;
    let (desk, doctor) = (world.desk_of(visit.site, 0).0, world.doctors[visit.doctor].user.0);
    let at = Instant((visit.end.0 + dice.from_to(HOUR, 2 * DAY)).min(world.now.0 - 2 * HOUR));
    let done = Instant((at.0 + dice.from_to(HOUR, 3 * DAY)).min(world.now.0));
    let status = ["open", "waiting", "resolved", "resolved", "closed", "closed"][dice.below(6)];
    let solved = matches!(status, "resolved" | "closed");
    let id = batch.id(at);
    let priority = ["low", "normal", "normal", "high", "urgent"][dice.below(5)];
    let updated = if solved { done } else { at };
    let row = cells![
        id,
        batch.tenant,
        format!("A-{}", 1_000 + number / 8),
        subject,
        category,
        priority,
        status,
        visit.id,
        patient,
        desk,
        solved.then_some(desk),
        at,
        updated
    ];
    batch.add(Table::Tickets, TICKETS, row);
    for user in [desk, doctor] {
        let row = cells![batch.id(at), batch.tenant, id, user, at, at];
        batch.add(Table::TicketParticipants, PARTICIPANTS, row);
    }
    let mut event = |kind: &str, text: &str, at: Instant| {
        let row = cells![batch.id(at), batch.tenant, id, kind, text, desk, at, at];
        batch.add(Table::TicketEvents, TICKET_EVENTS, row);
    };
    event("opened", subject, at);
    if solved {
        event("comment", answer, done);
        event("status", status, done);
    }
}

fn wait(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients) {
    let doctor = dice.below(world.doctors.len());
    let site = world.doctors[doctor].site;
    if patients.of_site[site].is_empty() {
        return;
    }
    let patient = *dice.pick(&patients.of_site[site]);
    let at = Instant(world.now.0 - dice.from_to(HOUR, 9 * DAY)).max(patients.all[patient].created.plus_minutes(5));
    let from = Instant(world.now.0 + dice.from_to(HOUR, 6 * DAY));
    let status = ["waiting", "waiting", "waiting", "cancelled"][dice.below(4)];
    let row = cells![
        batch.id(at),
        batch.tenant,
        world.sites[site].id,
        patients.all[patient].id,
        dice.percent(70.0).then_some(world.doctors[doctor].id.0),
        from,
        Instant(from.0 + dice.from_to(1, 10) * DAY),
        status,
        dice.percent(30.0).then_some("Mornings only"),
        world.desk_of(site, 0).0,
        at,
        at
    ];
    batch.add(Table::Waitlist, WAITLIST, row);
}
