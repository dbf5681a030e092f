//! Visits of the last days, taken through the same functions as at a clinic, because an issued
//! prescription is a signed sheet and only [`prescriptions::issue`] makes one.

use neem_core::consultations::{self, Notes};
use neem_core::prescriptions::{self, DraftItem, PrescriptionDraft, parse_line};
use neem_core::scheduling::{self, Move};
use neem_core::{Actor, Code, Db, Result};

use crate::dice::{Dice, SetClock};
use crate::visits::ToPrescribe;
use crate::world::World;

/// Takes each visit from the desk to the door, in the order of time.
pub fn make(world: &World, dice: &mut Dice, db: &Db, clock: &SetClock, mut visits: Vec<ToPrescribe>) -> Result<usize> {
    visits.sort_by_key(|visit| (visit.start, visit.appointment));
    for visit in &visits {
        let kind = &world.lists.visits[visit.kind];
        let line = if kind.line.is_empty() { "para 500 1 tab tds 3d" } else { kind.line.as_str() };
        clock.set(visit.start.plus_minutes(-dice.from_to(1, 9)));
        db.write(Actor::User(visit.desk), "check_in", |tx| {
            scheduling::move_appointment(tx, visit.appointment, Move::CheckIn, "")
        })?;
        clock.set(visit.start);
        let consultation = db.write(Actor::User(visit.doctor), "open_consultation", |tx| {
            consultations::open(tx, visit.appointment, visit.provider)
        })?;
        let notes = Notes {
            complaint: kind.reason.clone(),
            findings: kind.findings.clone(),
            diagnosis: kind.diagnosis.clone(),
            diagnosis_code: kind.code.clone(),
            ..Notes::default()
        };
        clock.set(visit.end.plus_minutes(-2));
        let issue = |reason: &str| {
            let item = DraftItem { override_reason: reason.to_owned(), ..parse_line(line).item };
            let draft = PrescriptionDraft { items: vec![item], ..PrescriptionDraft::default() };
            db.write(Actor::User(visit.doctor), "issue_prescription", |tx| {
                consultations::save_notes(tx, consultation.id, &notes)?;
                prescriptions::issue(tx, consultation.id, &draft, visit.provider)?;
                consultations::finish(tx, consultation.id)
            })
        };
        match issue("") {
            Err(error) if error.code() == Code::AllergyUnanswered => issue("Taken before without a reaction.")?,
            outcome => outcome?,
        };
    }
    clock.set(world.now);
    Ok(visits.len())
}
