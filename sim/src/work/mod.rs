//! What people do at a PC: the real functions of the core, chosen by the seed.

mod care;
mod decisions;
mod desk;

use neem_core::ids::{LocalDate, UserId};
use neem_core::{Actor, Db, Result, Tx};
use rusqlite::Connection;
use uuid::Uuid;

use crate::pc::action;
use crate::template::Staff;

pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Kolkata;

/// Somebody at a PC, about to do something.
pub struct Hand<'a> {
    pub db: &'a Db,
    pub staff: &'a Staff,
    pub rng: &'a mut fastrand::Rng,
    /// The true time; the PC may believe otherwise.
    pub now: i64,
    /// The number of this write in the run.
    pub number: u32,
    /// What is not as it should be right after it.
    pub wrong: Vec<String>,
    /// Whether this PC has the next version.
    pub updated: bool,
}

impl Hand<'_> {
    fn write<T>(&self, user: UserId, work: impl FnOnce(&Tx) -> Result<T>) -> Result<T> {
        self.db.write(Actor::User(user), &action(self.number), work)
    }

    fn today(&self) -> LocalDate {
        self.db.now().day(ZONE)
    }

    /// One of the ids that a query finds.
    fn one(&mut self, sql: &str) -> Result<Option<Uuid>> {
        let ids: Vec<Uuid> = self.db.read(|conn| ids(conn, sql))?;
        Ok(if ids.is_empty() { None } else { Some(ids[self.rng.usize(0..ids.len())]) })
    }

    /// A word that is not in any other write of the run.
    fn word(&self) -> String {
        let letters = |mut number: u32| {
            let mut word = String::new();
            while word.len() < 3 || number > 0 {
                word.push((b'a' + (number % 26) as u8) as char);
                number /= 26;
            }
            word
        };
        format!("V{}", letters(self.number))
    }
}

fn ids(conn: &Connection, sql: &str) -> Result<Vec<Uuid>> {
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// What came of it.
pub enum Done {
    /// Nothing there to do it to.
    Nothing,
    /// Confirmed to the person, or refused.
    Tried(Result<()>),
}

type Doing = fn(&mut Hand) -> Result<Option<Result<()>>>;

/// Every kind of work, as often as it shall come among the others.
const WORK: &[(&str, u8, Doing)] = &[
    ("register a patient", 10, desk::register),
    ("edit a patient", 16, desk::edit),
    ("book a time", 14, desk::book),
    ("move to another time", 8, desk::reschedule),
    ("cancel", 5, desk::cancel),
    ("check in, call, no show, undo", 14, desk::move_along),
    ("walk in", 6, desk::walk_in),
    ("order the queue", 4, desk::queue),
    ("record an allergy", 5, care::record_allergy),
    ("review an allergy", 6, care::review_allergy),
    ("record a condition", 3, care::record_condition),
    ("review a condition", 4, care::review_condition),
    ("begin a visit", 7, care::open),
    ("write notes", 7, care::notes),
    ("issue a prescription", 6, care::prescribe),
    ("correct a prescription", 2, care::supersede),
    ("end a visit", 3, care::finish),
    ("who performs a service", 6, desk::assign),
    ("merge two records", 2, decisions::merge_records),
    ("undo the merging of records", 2, decisions::undo_merge),
    ("keep a version", 8, decisions::keep_version),
    ("keep both bookings", 4, decisions::keep_both),
    ("write what only the next version has", 8, desk::next_note),
];

/// Does something; the name of it, and what came of it.
///
/// # Errors
/// Those of reading what is there.
pub fn anything(hand: &mut Hand) -> (&'static str, Result<Done>) {
    let total: u32 = WORK.iter().map(|(_, often, _)| u32::from(*often)).sum();
    let mut at = hand.rng.u32(0..total);
    for (name, often, doing) in WORK {
        match at.checked_sub(u32::from(*often)) {
            Some(rest) => at = rest,
            None => return (name, doing(hand).map(|done| done.map_or(Done::Nothing, Done::Tried))),
        }
    }
    ("nothing", Ok(Done::Nothing))
}

/// Two receptionists give one doctor's time away, each at a PC of their own.
pub fn book_at(hand: &mut Hand, doctor: usize, slot: i64) -> Result<Done> {
    Ok(desk::book_slot(hand, doctor, slot)?.map_or(Done::Nothing, Done::Tried))
}

/// A write that breaks a rule of the schema, as a PC of a version without that rule makes it.
pub fn break_a_rule(hand: &mut Hand) -> Result<Done> {
    let Some(patient) = desk::patient(hand)? else { return Ok(Done::Nothing) };
    let user = hand.staff.doctors[0].0;
    let done = hand.write(user, |tx| {
        tx.execute_batch("PRAGMA ignore_check_constraints = ON")?;
        let made = tx.execute(
            "INSERT INTO vitals (id, tenant_id, patient_id, measured_at, pulse_per_min, recorded_by, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, 1000, ?5, ?4, ?4)",
            rusqlite::params![tx.new_id(), tx.device.tenant, patient, tx.now, user],
        );
        tx.execute_batch("PRAGMA ignore_check_constraints = OFF")?;
        made?;
        Ok(())
    });
    Ok(Done::Tried(done))
}
