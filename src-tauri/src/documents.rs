//! From what was issued to paper: the words of a slip, of a prescription sheet and of a receipt.

use std::io::Write;
use std::path::PathBuf;

use chrono_tz::Tz;
use neem_core::billing::{self, InvoiceLine, MoneyText, PaymentKind, PaymentMethod};
use neem_core::ids::{
    ClinicId, Instant, LocalDate, PatientId, PaymentId, PrescriptionId, ProviderId, SlipBatchId, TicketId,
};
use neem_core::patients::{self, Gender};
use neem_core::prescriptions::{self, SheetItem, SignedSheet};
use neem_core::{Code, Error, Result, scheduling, tenancy};
use neem_print::{
    Clinic, Language, Line, Patient, Prescriber, PrescriptionSheet, Printable, Receipt, ReceiptDetail, ReceiptKind,
    ReceiptLine, ReceiptPaper, Reprint, Slip, Verification, Words,
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
    /// In which language it comes out.
    pub language: Language,
    /// In which it could: that of the screen, and the patient's where it is another.
    pub languages: Vec<Language>,
}

/// The language of the screen, and the one that was chosen for this paper, if any was.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PaperLanguage {
    pub screen: Language,
    pub chosen: Option<Language>,
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

    /// The patient who takes the paper away; none for the papers of the desk.
    fn patient(self, conn: &Connection) -> Result<Option<PatientId>> {
        Ok(match self {
            DocumentRef::Slip { id } => Some(scheduling::ticket(conn, id)?.patient_id),
            DocumentRef::Receipt { id, .. } => Some(billing::payment(conn, id)?.patient_id),
            DocumentRef::Prescription { id } => Some(prescriptions::sheet(conn, id)?.sheet.patient),
            DocumentRef::BlankSlips { .. } | DocumentRef::DayList { .. } => None,
        })
    }

    /// In which languages it can come out, the one of the screen first.
    pub fn languages(self, conn: &Connection, screen: Language, now: Instant) -> Result<Vec<Language>> {
        // Whoever was erased has left no language, and the prescription all the same.
        let patient = self.patient(conn)?.and_then(|id| patients::patient(conn, id, now.day(Tz::UTC)).ok());
        let theirs = patient.and_then(|patient| patient.primary_language);
        let theirs = theirs.as_deref().and_then(Language::of).filter(|theirs| *theirs != screen);
        Ok([Some(screen), theirs].into_iter().flatten().collect())
    }

    /// In which language it comes out: the desk's own papers in that of the screen, a slip and a receipt in the
    /// patient's where Neem speaks it. A prescription is read by a pharmacist next, who lives where the clinic is, so
    /// it is in the patient's only when somebody chose that.
    pub fn language(self, languages: &[Language], chosen: Option<Language>) -> Language {
        let theirs = match self {
            DocumentRef::Slip { .. } | DocumentRef::Receipt { .. } => languages.last(),
            DocumentRef::BlankSlips { .. } | DocumentRef::DayList { .. } | DocumentRef::Prescription { .. } => {
                languages.first()
            }
        };
        chosen.filter(|chosen| languages.contains(chosen)).or(theirs.copied()).unwrap_or_default()
    }

    /// The document with all its words, and the name of its file.
    pub fn printable(self, conn: &Connection, wanted: PaperLanguage, now: Instant) -> Result<(Printable, String)> {
        let first = self.first_print(conn)?;
        let language = self.language(&self.languages(conn, wanted.screen, now)?, wanted.chosen);
        match self {
            DocumentRef::Slip { id } => slip(conn, id, language, wanted.screen, first, now),
            DocumentRef::BlankSlips { id } => desk_papers::blank_slips(conn, id, language),
            DocumentRef::DayList { clinic_id, day, provider_id } => {
                desk_papers::day_list(conn, clinic_id, day, provider_id, language, now)
            }
            DocumentRef::Prescription { id } => {
                let signed = prescriptions::sheet(conn, id)?;
                let name = format!("prescription-{}.pdf", signed.sheet.number);
                Ok((Printable::Prescription(sheet(signed, language, first, now)), name))
            }
            DocumentRef::Receipt { id, paper } => receipt(conn, id, paper, language, first, now),
        }
    }
}

pub fn time(at: Instant, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%H:%M").to_string()
}

/// A paper of an earlier day says which.
fn reprint(words: &Words, first: Option<Instant>, now: Instant, zone: Tz) -> Option<Reprint> {
    let first = first?;
    let of_today = first.day(zone) == now.day(zone);
    let said = time(first, zone);
    let first = if of_today { said } else { words.listed(&[words.day(first.day(zone).0), said]) };
    Some(Reprint { at: time(now, zone), first })
}

fn slip(
    conn: &Connection,
    id: TicketId,
    language: Language,
    screen: Language,
    first: Option<Instant>,
    now: Instant,
) -> Result<(Printable, String)> {
    let ticket = scheduling::ticket(conn, id)?;
    let site = tenancy::clinic(conn, ticket.clinic_id)?;
    let zone = site.zone();
    let patient = patients::patient(conn, ticket.patient_id, now.day(zone))?;
    let words = language.words();
    // Once more for whoever of the desk helps, who reads the screen.
    let mut readers = vec![language, screen];
    readers.dedup();
    let theirs = patient.primary_language.as_deref().unwrap_or(language.code());
    let slip = Slip {
        language,
        paper: printers::chosen(conn)?.1,
        clinic: tenancy::tenant(conn)?.name,
        site: site.name,
        number: ticket.number.clone(),
        doctor: ticket.provider_name,
        room_alternate: ticket.room.as_deref().and_then(|room| spoken::room(theirs, room)),
        room: ticket.room,
        date_text: words.day(ticket.issued_at.day(zone).0),
        time_text: time(ticket.issued_at, zone),
        patient: patient.full_name,
        patient_alternate: patient.alternate_name,
        reprinted: reprint(words, first, now, zone),
        notice: readers.into_iter().map(|language| Line { text: language.words().called.clone(), language }).collect(),
    };
    Ok((Printable::Slip(slip), format!("slip-{}.pdf", ticket.number)))
}

/// The paper for money that moved; there is none for a payment that has not succeeded.
fn receipt(
    conn: &Connection,
    id: PaymentId,
    paper: ReceiptPaper,
    language: Language,
    first: Option<Instant>,
    now: Instant,
) -> Result<(Printable, String)> {
    let words = language.words();
    let payment = billing::payment(conn, id)?;
    let number = payment.receipt_number.clone().ok_or(Code::NotFound)?;
    let site = tenancy::clinic(conn, payment.clinic_id)?;
    let zone = site.zone();
    let patient = patients::patient(conn, payment.patient_id, now.day(zone))?;
    let bill = payment.invoice_id.map(|id| billing::as_of(conn, id, payment.id)).transpose()?;
    let visit = match (payment.kind, payment.appointment_id) {
        (PaymentKind::Deposit, Some(id)) => {
            let visit = scheduling::appointment(conn, id)?;
            vec![words.day(visit.start.day(zone).0), visit.provider_name]
        }
        _ => Vec::new(),
    };
    let refund_of = match payment.refund_of_id {
        Some(id) => billing::payment(conn, id)?.receipt_number,
        None => None,
    };
    let receipt = Receipt {
        paper,
        language,
        kind: match payment.kind {
            PaymentKind::Payment => ReceiptKind::Payment,
            PaymentKind::Deposit => ReceiptKind::Deposit,
            PaymentKind::Refund => ReceiptKind::Refund,
        },
        number: number.clone(),
        date_text: words.day(payment.received_at.day(zone).0),
        time_text: time(payment.received_at, zone),
        clinic: Clinic { name: tenancy::tenant(conn)?.name, address: site.address, phone: site.phone },
        patient: patient.full_name,
        patient_alternate: patient.alternate_name,
        record_number: patient.record_number,
        invoice: bill.as_ref().map(|bill| bill.number.clone()),
        visit,
        lines: bill
            .as_ref()
            .map(|bill| bill.lines.iter().map(|line| bill_line(words, line)).collect())
            .unwrap_or_default(),
        total: bill.as_ref().map(|bill| words.number(&bill.total.amount)),
        paid_before: bill
            .as_ref()
            .filter(|bill| !bill.paid_before.is_zero())
            .map(|bill| words.number(&bill.paid_before.amount)),
        amount: words.number(&payment.amount.amount),
        currency: payment.amount.currency,
        method: method(words, payment.method).into(),
        reference: payment.transaction_reference,
        refund_of,
        note: payment.note,
        owed: bill.map(|bill| words.number(&bill.owed.amount)),
        received_by: billing::received_by(conn, payment.id)?.unwrap_or_default(),
        reprinted: reprint(words, first, now, zone),
    };
    Ok((Printable::Receipt(receipt), format!("receipt-{number}.pdf")))
}

fn bill_line(words: &Words, line: &InvoiceLine) -> ReceiptLine {
    let unless_zero = |money: &MoneyText| (!money.is_zero()).then(|| words.number(&money.amount));
    let plain = line.total == line.unit_price;
    ReceiptLine {
        text: line.description.clone(),
        detail: (!plain).then(|| ReceiptDetail {
            quantity: words.number(&line.quantity.to_string()),
            price: words.number(&line.unit_price.amount),
            less: unless_zero(&line.discount),
            tax: unless_zero(&line.tax),
        }),
        amount: words.number(&line.total.amount),
    }
}

fn method(words: &Words, method: PaymentMethod) -> &str {
    let say = &words.method;
    match method {
        PaymentMethod::Cash => &say.cash,
        PaymentMethod::Card => &say.card,
        PaymentMethod::BankTransfer => &say.bank_transfer,
        PaymentMethod::MobileMoney => &say.mobile_money,
        PaymentMethod::Online => &say.online,
        PaymentMethod::Insurance => &say.insurance,
        PaymentMethod::Other => &say.other,
    }
}

/// Medicines, doses and whatever else the doctor wrote stand as they were signed; only what is around them is said in
/// the language of the paper.
fn sheet(signed: SignedSheet, language: Language, first: Option<Instant>, now: Instant) -> PrescriptionSheet {
    let words = language.words();
    let payload = verification(&signed);
    let sheet = signed.sheet;
    let zone: Tz = sheet.timezone.parse().unwrap_or(chrono_tz::UTC);
    PrescriptionSheet {
        language,
        number: sheet.number,
        date_text: words.day(sheet.issued_at.day(zone).0),
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
            age: sheet.age_years.map(|years| words.years(years)).unwrap_or_default(),
            sex: sex(words, sheet.gender).into(),
            address: sheet.patient_address.unwrap_or_default(),
            weight: sheet.weight_kg.map(|weight| format!("{} kg", words.number(&weight.to_string()))),
            national_id: sheet.national_id,
            record_number: sheet.record_number,
        },
        diagnosis: Some(sheet.diagnosis).filter(|text| !text.is_empty()),
        items: sheet.items.into_iter().map(|written| item(words, written)).collect(),
        advice: sheet.advice,
        follow_up: sheet.follow_up_on.map(|day| words.day(day.0)),
        verification: Some(Verification { payload, signed_by: sheet.prescriber }),
        supersedes: sheet.supersedes,
        reprinted: reprint(words, first, now, zone),
        ..PrescriptionSheet::default()
    }
}

fn item(words: &Words, item: SheetItem) -> neem_print::SheetItem {
    neem_print::SheetItem {
        medicine: item.medicine,
        form: item.form,
        // A remedy has a potency where others have a strength.
        strength: [item.strength, item.potency.unwrap_or_default()].join(" ").trim().to_owned(),
        dose: item.dose,
        route: item.route,
        frequency: item.frequency,
        duration: item.duration_days.map(|days| words.days(days)),
        quantity: item.quantity,
        instructions: match (item.vehicle, item.instructions) {
            (Some(vehicle), Some(text)) => Some(format!("{}; {text}", words.with_vehicle(&vehicle))),
            (Some(vehicle), None) => Some(words.with_vehicle(&vehicle)),
            (None, text) => text,
        },
        override_reason: item.override_reason,
    }
}

pub fn sex(words: &Words, gender: Gender) -> &str {
    let say = &words.sex;
    match gender {
        Gender::Male => &say.male,
        Gender::Female => &say.female,
        Gender::Other => &say.other,
        Gender::PreferNotToSay => &say.prefer_not_to_say,
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

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{Ar, En, Hi};

    #[test]
    fn a_paper_speaks_to_whoever_reads_it() {
        let id = Uuid::nil();
        let slip = DocumentRef::Slip { id: TicketId(id) };
        let receipt = DocumentRef::Receipt { id: PaymentId(id), paper: ReceiptPaper::A4 };
        let prescription = DocumentRef::Prescription { id: PrescriptionId(id) };
        let blank = DocumentRef::BlankSlips { id: SlipBatchId(id) };
        for (document, languages, chosen, expected) in [
            (slip, &[En, Hi][..], None, Hi),
            (slip, &[En, Hi][..], Some(En), En),
            (slip, &[Ar][..], None, Ar),
            (receipt, &[En, Hi][..], None, Hi),
            (prescription, &[En, Hi][..], None, En),
            (prescription, &[En, Hi][..], Some(Hi), Hi),
            // Neither the screen's nor the patient's: nobody could have chosen it.
            (prescription, &[En, Hi][..], Some(Ar), En),
            (blank, &[Ar][..], None, Ar),
        ] {
            assert_eq!(document.language(languages, chosen), expected, "{document:?} {languages:?} {chosen:?}");
        }
    }

    #[test]
    fn a_paper_of_an_earlier_day_says_which() {
        let at = |text: &str| serde_json::from_value::<Instant>(text.into()).expect("a time");
        let zone = chrono_tz::Asia::Kolkata;
        let said = |first| reprint(En.words(), Some(at(first)), at("2026-11-20T05:50:00Z"), zone).expect("a reprint");
        assert_eq!(said("2026-11-20T05:28:00Z"), Reprint { at: "11:20".into(), first: "10:58".into() });
        assert_eq!(said("2026-11-19T05:28:00Z").first, "Thu 19 Nov 2026, 10:58");
        assert!(reprint(En.words(), None, at("2026-11-20T05:50:00Z"), zone).is_none());
    }
}
