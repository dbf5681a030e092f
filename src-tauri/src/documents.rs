//! From what was issued to paper: the words of a slip, of a prescription sheet and of a receipt.

use std::io::Write;
use std::path::PathBuf;

use chrono::Datelike;
use chrono_tz::Tz;
use neem_core::billing::{self, InvoiceLine, PaymentKind, PaymentMethod};
use neem_core::ids::{ClinicId, Instant, LocalDate, PaymentId, PrescriptionId, ProviderId, SlipBatchId, TicketId};
use neem_core::patients::{self, Gender};
use neem_core::prescriptions::{self, SheetItem, SignedSheet};
use neem_core::{Code, Error, Result, scheduling, tenancy};
use neem_print::{
    Clinic, Patient, Prescriber, PrescriptionSheet, Printable, Receipt, ReceiptKind, ReceiptLine, ReceiptPaper,
    Reprint, Slip, SlipWords, Verification,
};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::{desk_papers, printers, spoken};

/// Something that can be printed.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DocumentRef {
    Slip {
        id: TicketId,
    },
    /// Numbered slips to be filled in by hand.
    #[serde(rename_all = "camelCase")]
    BlankSlips {
        id: SlipBatchId,
    },
    /// The visits of a day, of one doctor or of all.
    #[serde(rename_all = "camelCase")]
    DayList {
        clinic_id: ClinicId,
        day: LocalDate,
        provider_id: Option<ProviderId>,
    },
    Prescription {
        id: PrescriptionId,
    },
    Receipt {
        id: PaymentId,
        paper: ReceiptPaper,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DocumentPreview {
    /// The file's name, without the patient's.
    pub name: String,
    /// One SVG for each page.
    pub pages: Vec<String>,
    /// Where it goes: the printer of slips, or the system's default, if there is one.
    pub printer: Option<String>,
    pub printed_before: bool,
}

impl DocumentRef {
    fn row(self) -> Uuid {
        match self {
            DocumentRef::Slip { id } => id.0,
            DocumentRef::BlankSlips { id } => id.0,
            DocumentRef::DayList { clinic_id, .. } => clinic_id.0,
            DocumentRef::Prescription { id } => id.0,
            DocumentRef::Receipt { id, .. } => id.0,
        }
    }

    /// The row that the document shows, with its table.
    pub fn entity(self) -> (&'static str, Uuid) {
        match self {
            DocumentRef::Slip { id } => ("queue_tickets", id.0),
            DocumentRef::BlankSlips { id } => ("paper_slips", id.0),
            DocumentRef::DayList { clinic_id, .. } => ("clinics", clinic_id.0),
            DocumentRef::Prescription { id } => ("prescriptions", id.0),
            DocumentRef::Receipt { id, .. } => ("payments", id.0),
        }
    }

    /// What a second paper is marked for as printed again. The others can lie about in any number.
    fn kind(self) -> Option<&'static str> {
        match self {
            DocumentRef::Slip { .. } => Some("slip"),
            DocumentRef::BlankSlips { .. } | DocumentRef::DayList { .. } => None,
            DocumentRef::Prescription { .. } => Some("prescription"),
            DocumentRef::Receipt { .. } => Some("receipt"),
        }
    }

    /// The printer chosen here for it; none for the system's default.
    pub fn printer(self, conn: &Connection) -> Result<Option<String>> {
        match self {
            DocumentRef::Slip { .. } | DocumentRef::BlankSlips { .. } => Ok(printers::chosen(conn)?.0),
            DocumentRef::Receipt { paper: ReceiptPaper::Roll80, .. } => Ok(printers::chosen(conn)?.0),
            DocumentRef::DayList { .. } | DocumentRef::Prescription { .. } | DocumentRef::Receipt { .. } => Ok(None),
        }
    }

    /// The first time that this document was printed or saved here.
    pub fn first_print(self, conn: &Connection) -> Result<Option<Instant>> {
        let Some(kind) = self.kind() else { return Ok(None) };
        let first = "SELECT min(printed_at) FROM prints WHERE document = ?1 AND kind = ?2";
        Ok(conn.query_row(first, rusqlite::params![self.row(), kind], |row| row.get(0)).optional()?.flatten())
    }

    pub fn note_print(self, conn: &Connection, user: Uuid, now: Instant) -> Result<()> {
        let Some(kind) = self.kind() else { return Ok(()) };
        conn.execute(
            "INSERT INTO prints (document, kind, printed_at, user_id) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (document, printed_at) DO NOTHING",
            rusqlite::params![self.row(), kind, now, user],
        )?;
        Ok(())
    }

    /// The document with all its words, and the name of its file.
    pub fn printable(self, conn: &Connection, now: Instant) -> Result<(Printable, String)> {
        let first = self.first_print(conn)?;
        match self {
            DocumentRef::Slip { id } => slip(conn, id, first, now),
            DocumentRef::BlankSlips { id } => desk_papers::blank_slips(conn, id),
            DocumentRef::DayList { clinic_id, day, provider_id } => {
                desk_papers::day_list(conn, clinic_id, day, provider_id, now)
            }
            DocumentRef::Prescription { id } => {
                let signed = prescriptions::sheet(conn, id)?;
                let name = format!("prescription-{}.pdf", signed.sheet.number);
                Ok((Printable::Prescription(sheet(signed, first, now)), name))
            }
            DocumentRef::Receipt { id, paper } => receipt(conn, id, paper, first, now),
        }
    }
}

pub fn time(at: Instant, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%H:%M").to_string()
}

fn date(at: Instant, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%a %-d %b %Y").to_string()
}

fn reprint(first: Option<Instant>, now: Instant, zone: Tz) -> Option<Reprint> {
    first.map(|first| Reprint { at: time(now, zone), first: time(first, zone) })
}

fn slip(conn: &Connection, id: TicketId, first: Option<Instant>, now: Instant) -> Result<(Printable, String)> {
    let ticket = scheduling::ticket(conn, id)?;
    let site = tenancy::clinic(conn, ticket.clinic_id)?;
    let zone = site.zone();
    let patient = patients::patient(conn, ticket.patient_id, now.day(zone))?;
    // The slip is the patient's, so it speaks their language; the screens have their own.
    let words = SlipWords::of(patient.primary_language.as_deref());
    let day = ticket.issued_at.to_utc().with_timezone(&zone).date_naive();
    let theirs = patient.primary_language.as_deref().unwrap_or_default();
    let slip = Slip {
        language: words.language.into(),
        paper: printers::chosen(conn)?.1,
        clinic: tenancy::tenant(conn)?.name,
        site: site.name,
        number: ticket.number.clone(),
        doctor: ticket.provider_name,
        room_alternate: ticket.room.as_deref().and_then(|room| spoken::room(theirs, room)),
        room: ticket.room,
        date_text: words.day(
            day.weekday().num_days_from_monday() as usize,
            day.day(),
            day.month0() as usize,
            day.year(),
        ),
        time_text: time(ticket.issued_at, zone),
        patient: patient.full_name,
        patient_alternate: patient.alternate_name,
        reprinted: reprint(first, now, zone),
        notice: words.notice(),
        labels: words.labels(),
    };
    Ok((Printable::Slip(slip), format!("slip-{}.pdf", ticket.number)))
}

/// The paper for money that moved; there is none for a payment that has not succeeded.
fn receipt(
    conn: &Connection,
    id: PaymentId,
    paper: ReceiptPaper,
    first: Option<Instant>,
    now: Instant,
) -> Result<(Printable, String)> {
    let payment = billing::payment(conn, id)?;
    let number = payment.receipt_number.clone().ok_or(Code::NotFound)?;
    let site = tenancy::clinic(conn, payment.clinic_id)?;
    let zone = site.zone();
    let patient = patients::patient(conn, payment.patient_id, now.day(zone))?;
    let bill = payment.invoice_id.map(|id| billing::as_of(conn, id, payment.id)).transpose()?;
    let visit = match (payment.kind, payment.appointment_id) {
        (PaymentKind::Deposit, Some(id)) => {
            let visit = scheduling::appointment(conn, id)?;
            Some(format!("{}, {}", date(visit.start, zone), visit.provider_name))
        }
        _ => None,
    };
    let refund_of = match payment.refund_of_id {
        Some(id) => billing::payment(conn, id)?.receipt_number,
        None => None,
    };
    let receipt = Receipt {
        paper,
        language: "en".into(),
        kind: match payment.kind {
            PaymentKind::Payment => ReceiptKind::Payment,
            PaymentKind::Deposit => ReceiptKind::Deposit,
            PaymentKind::Refund => ReceiptKind::Refund,
        },
        number: number.clone(),
        date_text: date(payment.received_at, zone),
        time_text: time(payment.received_at, zone),
        clinic: Clinic { name: tenancy::tenant(conn)?.name, address: site.address, phone: site.phone },
        patient: patient.full_name,
        patient_alternate: patient.alternate_name,
        record_number: patient.record_number,
        invoice: bill.as_ref().map(|bill| bill.number.clone()),
        visit,
        lines: bill.as_ref().map(|bill| bill.lines.iter().map(bill_line).collect()).unwrap_or_default(),
        total: bill.as_ref().map(|bill| bill.total.amount.clone()),
        paid_before: bill
            .as_ref()
            .filter(|bill| !bill.paid_before.is_zero())
            .map(|bill| bill.paid_before.amount.clone()),
        amount: payment.amount.amount,
        currency: payment.amount.currency,
        method: method(payment.method).into(),
        reference: payment.transaction_reference,
        refund_of,
        note: payment.note,
        owed: bill.map(|bill| bill.owed.amount),
        received_by: billing::received_by(conn, payment.id)?.unwrap_or_default(),
        reprinted: reprint(first, now, zone),
        ..Receipt::default()
    };
    Ok((Printable::Receipt(receipt), format!("receipt-{number}.pdf")))
}

fn bill_line(line: &InvoiceLine) -> ReceiptLine {
    let mut detail = format!("{} × {}", line.quantity, line.unit_price.amount);
    if !line.discount.is_zero() {
        detail.push_str(&format!(", less {}", line.discount.amount));
    }
    if !line.tax.is_zero() {
        detail.push_str(&format!(", tax {}", line.tax.amount));
    }
    let plain = line.total == line.unit_price;
    ReceiptLine {
        text: line.description.clone(),
        detail: (!plain).then_some(detail),
        amount: line.total.amount.clone(),
    }
}

fn method(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Cash => "cash",
        PaymentMethod::Card => "card",
        PaymentMethod::BankTransfer => "bank transfer",
        PaymentMethod::MobileMoney => "mobile money",
        PaymentMethod::Online => "online",
        PaymentMethod::Insurance => "insurance",
        PaymentMethod::Other => "another way",
    }
}

fn sheet(signed: SignedSheet, first: Option<Instant>, now: Instant) -> PrescriptionSheet {
    let payload = verification(&signed);
    let sheet = signed.sheet;
    let zone: Tz = sheet.timezone.parse().unwrap_or(chrono_tz::UTC);
    PrescriptionSheet {
        language: "en".into(),
        number: sheet.number,
        date_text: date(sheet.issued_at, zone),
        time_text: time(sheet.issued_at, zone),
        clinic: Clinic { name: sheet.clinic, address: sheet.clinic_address, phone: sheet.clinic_phone.clone() },
        prescriber: Prescriber {
            name: sheet.prescriber.clone(),
            qualification: sheet.qualification,
            registration_number: sheet.registration_number,
            // A doctor without a number of their own is reached through the clinic.
            contact: Some(sheet.prescriber_phone).filter(|phone| !phone.is_empty()).unwrap_or(sheet.clinic_phone),
        },
        patient: Patient {
            name: sheet.patient_name,
            alternate: sheet.patient_alternate_name,
            age: sheet.age_years.map(|years| format!("{years} years")).unwrap_or_default(),
            sex: sex(sheet.gender).into(),
            address: sheet.patient_address.unwrap_or_default(),
            weight: sheet.weight_kg.map(|weight| format!("{weight} kg")),
            national_id: sheet.national_id,
            record_number: sheet.record_number,
        },
        diagnosis: Some(sheet.diagnosis).filter(|text| !text.is_empty()),
        items: sheet.items.into_iter().map(item).collect(),
        advice: sheet.advice,
        follow_up: sheet.follow_up_on.map(|day| day.0.format("%a %-d %b %Y").to_string()),
        verification: Some(Verification { payload, signed_by: sheet.prescriber }),
        supersedes: sheet.supersedes,
        reprinted: reprint(first, now, zone),
        ..PrescriptionSheet::default()
    }
}

fn item(item: SheetItem) -> neem_print::SheetItem {
    neem_print::SheetItem {
        medicine: item.medicine,
        form: item.form,
        // A remedy has a potency where others have a strength.
        strength: [item.strength, item.potency.unwrap_or_default()].join(" ").trim().to_owned(),
        dose: item.dose,
        route: item.route,
        frequency: item.frequency,
        duration: item.duration_days.map(|days| if days == 1 { "1 day".into() } else { format!("{days} days") }),
        quantity: item.quantity,
        instructions: match (item.vehicle, item.instructions) {
            (Some(vehicle), Some(text)) => Some(format!("with {vehicle}; {text}")),
            (Some(vehicle), None) => Some(format!("with {vehicle}")),
            (None, text) => text,
        },
        override_reason: item.override_reason,
    }
}

pub fn sex(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "Male",
        Gender::Female => "Female",
        Gender::Other => "Other",
        Gender::PreferNotToSay => "Not stated",
    }
}

/// What the QR code says: which sheet, its hash, which PC signed it, and the signature.
fn verification(signed: &SignedSheet) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!(
        "neem:rx1:{}:{}:{}:{}",
        signed.sheet.id,
        hex(&signed.hash),
        signed.device.0.simple(),
        hex(&signed.signature)
    )
}

pub fn pdf(document: &Printable) -> Result<Vec<u8>> {
    neem_print::pdf(document).map_err(|error| Error::Invariant(error.to_string()))
}

/// Writes a PDF into a folder under its name, or a numbered one: an older file is never overwritten.
pub fn save(pdf: &[u8], folder: &std::path::Path, name: &str) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|_| Code::CannotSaveFile)?;
    let stem = name.trim_end_matches(".pdf");
    for copy in 1..1000 {
        let path = folder.join(if copy == 1 { name.to_owned() } else { format!("{stem} ({copy}).pdf") });
        match std::fs::File::create_new(&path) {
            Ok(mut file) => {
                file.write_all(pdf).map_err(|_| Code::CannotSaveFile)?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(_) => break,
        }
    }
    Err(Code::CannotSaveFile.into())
}
