//! What follows a visit: the bill, a word of praise, a reminder.

use neem_core::sync::Table;
use neem_core::{Instant, LocalDate};
use uuid::Uuid;

use crate::CURRENCY;
use crate::batch::Batch;
use crate::cell::cells;
use crate::dice::Dice;
use crate::people::Patients;
use crate::visits::{self, Visit};
use crate::world::{DAY, HOUR, MINUTE, PAST, World};

const INVOICES: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "patient_id",
    "appointment_id",
    "number",
    "status",
    "currency",
    "issued_at",
    "due_on",
    "issued_by",
    "created_at",
    "updated_at",
];
const LINES: &[&str] = &[
    "id",
    "tenant_id",
    "invoice_id",
    "position",
    "service_id",
    "description",
    "quantity",
    "unit_price_minor",
    "discount_minor",
    "tax_minor",
    "created_at",
    "updated_at",
];
const PAYMENTS: &[&str] = &[
    "id",
    "tenant_id",
    "clinic_id",
    "patient_id",
    "invoice_id",
    "appointment_id",
    "kind",
    "amount_minor",
    "currency",
    "method",
    "status",
    "failure",
    "transaction_reference",
    "refund_of_id",
    "receipt_number",
    "received_by",
    "received_at",
    "settled_at",
    "created_at",
    "updated_at",
];
const REVIEWS: &[&str] = &[
    "id",
    "tenant_id",
    "provider_id",
    "patient_id",
    "appointment_id",
    "rating",
    "text",
    "visible",
    "created_at",
    "updated_at",
];
const NOTIFICATIONS: &[&str] = &[
    "id",
    "tenant_id",
    "user_id",
    "patient_id",
    "template_key",
    "channel",
    "status",
    "meta",
    "deep_link",
    "sent_at",
    "failure",
    "read_at",
    "expires_at",
    "created_at",
    "updated_at",
];

/// Numbers of bills and receipts, given out in the order of writing.
#[derive(Default)]
pub struct Money {
    invoices: usize,
    receipts: usize,
}

/// A bill: which one, how much, when and by whom.
struct Bill {
    id: Uuid,
    total: i64,
    at: Instant,
    desk: Uuid,
}

pub fn of_visit(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    patients: &Patients,
    visit: &Visit,
    money: &mut Money,
) {
    if visit.status == "completed" {
        if dice.percent(40.0) {
            let bill = invoice(world, dice, batch, patients, visit, money);
            pay(world, dice, batch, patients, visit, &bill, money);
        }
        if visit.day + 730 > PAST && dice.percent(5.0) {
            review(world, dice, batch, patients, visit);
        }
    }
    let around = visit.day + 14 >= PAST && visit.day <= PAST + 7;
    if around && visit.channel != "walk_in" && dice.percent(70.0) {
        remind(world, dice, batch, patients, visit);
    }
    if visit.status == "requested" {
        ask_desk(world, batch, visit);
    }
}

fn invoice(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    patients: &Patients,
    visit: &Visit,
    money: &mut Money,
) -> Bill {
    let doctor = &world.doctors[visit.doctor];
    let ended = visit.consultation.and_then(|(_, _, ended)| ended).unwrap_or(visit.end);
    let at = ended.plus_minutes(dice.from_to(1, 8)).min(world.now);
    let id = batch.id(at);
    money.invoices += 1;
    let desk = world.desk_of(visit.site, 0).0;
    let second = dice.percent(28.0).then(|| *dice.pick(&doctor.services));
    let mut total = 0;
    let fee = visit.service.map_or(doctor.fee, |service| world.lists.services[service].price);
    let first = (visit.service, visit.service.map_or("Consultation", |s| world.lists.services[s].name.as_str()), fee);
    let more = second.map(|service| {
        let kind = &world.lists.services[service];
        (Some(service), kind.name.as_str(), kind.price)
    });
    for (position, (service, name, price)) in [Some(first), more].into_iter().flatten().enumerate() {
        let discount = if dice.percent(8.0) { price / 10 } else { 0 };
        total += price - discount;
        let row = cells![
            batch.id(at),
            batch.tenant,
            id,
            position as i64 + 1,
            service.map(|service| world.services[service]),
            name,
            1i64,
            price,
            discount,
            0i64,
            at,
            at
        ];
        batch.add(Table::InvoiceLines, LINES, row);
    }
    let row = cells![
        id,
        batch.tenant,
        world.sites[visit.site].id,
        patients.all[visit.patient].id,
        visit.id,
        format!("{}-A{}", visits::year(world, visit), money.invoices),
        "issued",
        CURRENCY,
        at,
        LocalDate(world.date(visit.day) + chrono::Days::new(14)),
        desk,
        at,
        at
    ];
    batch.add(Table::Invoices, INVOICES, row);
    Bill { id, total, at, desk }
}

/// Most pay at the desk at once, some in two parts, and some not yet.
fn pay(
    world: &World,
    dice: &mut Dice,
    batch: &mut Batch,
    patients: &Patients,
    visit: &Visit,
    bill: &Bill,
    money: &mut Money,
) {
    let parts: &[i64] = match dice.below(100) {
        0..4 => &[],
        4..10 => &[bill.total / 2],
        10..15 => &[bill.total / 2, bill.total - bill.total / 2],
        _ => &[bill.total],
    };
    for (turn, amount) in parts.iter().enumerate() {
        let at = Instant((bill.at.0 + turn as i64 * 6 * DAY).min(world.now.0));
        let method =
            ["cash", "cash", "card", "card", "mobile_money", "bank_transfer", "online", "insurance"][dice.below(8)];
        let online = matches!(method, "online" | "mobile_money");
        let status = match dice.below(100) {
            0 if online => "failed",
            1 if online => "initiated",
            _ => "success",
        };
        let good = status == "success";
        money.receipts += usize::from(good);
        let receipt = good.then(|| format!("{}-RA{}", visits::year(world, visit), money.receipts));
        let id = batch.id(at);
        let back = at.plus_minutes(2 * 24 * 60);
        let refund = (good && back < world.now && dice.percent(0.5)).then(|| batch.id(back));
        let mut row = |id: Uuid, kind: &str, at: Instant, receipt: Option<String>, refund_of: Option<Uuid>| {
            let settled = good.then_some(at);
            let row = cells![
                id,
                batch.tenant,
                world.sites[visit.site].id,
                patients.all[visit.patient].id,
                bill.id,
                visit.id,
                kind,
                *amount,
                CURRENCY,
                method,
                status,
                (status == "failed").then_some("declined"),
                online.then(|| format!("TX{:010}", dice.from_to(1, 9_999_999_999))),
                refund_of,
                receipt,
                bill.desk,
                at,
                settled,
                at,
                at
            ];
            batch.add(Table::Payments, PAYMENTS, row);
        };
        row(id, "payment", at, receipt, None);
        if let Some(refund) = refund {
            money.receipts += 1;
            let receipt = format!("{}-RA{}", visits::year(world, visit), money.receipts);
            row(refund, "refund", back, Some(receipt), Some(id));
        }
    }
}

fn review(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients, visit: &Visit) {
    let at = Instant((visit.end.0 + dice.from_to(HOUR, 5 * DAY)).min(world.now.0));
    let rating = [1, 2, 3, 4, 4, 4, 5, 5, 5, 5, 5][dice.below(11)];
    let words: &[&str] = match rating {
        1 | 2 => &["Had to wait for more than an hour.", "Nobody answered the phone.", "Too little time."],
        3 => &["It was all right.", "Good doctor, long wait."],
        _ => &[
            "Listened and explained.",
            "On time and friendly.",
            "I understood what I have.",
            "Gentle with my daughter.",
        ],
    };
    let text = dice.percent(55.0).then(|| *dice.pick(words));
    let row = cells![
        batch.id(at),
        batch.tenant,
        world.doctors[visit.doctor].id.0,
        patients.all[visit.patient].id,
        visit.id,
        rating,
        text,
        !dice.percent(2.0),
        at,
        at
    ];
    batch.add(Table::Reviews, REVIEWS, row);
}

fn remind(world: &World, dice: &mut Dice, batch: &mut Batch, patients: &Patients, visit: &Visit) {
    let due = Instant(visit.start.0 - DAY).max(visit.created);
    let at = visit.created;
    let sent = due <= world.now;
    let status = match dice.below(100) {
        _ if !sent => "queued",
        0..3 => "failed",
        3..30 => "sent",
        _ => "delivered",
    };
    let (created, updated) = if sent { (due, due) } else { (at, at) };
    let went = matches!(status, "sent" | "delivered").then_some(due);
    let row = cells![
        batch.id(created),
        batch.tenant,
        None::<Uuid>,
        patients.all[visit.patient].id,
        "appointment_reminder",
        ["sms", "sms", "whatsapp", "email"][dice.below(4)],
        status,
        format!("{{\"appointmentId\":\"{}\"}}", visit.id),
        format!("/appointments/{}", visit.id),
        went,
        (status == "failed").then_some("not reachable"),
        None::<Instant>,
        visit.start,
        created,
        updated
    ];
    batch.add(Table::Notifications, NOTIFICATIONS, row);
}

/// Somebody at the desk is to answer a request.
fn ask_desk(world: &World, batch: &mut Batch, visit: &Visit) {
    let read = (visit.id.as_bytes()[15] < 128).then(|| Instant((visit.created.0 + 40 * MINUTE).min(world.now.0)));
    let row = cells![
        batch.id(visit.created),
        batch.tenant,
        world.desk_of(visit.site, 0).0,
        None::<Uuid>,
        "appointment_requested",
        "in_app",
        "delivered",
        format!("{{\"appointmentId\":\"{}\"}}", visit.id),
        format!("/appointments/{}", visit.id),
        visit.created,
        None::<&str>,
        read,
        visit.end,
        visit.created,
        read.unwrap_or(visit.created)
    ];
    batch.add(Table::Notifications, NOTIFICATIONS, row);
}
