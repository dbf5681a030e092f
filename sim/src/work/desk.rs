//! The front desk: people, times, the queue.

use neem_core::ids::{AppointmentId, Instant, PatientId, TicketId};
use neem_core::patients::{self, EditPatient, Gender, NewPatient};
use neem_core::scheduling::{
    self, AppointmentStatus, Channel, Move, NewAppointment, NewWalkIn, Priority, RescheduleForm,
};
use neem_core::services;
use neem_core::{Result, Tx};

use super::Hand;
use crate::time::{DAY, MINUTE};

type Tried = Result<Option<Result<()>>>;

const PATIENTS: &str = "SELECT id FROM patients WHERE deleted_at IS NULL AND merged_into_id IS NULL ORDER BY id";
const OPEN_BOOKINGS: &str =
    "SELECT id FROM appointments WHERE status NOT IN ('completed', 'cancelled', 'no_show') ORDER BY id";
const TICKETS: &str = "SELECT id FROM queue_tickets WHERE status IN ('waiting', 'called') ORDER BY id";

pub fn patient(hand: &mut Hand) -> Result<Option<PatientId>> {
    Ok(hand.one(PATIENTS)?.map(PatientId))
}

fn new_patient(word: &str) -> NewPatient {
    NewPatient {
        full_name: format!("Sunita {word}"),
        alternate_name: String::new(),
        gender: Some(Gender::Female),
        birth_date: "12/3/1980".into(),
        age_years: String::new(),
        phone: String::new(),
        address: String::new(),
        city: String::new(),
        primary_language: String::new(),
    }
}

pub fn register(hand: &mut Hand) -> Tried {
    let new = new_patient(&hand.word());
    let today = hand.today();
    Ok(Some(hand.write(hand.staff.desk, |tx| patients::register(tx, &new, today)).map(drop)))
}

pub fn edit(hand: &mut Hand) -> Tried {
    let Some(id) = patient(hand)? else { return Ok(None) };
    let (mut form, seen) = hand.db.read(|conn| {
        let seen = conn.query_row("SELECT updated_at FROM patients WHERE id = ?1", [id], |row| row.get(0))?;
        Ok((patients::patient_form(conn, id)?, seen))
    })?;
    let word = hand.word();
    match hand.rng.u8(0..5) {
        0 => form.full_name = format!("Sunita {word}"),
        1 => form.address = format!("{word} Lane"),
        2 => form.city = word,
        3 => form.notes = word,
        _ => (form.city, form.notes) = (word.clone(), word),
    }
    let (change, today) = (EditPatient { patient_id: id, seen, form }, hand.today());
    Ok(Some(hand.write(hand.staff.desk, |tx| patients::edit(tx, &change, today)).map(drop)))
}

/// Writes columns that only the next version has, of a patient who is there or of a new one.
pub fn next_note(hand: &mut Hand) -> Tried {
    let Some(id) = patient(hand)?.filter(|_| hand.updated) else { return Ok(None) };
    let (new, word) = (hand.rng.bool(), hand.word());
    let note = |tx: &Tx, id: PatientId| -> Result<()> {
        let sql = "UPDATE patients SET next_note = ?1, updated_at = ?2 WHERE id = ?3";
        Ok(tx.execute(sql, rusqlite::params![word, tx.now, id]).map(drop)?)
    };
    let (form, today) = (new_patient(&word), hand.today());
    Ok(Some(hand.write(hand.staff.desk, |tx| match new {
        true => note(tx, patients::register(tx, &form, today)?.id),
        false => note(tx, id),
    })))
}

/// A quarter of an hour of one of the next days: few, so that people meet.
fn slot(hand: &mut Hand) -> i64 {
    hand.rng.i64(0..12)
}

fn begins(hand: &Hand, slot: i64) -> Instant {
    // From the clinic's own Monday on, whatever the clocks say, and later when it has passed.
    let day = (hand.now / DAY) * DAY;
    Instant(day + DAY + 5 * 60 * MINUTE + slot * 15 * MINUTE)
}

pub fn book(hand: &mut Hand) -> Tried {
    let (doctor, slot) = (hand.rng.usize(0..2), slot(hand));
    book_slot(hand, doctor, slot)
}

pub fn book_slot(hand: &mut Hand, doctor: usize, slot: i64) -> Tried {
    let Some(patient) = patient(hand)? else { return Ok(None) };
    let start = begins(hand, slot);
    let new = NewAppointment {
        clinic: hand.staff.site,
        patient,
        provider: hand.staff.doctors[doctor].1,
        service: None,
        start,
        end: start.plus_minutes(if hand.rng.bool() { 15 } else { 25 }),
        status: if hand.rng.bool() { AppointmentStatus::Confirmed } else { AppointmentStatus::Scheduled },
        channel: Channel::Desk,
        reason: hand.word(),
    };
    Ok(Some(hand.write(hand.staff.desk, |tx| scheduling::book(tx, &new)).map(drop)))
}

pub fn reschedule(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one(OPEN_BOOKINGS)?.map(AppointmentId) else { return Ok(None) };
    let slot = slot(hand);
    let form = RescheduleForm {
        start: begins(hand, slot),
        minutes: None,
        provider_id: hand.rng.bool().then(|| hand.staff.doctors[hand.rng.usize(0..2)].1),
        clinic_id: None,
        note: hand.word(),
    };
    Ok(Some(hand.write(hand.staff.desk, |tx| scheduling::reschedule(tx, id, &form)).map(drop)))
}

pub fn cancel(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one(OPEN_BOOKINGS)?.map(AppointmentId) else { return Ok(None) };
    let reason = hand.word();
    Ok(Some(hand.write(hand.staff.desk, |tx| scheduling::cancel_appointment(tx, id, &reason)).map(drop)))
}

pub fn move_along(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one("SELECT id FROM appointments ORDER BY id")?.map(AppointmentId) else { return Ok(None) };
    let by = match hand.rng.u8(0..8) {
        0 => Move::Confirm,
        1 => Move::NoShow,
        2 => Move::Undo,
        3 => Move::Call,
        4 => Move::Accept,
        _ => Move::CheckIn,
    };
    let note = hand.word();
    Ok(Some(hand.write(hand.staff.desk, |tx| scheduling::move_appointment(tx, id, by, &note)).map(drop)))
}

pub fn walk_in(hand: &mut Hand) -> Tried {
    let Some(patient_id) = patient(hand)? else { return Ok(None) };
    let walk_in = NewWalkIn {
        clinic_id: hand.staff.site,
        patient_id,
        provider_id: hand.staff.doctors[hand.rng.usize(0..2)].1,
        reason: hand.word(),
    };
    Ok(Some(hand.write(hand.staff.desk, |tx| scheduling::book_walk_in(tx, &walk_in)).map(drop)))
}

pub fn queue(hand: &mut Hand) -> Tried {
    let Some(id) = hand.one(TICKETS)?.map(TicketId) else { return Ok(None) };
    let (what, doctor) = (hand.rng.u8(0..4), hand.rng.usize(0..2));
    let (word, provider) = (hand.word(), hand.staff.doctors[doctor].1);
    Ok(Some(
        hand.write(hand.staff.desk, |tx| match what {
            0 => scheduling::prioritise(tx, id, Some(Priority::Urgent), &word),
            1 => scheduling::skip(tx, id),
            2 => scheduling::recall(tx, id),
            _ => scheduling::move_to_doctor(tx, id, provider),
        })
        .map(drop),
    ))
}

pub fn assign(hand: &mut Hand) -> Tried {
    let (doctor, add) = (hand.rng.usize(0..2), hand.rng.bool());
    let (service, provider) = (hand.staff.service, hand.staff.doctors[doctor].1);
    Ok(Some(hand.write(hand.staff.admin, |tx| match add {
        true => services::assign_provider(tx, service, provider),
        false => services::unassign_provider(tx, service, provider),
    })))
}
