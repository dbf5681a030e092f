use neem_core::billing::{
    self, Balance, CashSession, Change, Confirmation, CountedTill, Invoice, InvoicePreview, InvoiceSummary, NewInvoice,
    NewLine, NewPayment, NewRefund, NewTill, OpenBalance, Payment, Takings,
};
use neem_core::identity::Permission;
use neem_core::ids::{AppointmentId, CashSessionId, ClinicId, InvoiceId, LocalDate, PatientId};
use neem_core::page::{Page, PageRequest};
use neem_core::{idempotency, tenancy};
use tauri::State;

use crate::error::Answer;
use crate::state::App;

#[tauri::command(async)]
#[specta::specta]
pub fn issue_invoice(app: State<App>, invoice: NewInvoice) -> Answer<Invoice> {
    app.write(Permission::TakePayment, "issue_invoice", |tx| billing::issue_invoice(tx, &invoice))
}

#[tauri::command(async)]
#[specta::specta]
pub fn preview_invoice(app: State<App>, lines: Vec<NewLine>) -> Answer<InvoicePreview> {
    app.read(Permission::TakePayment, |conn| billing::preview_invoice(conn, &lines))
}

#[tauri::command(async)]
#[specta::specta]
pub fn cash_change(app: State<App>, amount: String, given: String, currency: String) -> Answer<Change> {
    app.read(Permission::TakePayment, |_| billing::change(&amount, &given, &currency))
}

#[tauri::command(async)]
#[specta::specta]
pub fn void_invoice(app: State<App>, invoice_id: InvoiceId, reason: String) -> Answer<Invoice> {
    app.write(Permission::ManageBilling, "void_invoice", |tx| billing::void_invoice(tx, invoice_id, &reason))
}

#[tauri::command(async)]
#[specta::specta]
pub fn get_invoice(app: State<App>, invoice_id: InvoiceId) -> Answer<Invoice> {
    app.read(Permission::ViewBilling, |conn| billing::invoice(conn, invoice_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_invoices_of_patient(
    app: State<App>,
    patient_id: PatientId,
    page: PageRequest,
) -> Answer<Page<InvoiceSummary>> {
    app.read(Permission::ViewBilling, |conn| billing::invoices_of_patient(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_invoices_of_appointment(app: State<App>, appointment_id: AppointmentId) -> Answer<Vec<InvoiceSummary>> {
    app.read(Permission::ViewBilling, |conn| billing::invoices_of_appointment(conn, appointment_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_payments_of_patient(app: State<App>, patient_id: PatientId, page: PageRequest) -> Answer<Page<Payment>> {
    app.read(Permission::ViewBilling, |conn| billing::payments_of_patient(conn, patient_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn take_payment(app: State<App>, request_key: String, payment: NewPayment) -> Answer<Payment> {
    app.write(Permission::TakePayment, "take_payment", |tx| {
        idempotency::once(tx, &request_key, "take_payment", &payment, || billing::take_payment(tx, &payment))
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn initiate_payment(app: State<App>, request_key: String, payment: NewPayment) -> Answer<Payment> {
    app.write(Permission::TakePayment, "initiate_payment", |tx| {
        idempotency::once(tx, &request_key, "initiate_payment", &payment, || billing::initiate_payment(tx, &payment))
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn confirm_payment(app: State<App>, request_key: String, confirmation: Confirmation) -> Answer<Payment> {
    app.write(Permission::TakePayment, "confirm_payment", |tx| {
        idempotency::once(tx, &request_key, "confirm_payment", &confirmation, || billing::confirm(tx, &confirmation))
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn refund_payment(app: State<App>, request_key: String, refund: NewRefund) -> Answer<Payment> {
    app.write(Permission::ManageBilling, "refund_payment", |tx| {
        idempotency::once(tx, &request_key, "refund_payment", &refund, || billing::refund(tx, &refund))
    })
}

#[tauri::command(async)]
#[specta::specta]
pub fn get_appointment_balance(app: State<App>, appointment_id: AppointmentId) -> Answer<Balance> {
    app.read(Permission::ViewBilling, |conn| billing::of_appointment(conn, appointment_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn get_patient_balance(app: State<App>, patient_id: PatientId) -> Answer<Vec<Balance>> {
    app.read(Permission::ViewBilling, |conn| billing::of_patient(conn, patient_id))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_open_balances(app: State<App>, clinic_id: ClinicId, page: PageRequest) -> Answer<Page<OpenBalance>> {
    app.read(Permission::ViewBilling, |conn| billing::open_balances(conn, clinic_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn open_till(app: State<App>, till: NewTill) -> Answer<CashSession> {
    app.write(Permission::TakePayment, "open_till", |tx| billing::open_till(tx, &till))
}

#[tauri::command(async)]
#[specta::specta]
pub fn close_till(app: State<App>, cash_session_id: CashSessionId, count: CountedTill) -> Answer<CashSession> {
    app.write(Permission::TakePayment, "close_till", |tx| billing::close_till(tx, cash_session_id, &count))
}

/// The open till of this PC.
#[tauri::command(async)]
#[specta::specta]
pub fn get_till(app: State<App>) -> Answer<Option<CashSession>> {
    let device = app.db()?.device()?.id;
    app.read(Permission::ViewBilling, |conn| billing::till_of_device(conn, device))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_tills(app: State<App>, clinic_id: ClinicId, page: PageRequest) -> Answer<Page<CashSession>> {
    app.read(Permission::ViewBilling, |conn| billing::tills(conn, clinic_id, page))
}

#[tauri::command(async)]
#[specta::specta]
pub fn list_takings(app: State<App>, clinic_id: ClinicId, day: LocalDate) -> Answer<Vec<Takings>> {
    app.read(Permission::ViewBilling, |conn| {
        billing::takings(conn, clinic_id, day, tenancy::clinic(conn, clinic_id)?.zone())
    })
}
