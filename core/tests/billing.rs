//! Money, from the invoice to the counted till, and that it always adds up.

mod support;

use std::sync::Arc;

use neem_core::billing::{
    self, Balance, Confirmation, CountedTill, Invoice, InvoiceStatus, Money, MoneyText, NewInvoice, NewLine,
    NewPayment, NewRefund, NewTill, Outcome, Payment, PaymentKind, PaymentMethod, PaymentStatus, Settlement,
    TransactionStatus,
};
use neem_core::clock::SystemEntropy;
use neem_core::ids::{AppointmentId, InvoiceId, PatientId, PaymentId, ServiceId};
use neem_core::keys::DatabaseKey;
use neem_core::page::PageRequest;
use neem_core::scheduling::{self, AppointmentStatus, Channel, Move, NewAppointment, NewWalkIn};
use neem_core::{Code, Error, Result, consultations, demo, idempotency};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use support::{DAY, Desk, ZONE};

fn walk_in(desk: &Desk, patient: PatientId) -> AppointmentId {
    let walk_in = NewWalkIn {
        clinic_id: desk.staff.site,
        patient_id: patient,
        provider_id: desk.staff.provider,
        reason: "Cough".into(),
    };
    desk.write(desk.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).expect("walks in").appointment_id
}

fn line(description: &str, price: &str) -> NewLine {
    NewLine { description: description.into(), quantity: 1, unit_price: price.into(), ..NewLine::default() }
}

fn bill(desk: &Desk, patient: PatientId, appointment: Option<AppointmentId>, lines: Vec<NewLine>) -> Result<Invoice> {
    let new = NewInvoice {
        clinic_id: desk.staff.site,
        patient_id: patient,
        appointment_id: appointment,
        lines,
        due_on: String::new(),
        note: String::new(),
    };
    desk.write(desk.staff.desk, |tx| billing::issue_invoice(tx, &new))
}

fn form(amount: &str, method: PaymentMethod) -> NewPayment {
    NewPayment {
        invoice_id: None,
        appointment_id: None,
        amount: amount.into(),
        method,
        provider: String::new(),
        transaction_reference: String::new(),
        note: String::new(),
    }
}

fn pay(desk: &Desk, invoice: InvoiceId, amount: &str, method: PaymentMethod) -> Result<Payment> {
    let new = NewPayment { invoice_id: Some(invoice), ..form(amount, method) };
    desk.write(desk.staff.desk, |tx| billing::take_payment(tx, &new))
}

fn deposit(desk: &Desk, appointment: AppointmentId, amount: &str) -> Result<Payment> {
    let new = NewPayment { appointment_id: Some(appointment), ..form(amount, PaymentMethod::Cash) };
    desk.write(desk.staff.desk, |tx| billing::take_payment(tx, &new))
}

fn online(desk: &Desk, invoice: InvoiceId, amount: &str, reference: &str) -> Result<Payment> {
    let new = NewPayment {
        invoice_id: Some(invoice),
        provider: "razorpay".into(),
        transaction_reference: reference.into(),
        ..form(amount, PaymentMethod::Online)
    };
    desk.write(desk.staff.desk, |tx| billing::initiate_payment(tx, &new))
}

fn confirm(desk: &Desk, reference: &str, outcome: Outcome) -> Result<Payment> {
    let said = Confirmation {
        transaction_reference: reference.into(),
        provider: "razorpay".into(),
        outcome,
        failure: "declined".into(),
    };
    desk.write(desk.staff.desk, |tx| billing::confirm(tx, &said))
}

fn give_back(desk: &Desk, payment: PaymentId, amount: &str) -> Result<Payment> {
    let new = NewRefund { payment_id: payment, amount: amount.into(), method: None, reason: "Not needed".into() };
    desk.write(desk.staff.admin, |tx| billing::refund(tx, &new))
}

fn void(desk: &Desk, invoice: InvoiceId) -> Result<Invoice> {
    desk.write(desk.staff.admin, |tx| billing::void_invoice(tx, invoice, "Wrong patient"))
}

fn code<T>(result: Result<T>) -> Code {
    match result {
        Ok(_) => panic!("should have been refused"),
        Err(error) => error.code(),
    }
}

/// Owed, credit and status of a balance.
fn stands(balance: &Balance) -> (&str, &str, PaymentStatus) {
    (&balance.owed.amount, &balance.credit.amount, balance.payment)
}

fn of_appointment(desk: &Desk, appointment: AppointmentId) -> Balance {
    desk.read(|conn| billing::of_appointment(conn, appointment))
}

fn of_invoice(desk: &Desk, invoice: InvoiceId) -> Balance {
    desk.read(|conn| billing::of_invoice(conn, invoice))
}

fn service(desk: &Desk, price: u32, currency: &str) -> ServiceId {
    desk.write(desk.staff.admin, |tx| {
        let id = ServiceId(tx.new_id());
        tx.execute(
            "INSERT INTO services (id, tenant_id, name, category, duration_min, price_minor, currency, created_at, updated_at)
             VALUES (?1, ?2, 'Dressing', 'Care', 15, ?3, ?4, ?5, ?5)",
            rusqlite::params![id, tx.device.tenant, price, currency, tx.now],
        )?;
        Ok(id)
    })
    .expect("adds")
}

#[test]
fn an_invoice_takes_the_services_price_and_its_lane_s_next_number() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let dressing = service(&desk, 35_050, "INR");
    let of_service = NewLine { service_id: Some(dressing), quantity: 2, discount: "1.00".into(), ..NewLine::default() };
    let first = bill(&desk, patient, None, vec![of_service.clone(), line("Bandage", "1,200")]).expect("issues");
    let year = desk.today().0.format("%Y").to_string();
    assert_eq!(first.summary.number, format!("A-{year}-0001"));
    let lines: Vec<_> = first.lines.iter().map(|l| (l.description.as_str(), l.total.amount.as_str())).collect();
    assert_eq!(lines, [("Dressing", "700.00"), ("Bandage", "1200.00")]);
    assert_eq!(first.summary.balance.total.amount, "1900.00");
    let second = bill(&desk, patient, None, vec![line("Bandage", "10")]).expect("issues");
    assert_eq!(second.summary.number, format!("A-{year}-0002"));
    let listed = desk.read(|conn| billing::invoices_of_patient(conn, patient, PageRequest::FIRST)).items;
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [second.summary.id, first.summary.id]);

    let dearer = NewLine { unit_price: "400".into(), ..of_service.clone() };
    let foreign = NewLine { service_id: Some(service(&desk, 100, "USD")), ..of_service };
    let wrong = vec![dearer, foreign, line("", "x"), NewLine { discount: "20".into(), ..line("Bandage", "10") }];
    let error = bill(&desk, patient, None, wrong).expect_err("problems");
    let found: Vec<_> = error.problems().iter().map(|p| (p.field.as_str(), p.code)).collect();
    assert_eq!(
        found,
        [
            ("lines.0.unitPrice", Code::NotAllowed),
            ("lines.1.serviceId", Code::CurrencyDiffers),
            ("lines.2.unitPrice", Code::NotAnAmount),
            ("lines.2.description", Code::Required),
            ("lines.3.discount", Code::OutOfRange),
        ]
    );
    assert_eq!(code(bill(&desk, patient, None, vec![])), Code::NothingToIssue);
}

#[test]
fn a_deposit_counts_to_the_invoice_and_completing_leaves_it_one() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = walk_in(&desk, patient);
    assert_eq!(stands(&of_appointment(&desk, appointment)), ("0.00", "0.00", PaymentStatus::Unpaid));
    let given = deposit(&desk, appointment, "200").expect("takes");
    assert_eq!((given.kind, given.amount.amount.as_str()), (PaymentKind::Deposit, "200.00"));
    assert_eq!(stands(&of_appointment(&desk, appointment)), ("0.00", "200.00", PaymentStatus::Deposit));
    let invoice = bill(&desk, patient, Some(appointment), vec![line("Visit", "500")]).expect("issues").summary;
    assert_eq!(stands(&invoice.balance), ("300.00", "0.00", PaymentStatus::Deposit));
    let second = bill(&desk, patient, Some(appointment), vec![line("Visit", "500")]).expect_err("one is enough");
    assert_eq!((second.problems()[0].field.as_str(), second.code()), ("appointmentId", Code::AlreadyUsed));

    desk.write(desk.staff.doctor, |tx| {
        let visit = consultations::open(tx, appointment, desk.staff.provider)?;
        consultations::finish(tx, visit.id)
    })
    .expect("is seen");
    assert_eq!(stands(&of_appointment(&desk, appointment)), ("300.00", "0.00", PaymentStatus::Deposit));

    // With an invoice there, money for the appointment is a payment of it, up to what is owed.
    let more = deposit(&desk, appointment, "300.01").expect_err("too much");
    assert_eq!((more.code(), more.detail()), (Code::MoreThanOwed, Some("300.00 INR")));
    let rest = deposit(&desk, appointment, "300").expect("takes");
    assert_eq!((rest.kind, rest.invoice_id), (PaymentKind::Payment, Some(invoice.id)));
    let balance = of_appointment(&desk, appointment);
    assert_eq!((stands(&balance), balance.settlement), (("0.00", "0.00", PaymentStatus::Paid), Settlement::Paid));
    assert_eq!(balance, of_invoice(&desk, invoice.id));
}

#[test]
fn no_deposit_for_a_visit_that_will_not_be() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let start = desk.now().plus_minutes(60);
    let new = NewAppointment {
        clinic: desk.staff.site,
        patient,
        provider: desk.staff.provider,
        service: None,
        start,
        end: start.plus_minutes(15),
        status: AppointmentStatus::Confirmed,
        channel: Channel::Desk,
        reason: String::new(),
    };
    let appointment = desk.write(desk.staff.desk, |tx| scheduling::book(tx, &new)).expect("books");
    desk.write(desk.staff.desk, |tx| scheduling::move_appointment(tx, appointment, Move::Cancel, "")).expect("cancels");
    assert_eq!(code(deposit(&desk, appointment, "200")), Code::IllegalTransition);
}

#[test]
fn amounts_are_read_and_refused_as_a_form() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let invoice = bill(&desk, patient, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    for amount in ["", "0", "-5", "five", "1.200"] {
        let error = pay(&desk, invoice, amount, PaymentMethod::Cash).expect_err("no amount");
        assert_eq!((error.problems()[0].field.as_str(), error.code()), ("amount", Code::NotAnAmount), "{amount}");
    }
    let part = pay(&desk, invoice, "120,50", PaymentMethod::Card).expect("a part");
    assert_eq!(part.amount.amount, "120.50");
    let year = desk.today().0.format("%Y").to_string();
    assert_eq!(part.receipt_number, Some(format!("A-{year}-R0001")));
    let nothing = desk.write(desk.staff.desk, |tx| billing::take_payment(tx, &form("5", PaymentMethod::Cash)));
    let error = nothing.expect_err("for what?");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("invoiceId", Code::Required));
}

#[test]
fn what_was_paid_can_be_given_back_once() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let invoice = bill(&desk, patient, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    let paid = pay(&desk, invoice, "500", PaymentMethod::Card).expect("pays");
    let refused = void(&desk, invoice).expect_err("money is on it");
    assert_eq!((refused.code(), refused.detail()), (Code::AlreadySettled, Some("500.00 INR")));
    let part = give_back(&desk, paid.id, "200").expect("a part");
    assert_eq!((part.kind, part.method, part.invoice_id), (PaymentKind::Refund, PaymentMethod::Card, Some(invoice)));
    let more = give_back(&desk, paid.id, "300.01").expect_err("too much");
    assert_eq!((more.code(), more.detail()), (Code::MoreThanPaid, Some("300.00 INR")));
    assert_eq!(code(give_back(&desk, part.id, "1")), Code::MoreThanPaid, "a refund is not given back");
    assert_eq!(stands(&of_invoice(&desk, invoice)), ("200.00", "0.00", PaymentStatus::Deposit));
    give_back(&desk, paid.id, "300").expect("the rest");
    let gone = void(&desk, invoice).expect("nothing is on it");
    assert_eq!(
        (gone.summary.status, gone.summary.void_reason.as_deref()),
        (InvoiceStatus::Void, Some("Wrong patient"))
    );
    assert_eq!(stands(&gone.summary.balance), ("0.00", "0.00", PaymentStatus::Unpaid));
    assert_eq!(code(pay(&desk, invoice, "1", PaymentMethod::Cash)), Code::InvoiceVoid);
    assert_eq!(code(void(&desk, invoice)), Code::InvoiceVoid);
}

#[test]
fn a_deposit_outlives_a_void_invoice() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = walk_in(&desk, patient);
    deposit(&desk, appointment, "200").expect("takes");
    let wrong = bill(&desk, patient, Some(appointment), vec![line("Visit", "5000")]).expect("issues").summary.id;
    void(&desk, wrong).expect("the deposit is the appointment's");
    assert_eq!(stands(&of_invoice(&desk, wrong)), ("0.00", "0.00", PaymentStatus::Unpaid));
    let right = bill(&desk, patient, Some(appointment), vec![line("Visit", "500")]).expect("issues again");
    assert_eq!(stands(&right.summary.balance), ("300.00", "0.00", PaymentStatus::Deposit));
    assert_eq!(right.payments.len(), 1);
}

#[test]
fn a_provider_may_say_the_same_twice_but_not_the_opposite() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let invoice = bill(&desk, patient, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    let error = online(&desk, invoice, "500", "").expect_err("no reference");
    assert_eq!((error.problems()[0].field.as_str(), error.code()), ("transactionReference", Code::Required));
    online(&desk, invoice, "500", "pay_1").expect("begins");
    let twice = online(&desk, invoice, "500", "pay_1").expect_err("one reference, one payment");
    assert_eq!((twice.problems()[0].field.as_str(), twice.code()), ("transactionReference", Code::AlreadyUsed));
    assert_eq!(of_invoice(&desk, invoice).settlement, Settlement::Pending);
    assert_eq!(code(confirm(&desk, "pay_9", Outcome::Success)), Code::UnknownReference);

    let failed = confirm(&desk, "pay_1", Outcome::Failed).expect("settles");
    assert_eq!((failed.status, failed.failure.as_deref()), (TransactionStatus::Failed, Some("declined")));
    assert_eq!(of_invoice(&desk, invoice).settlement, Settlement::Failed);
    assert_eq!(confirm(&desk, "pay_1", Outcome::Failed).expect("the same again"), failed);
    let opposite = confirm(&desk, "pay_1", Outcome::Success).expect_err("the opposite");
    assert_eq!((opposite.code(), opposite.detail()), (Code::AlreadySettled, Some("failed")));

    online(&desk, invoice, "500", "pay_2").expect("tries again");
    assert_eq!(of_invoice(&desk, invoice).settlement, Settlement::Pending);
    let paid = confirm(&desk, "pay_2", Outcome::Success).expect("settles");
    assert_eq!((paid.status, paid.settled_at.is_some()), (TransactionStatus::Success, true));
    assert_eq!(stands(&of_invoice(&desk, invoice)), ("0.00", "0.00", PaymentStatus::Paid));
}

#[test]
fn money_that_came_twice_is_a_credit_and_never_a_debt() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let invoice = bill(&desk, patient, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    online(&desk, invoice, "500", "pay_1").expect("begins");
    pay(&desk, invoice, "500", PaymentMethod::Cash).expect("loses patience");
    let late = confirm(&desk, "pay_1", Outcome::Success).expect("came after all");
    assert_eq!(stands(&of_invoice(&desk, invoice)), ("0.00", "500.00", PaymentStatus::Paid));
    give_back(&desk, late.id, "500").expect("gives it back");
    assert_eq!(stands(&of_invoice(&desk, invoice)), ("0.00", "0.00", PaymentStatus::Paid));
}

#[test]
fn a_patients_balance_and_the_open_ones_of_a_site() {
    let desk = Desk::open();
    let (kept, merged) = (desk.register("Sunita Deshpande"), desk.register("Sunita Deshpandey"));
    let first = bill(&desk, kept, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    let second = bill(&desk, merged, None, vec![line("Visit", "300")]).expect("issues").summary.id;
    let appointment = walk_in(&desk, merged);
    deposit(&desk, appointment, "50").expect("takes");
    pay(&desk, first, "100", PaymentMethod::Card).expect("a part");
    let owed = |patient| desk.read(|conn| billing::of_patient(conn, patient))[0].owed.amount.clone();
    assert_eq!((owed(kept), owed(merged)), ("400.00".into(), "250.00".into()));
    let sql = "UPDATE patients SET merged_into_id = ?1, updated_at = ?2 WHERE id = ?3";
    desk.write(desk.staff.admin, |tx| Ok(tx.execute(sql, rusqlite::params![kept, tx.now, merged])?)).expect("merges");
    assert_eq!(owed(kept), "650.00");
    let payments = desk.read(|conn| billing::payments_of_patient(conn, kept, PageRequest::FIRST)).items;
    assert_eq!(payments.len(), 2);

    let open = || -> Vec<InvoiceId> {
        let page = desk.read(|conn| billing::open_balances(conn, desk.staff.site, PageRequest::FIRST));
        page.items.iter().map(|one| one.invoice.id).collect()
    };
    assert_eq!(open(), [second, first], "the latest first");
    pay(&desk, second, "300", PaymentMethod::Cash).expect("pays");
    assert_eq!(open(), [first]);
}

#[test]
fn one_till_a_pc_and_what_should_be_in_it() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let invoice = bill(&desk, patient, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    let new = NewTill { clinic_id: desk.staff.site, opening_float: "1,000".into() };
    let open = || desk.write(desk.staff.desk, |tx| billing::open_till(tx, &new));
    let till = open().expect("opens");
    let second = open().expect_err("one is open");
    assert_eq!((second.code(), second.detail()), (Code::TillOpen, Some("Front desk")));
    let cash = pay(&desk, invoice, "300", PaymentMethod::Cash).expect("pays");
    pay(&desk, invoice, "200", PaymentMethod::Card).expect("pays");
    give_back(&desk, cash.id, "50").expect("gives back");
    let device = desk.db.device().expect("a device").id;
    let now = desk.read(|conn| billing::till_of_device(conn, device)).expect("open");
    // The count is blind: until it is done nothing says what should be in the till.
    assert_eq!((now.id, now.received, now.given_back, now.expected), (till.id, None, None, None));
    let cash_of_today = || {
        let takings = desk.read(|conn| billing::takings(conn, desk.staff.site, desk.today(), ZONE));
        takings.into_iter().find(|one| one.method == PaymentMethod::Cash).expect("cash").net
    };
    assert_eq!(cash_of_today(), None);
    let count = CountedTill { counted: "1240".into(), note: "ten short".into() };
    let close = || desk.write(desk.staff.admin, |tx| billing::close_till(tx, till.id, &count));
    let closed = close().expect("closes");
    let difference = closed.difference.expect("counted").amount;
    assert_eq!((difference.as_str(), closed.closed_by.as_deref()), ("-10.00", Some("Nikhil Sathe")));
    let told = |money: Option<MoneyText>| money.expect("counted").amount;
    assert_eq!((told(closed.received).as_str(), told(closed.given_back).as_str()), ("300.00", "50.00"));
    assert_eq!(told(cash_of_today()), "250.00");
    assert_eq!(code(close()), Code::TillClosed);
    assert!(desk.read(|conn| billing::till_of_device(conn, device)).is_none());
    // Without a till money is still taken; it belongs to none.
    pay(&desk, invoice, "50", PaymentMethod::Cash).expect("pays");
    assert_eq!(told(desk.read(|conn| billing::till(conn, till.id)).expected), "1250.00");
    let takings = desk.read(|conn| billing::takings(conn, desk.staff.site, desk.today(), ZONE));
    let net: Vec<_> = takings.into_iter().map(|one| (one.method, one.payments, told(one.net))).collect();
    assert_eq!(net, [(PaymentMethod::Card, 1, "200.00".into()), (PaymentMethod::Cash, 2, "300.00".into())]);
    open().expect("opens the next");
    assert_eq!(cash_of_today(), None, "the next is not counted yet");
    assert_eq!(desk.read(|conn| billing::tills(conn, desk.staff.site, PageRequest::FIRST)).items.len(), 2);
}

#[test]
fn what_an_invoice_comes_to_is_told_before_it_is_issued() {
    let desk = Desk::open();
    let dressing = NewLine { service_id: Some(service(&desk, 8_000, "INR")), quantity: 2, ..NewLine::default() };
    let lines = [line("Visit", "500"), NewLine { discount: "10".into(), ..dressing }];
    let preview = desk.read(|conn| billing::preview_invoice(conn, &lines));
    let amounts: Vec<&str> = preview.lines.iter().map(|line| line.amount.as_str()).collect();
    assert_eq!((amounts, preview.total.amount.as_str()), (vec!["500.00", "150.00"], "650.00"));
    let wrong = desk.db.read(|conn| billing::preview_invoice(conn, &[line("Visit", "five")])).expect_err("no amount");
    assert_eq!(wrong.problems()[0].field, "lines.0.unitPrice");
    assert_eq!(desk.count("SELECT count(*) FROM invoices"), 0);
}

#[test]
fn a_receipt_says_how_the_bill_stood_then_however_often_it_is_printed() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let appointment = walk_in(&desk, patient);
    deposit(&desk, appointment, "200").expect("takes");
    let invoice = bill(&desk, patient, Some(appointment), vec![line("Visit", "650")]).expect("issues").summary.id;
    let first = pay(&desk, invoice, "300", PaymentMethod::Cash).expect("pays").id;
    let told = || {
        let bill = desk.read(|conn| billing::as_of(conn, invoice, first));
        (bill.total.amount, bill.paid_before.amount, bill.owed.amount)
    };
    let expected = ("650.00".to_owned(), "200.00".to_owned(), "150.00".to_owned());
    assert_eq!(told(), expected);
    pay(&desk, invoice, "150", PaymentMethod::Card).expect("pays the rest");
    assert_eq!(told(), expected, "printed again it says the same");
    assert_eq!(desk.read(|conn| billing::received_by(conn, first)).as_deref(), Some("Meera Kulkarni"));
}

#[test]
fn a_button_pressed_twice_takes_the_money_once() {
    let desk = Desk::open();
    let patient = desk.register("Sunita Deshpande");
    let invoice = bill(&desk, patient, None, vec![line("Visit", "500")]).expect("issues").summary.id;
    let once = |key: &str, amount: &str| {
        let new = NewPayment { invoice_id: Some(invoice), ..form(amount, PaymentMethod::Cash) };
        desk.write(desk.staff.desk, |tx| {
            idempotency::once(tx, key, "take_payment", &new, || billing::take_payment(tx, &new))
        })
    };
    let first = once("k1", "100").expect("takes");
    let commits = desk.count("SELECT count(*) FROM commits");
    assert_eq!(once("k1", "100").expect("answers"), first);
    assert_eq!(desk.count("SELECT count(*) FROM payments"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM commits"), commits, "an answer from memory is no action");
    assert_eq!(code(once("k1", "200")), Code::KeyReused, "another request");
    let new = NewPayment { invoice_id: Some(invoice), ..form("100", PaymentMethod::Cash) };
    let path = desk.write(desk.staff.desk, |tx| {
        idempotency::once(tx, "k1", "initiate_payment", &new, || billing::take_payment(tx, &new))
    });
    assert_eq!(code(path), Code::KeyReused, "another action");
    let other = desk.write(desk.staff.admin, |tx| {
        idempotency::once(tx, "k1", "take_payment", &new, || billing::take_payment(tx, &new))
    });
    assert_eq!(code(other), Code::KeyReused, "another person");
    let blank = once(" ", "100").expect_err("no key");
    assert_eq!((blank.problems()[0].field.as_str(), blank.code()), ("requestKey", Code::Required));
    // What failed is not remembered.
    assert_eq!(code(once("k2", "401")), Code::MoreThanOwed);
    once("k2", "400").expect("takes");

    let purge = || desk.db.write_local(|conn| idempotency::purge(conn, desk.now())).expect("purges");
    assert_eq!(purge(), 0);
    give_back(&desk, first.id, "100").expect("gives back");
    desk.clock.ahead(DAY);
    assert_ne!(once("k1", "100").expect("takes anew").id, first.id, "a day later the key is free");
    assert_eq!(purge(), 1, "k2, whose day is over");
}

#[test]
fn the_demo_has_bills_and_a_rating() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = DatabaseKey::random(&SystemEntropy);
    let db = support::open(&folder.path().join("neem.db"), &key, &Arc::default()).expect("opens");
    demo::create(&db, "Front desk").expect("demo");
    let count = |sql: &str| -> i64 { db.read(|conn| Ok(conn.query_row(sql, [], |row| row.get(0))?)).expect("counts") };
    let seen = count("SELECT count(*) FROM appointments WHERE status = 'completed'");
    assert!(seen > 3);
    assert_eq!(count("SELECT count(*) FROM invoices WHERE status = 'issued'"), seen);
    assert_eq!(count("SELECT count(*) FROM payments WHERE kind = 'payment'"), seen - 1, "one is still owed");
    assert_eq!(count("SELECT count(*) FROM reviews WHERE visible = 1"), 1);
    let site = db.device().expect("a device").clinic.expect("a site");
    let open = db.read(|conn| billing::open_balances(conn, site, PageRequest::FIRST)).expect("reads");
    assert_eq!(open.items.len(), 1);
}

/// One step of a random day at the desk; the numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Bill { with_appointment: bool, minor: i64 },
    Deposit { minor: i64 },
    Pay { which: usize, minor: i64, cash: bool },
    Begin { which: usize, minor: i64 },
    Settle { which: usize, success: bool },
    GiveBack { which: usize, minor: i64 },
    Void { which: usize },
}

fn step() -> impl Strategy<Value = Step> {
    // Most payments fit into most bills, so that the refusals do not eat the day.
    let (price, minor) = (1..=500_000_000_i64, 1..=100_000_000_i64);
    let which = 0..8_usize;
    prop_oneof![
        2 => (any::<bool>(), price).prop_map(|(with_appointment, minor)| Step::Bill { with_appointment, minor }),
        1 => minor.clone().prop_map(|minor| Step::Deposit { minor }),
        4 => (which.clone(), minor.clone(), any::<bool>()).prop_map(|(which, minor, cash)| Step::Pay { which, minor, cash }),
        3 => (which.clone(), minor.clone()).prop_map(|(which, minor)| Step::Begin { which, minor }),
        3 => (which.clone(), any::<bool>()).prop_map(|(which, success)| Step::Settle { which, success }),
        3 => (which.clone(), minor).prop_map(|(which, minor)| Step::GiveBack { which, minor }),
        1 => which.prop_map(|which| Step::Void { which }),
    ]
}

fn amount(minor: i64) -> String {
    Money::new(minor, "INR").amount()
}

fn minor(text: &str) -> i64 {
    Money::parse(text, "INR").expect("an amount").minor
}

/// A refusal that the rules name; anything else is a failure of the test.
fn expected(error: &Error) {
    let known = [Code::MoreThanOwed, Code::MoreThanPaid, Code::InvoiceVoid, Code::AlreadySettled, Code::AlreadyUsed];
    assert!(known.contains(&error.code()), "{error:?}");
}

/// What one patient's day left behind, kept beside the database.
#[derive(Default)]
struct Ledger {
    invoices: Vec<(InvoiceId, i64, bool)>,
    /// Id, what came, what was given back.
    paid: Vec<(PaymentId, i64, i64)>,
    begun: Vec<(String, i64)>,
    refunded: i64,
    cash: i64,
}

fn one_day(desk: &Desk, patient: PatientId, steps: &[Step]) -> std::result::Result<(), TestCaseError> {
    let appointment = walk_in(desk, patient);
    let new = NewTill { clinic_id: desk.staff.site, opening_float: "0".into() };
    let till = desk.write(desk.staff.desk, |tx| billing::open_till(tx, &new)).expect("opens");
    let mut ledger = Ledger::default();
    for (number, step) in steps.iter().enumerate() {
        let reference = format!("{patient}-{number}");
        take_step(desk, patient, appointment, step, &reference, &mut ledger);
        check_balances(desk, patient, &ledger)?;
    }
    let count = CountedTill { counted: "0".into(), note: String::new() };
    let closed = desk.write(desk.staff.admin, |tx| billing::close_till(tx, till.id, &count)).expect("closes");
    let (received, back) = (closed.received.expect("counted"), closed.given_back.expect("counted"));
    prop_assert_eq!(minor(&received.amount) - minor(&back.amount), ledger.cash);
    Ok(())
}

fn take_step(
    desk: &Desk,
    patient: PatientId,
    appointment: AppointmentId,
    step: &Step,
    reference: &str,
    ledger: &mut Ledger,
) {
    let invoice_at = |which: usize, ledger: &Ledger| {
        (!ledger.invoices.is_empty()).then(|| ledger.invoices[which % ledger.invoices.len()].0)
    };
    match step {
        Step::Bill { with_appointment, minor } => {
            let of = with_appointment.then_some(appointment);
            match bill(desk, patient, of, vec![line("Visit", &amount(*minor))]) {
                Ok(invoice) => ledger.invoices.push((invoice.summary.id, *minor, true)),
                Err(error) => expected(&error),
            }
        }
        Step::Deposit { minor } => match deposit(desk, appointment, &amount(*minor)) {
            Ok(payment) => {
                ledger.paid.push((payment.id, *minor, 0));
                ledger.cash += minor;
            }
            Err(error) => expected(&error),
        },
        Step::Pay { which, minor, cash } => {
            let Some(invoice) = invoice_at(*which, ledger) else { return };
            let method = if *cash { PaymentMethod::Cash } else { PaymentMethod::Card };
            match pay(desk, invoice, &amount(*minor), method) {
                Ok(payment) => {
                    ledger.paid.push((payment.id, *minor, 0));
                    ledger.cash += if *cash { *minor } else { 0 };
                }
                Err(error) => expected(&error),
            }
        }
        Step::Begin { which, minor } => {
            let Some(invoice) = invoice_at(*which, ledger) else { return };
            match online(desk, invoice, &amount(*minor), reference) {
                Ok(_) => ledger.begun.push((reference.to_owned(), *minor)),
                Err(error) => expected(&error),
            }
        }
        Step::Settle { which, success } => {
            if ledger.begun.is_empty() {
                return;
            }
            let (reference, minor) = ledger.begun.swap_remove(which % ledger.begun.len());
            let outcome = if *success { Outcome::Success } else { Outcome::Failed };
            let settled = confirm(desk, &reference, outcome).expect("settles");
            if *success {
                ledger.paid.push((settled.id, minor, 0));
            }
        }
        Step::GiveBack { which, minor } => {
            if ledger.paid.is_empty() {
                return;
            }
            let at = which % ledger.paid.len();
            match give_back(desk, ledger.paid[at].0, &amount(*minor)) {
                Ok(back) => {
                    ledger.paid[at].2 += minor;
                    ledger.refunded += minor;
                    ledger.cash -= if back.method == PaymentMethod::Cash { *minor } else { 0 };
                }
                Err(error) => expected(&error),
            }
        }
        Step::Void { which } => {
            let Some(invoice) = invoice_at(*which, ledger) else { return };
            match void(desk, invoice) {
                Ok(_) => {
                    let known = ledger.invoices.iter_mut().find(|one| one.0 == invoice);
                    known.expect("an invoice of the ledger").2 = false;
                }
                Err(error) => expected(&error),
            }
        }
    }
}

fn check_balances(desk: &Desk, patient: PatientId, ledger: &Ledger) -> std::result::Result<(), TestCaseError> {
    let lines: i64 = ledger.invoices.iter().filter(|one| one.2).map(|one| one.1).sum();
    let paid: i64 = ledger.paid.iter().map(|one| one.1).sum();
    prop_assert!(ledger.paid.iter().all(|one| one.2 <= one.1), "more given back than came");
    let whole = &desk.read(|conn| billing::of_patient(conn, patient))[0];
    let (owed, credit) = (minor(&whole.owed.amount), minor(&whole.credit.amount));
    prop_assert_eq!(owed - credit, lines - paid + ledger.refunded);
    prop_assert!(owed == 0 || credit == 0);
    // Invoice by invoice it is the same money, and the list of the open ones agrees with each.
    let mut sum = 0;
    for (id, ..) in &ledger.invoices {
        let one = of_invoice(desk, *id);
        sum += minor(&one.owed.amount) - minor(&one.credit.amount);
        let sql = include_str!("../src/billing/open_invoices.sql");
        let listed: Vec<InvoiceId> = desk.read(|conn| {
            let mut statement = conn.prepare_cached(sql)?;
            Ok(statement
                .query_map(rusqlite::params![desk.staff.site, -1, 0], |row| row.get("id"))?
                .collect::<rusqlite::Result<_>>()?)
        });
        prop_assert_eq!(listed.contains(id), minor(&one.owed.amount) > 0);
    }
    let unbilled: i64 = desk.read(|conn| {
        Ok(conn.query_row(
            "SELECT coalesce(sum(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END), 0) FROM payments
             WHERE patient_id = ?1 AND invoice_id IS NULL AND status = 'success'
               AND NOT EXISTS (SELECT 1 FROM invoices WHERE invoices.appointment_id = payments.appointment_id AND status = 'issued')",
            [patient],
            |row| row.get(0),
        )?)
    });
    prop_assert_eq!(sum - unbilled, owed - credit);
    Ok(())
}

#[test]
fn whatever_happens_at_the_desk_it_adds_up() {
    let desk = Desk::open();
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let days = prop::collection::vec(step(), 1..24);
    runner
        .run(&days, |steps| {
            let patient = desk.register("Sunita Deshpande");
            let done = one_day(&desk, patient, &steps);
            // A day that failed must not leave its till open for the next, smaller one.
            let device = desk.db.device().expect("a device").id;
            if let Some(till) = desk.read(|conn| billing::till_of_device(conn, device)) {
                let count = CountedTill { counted: "0".into(), note: String::new() };
                desk.write(desk.staff.admin, |tx| billing::close_till(tx, till.id, &count)).expect("closes");
            }
            done
        })
        .expect("adds up");
    let takings = desk.read(|conn| billing::takings(conn, desk.staff.site, desk.today(), ZONE));
    for one in &takings {
        let sql = "SELECT sum(CASE kind WHEN 'refund' THEN -amount_minor ELSE amount_minor END) FROM payments
                   WHERE method = ?1 AND status = 'success'";
        let sum: i64 = desk.read(|conn| Ok(conn.query_row(sql, [one.method], |row| row.get(0))?));
        let amount = |money: &Option<MoneyText>| minor(&money.as_ref().expect("no till is open").amount);
        assert_eq!(amount(&one.received) - amount(&one.given_back), sum, "{:?}", one.method);
    }
    assert!(!takings.is_empty(), "something was taken");
}
