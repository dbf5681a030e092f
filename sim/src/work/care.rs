//! The consulting room: what a patient must not be given, visits, prescriptions.

use neem_core::Result;
use neem_core::consultations::{self, Notes};
use neem_core::ids::{AllergyId, AppointmentId, ConditionId, ConsultationId, PrescriptionId};
use neem_core::patients::{self, AllergyReview, AllergyStatus, ConditionStatus, NewAllergy, NewCondition, Severity};
use neem_core::prescriptions::{self, PrescriptionDraft, parse_line};
use rusqlite::OptionalExtension;

use super::{Hand, desk};

type Tried = Result<Option<Result<()>>>;

const OPEN_VISITS: &str = "SELECT id FROM consultations WHERE ended_at IS NULL ORDER BY id";

fn severity(hand: &mut Hand) -> Severity {
    [Severity::Mild, Severity::Moderate, Severity::Severe][hand.rng.usize(0..3)]
}

pub fn record_allergy(hand: &mut Hand) -> Tried {
    let Some(patient_id) = desk::patient(hand)? else { return Ok(None) };
    let new = NewAllergy { patient_id, substance: hand.word(), severity: severity(hand), reaction: "Rash".into() };
    Ok(Some(hand.write(hand.staff.doctors[0].0, |tx| patients::record_allergy(tx, &new))))
}

pub fn review_allergy(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one("SELECT id FROM allergies ORDER BY id")? else { return Ok(None) };
    let status = [AllergyStatus::Active, AllergyStatus::Resolved, AllergyStatus::Refuted][hand.rng.usize(0..3)];
    let review = AllergyReview { allergy_id: AllergyId(id), status, severity: severity(hand), note: hand.word() };
    Ok(Some(hand.write(hand.staff.doctors[1].0, |tx| patients::review_allergy(tx, &review))))
}

fn condition_status(hand: &mut Hand) -> ConditionStatus {
    [ConditionStatus::Active, ConditionStatus::Remission, ConditionStatus::Resolved][hand.rng.usize(0..3)]
}

pub fn record_condition(hand: &mut Hand) -> Tried {
    let Some(patient_id) = desk::patient(hand)? else { return Ok(None) };
    let (name, status) = (hand.word(), condition_status(hand));
    let new =
        NewCondition { patient_id, name, code: String::new(), status, onset_on: String::new(), note: String::new() };
    let today = hand.today();
    Ok(Some(hand.write(hand.staff.doctors[0].0, |tx| patients::record_condition(tx, &new, today)).map(drop)))
}

pub fn review_condition(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one("SELECT id FROM conditions ORDER BY id")?.map(ConditionId) else { return Ok(None) };
    let (status, today) = (condition_status(hand), hand.today());
    Ok(Some(hand.write(hand.staff.doctors[1].0, |tx| patients::set_condition_status(tx, id, status, today))))
}

pub fn open(hand: &mut Hand) -> Tried {
    let arrived = "SELECT id FROM appointments WHERE status = 'arrived' ORDER BY id";
    let Some(id) = hand.one(arrived)?.map(AppointmentId) else { return Ok(None) };
    let (user, provider) = hand.staff.doctors[hand.rng.usize(0..2)];
    Ok(Some(hand.write(user, |tx| consultations::open(tx, id, provider)).map(drop)))
}

pub fn notes(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one(OPEN_VISITS)?.map(ConsultationId) else { return Ok(None) };
    let word = hand.word();
    let mut notes = Notes { complaint: "Cough".into(), ..Notes::default() };
    match hand.rng.u8(0..3) {
        0 => notes.findings = word,
        1 => notes.diagnosis = word,
        _ => notes.complaint = word,
    }
    Ok(Some(hand.write(hand.staff.doctors[0].0, |tx| consultations::save_notes(tx, id, &notes)).map(drop)))
}

fn draft() -> PrescriptionDraft {
    PrescriptionDraft { items: vec![parse_line("para 650 1 tab tds 5d").item], ..PrescriptionDraft::default() }
}

pub fn prescribe(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one(OPEN_VISITS)?.map(ConsultationId) else { return Ok(None) };
    let (user, provider) = hand.staff.doctors[hand.rng.usize(0..2)];
    Ok(Some(hand.write(user, |tx| prescriptions::issue(tx, id, &draft(), provider)).map(drop)))
}

pub fn supersede(hand: &mut Hand) -> Tried {
    let Some(old) = hand.one("SELECT id FROM prescriptions ORDER BY id")?.map(PrescriptionId) else {
        return Ok(None);
    };
    let visit = hand.db.read(|conn| {
        let sql = "SELECT consultation_id FROM prescriptions JOIN consultations ON consultations.id = consultation_id
                   WHERE prescriptions.id = ?1 AND ended_at IS NULL";
        Ok(conn.query_row(sql, [old], |row| row.get::<_, ConsultationId>(0)).optional()?)
    })?;
    let Some(visit) = visit else { return Ok(None) };
    let (user, provider) = hand.staff.doctors[hand.rng.usize(0..2)];
    Ok(Some(hand.write(user, |tx| prescriptions::supersede(tx, old, visit, &draft(), provider)).map(drop)))
}

pub fn finish(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one(OPEN_VISITS)?.map(ConsultationId) else { return Ok(None) };
    Ok(Some(hand.write(hand.staff.doctors[0].0, |tx| consultations::finish(tx, id)).map(drop)))
}
