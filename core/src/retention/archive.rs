//! Visits of long ago leave the everyday lists and are found by their words.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Db;
use crate::error::Result;
use crate::ids::Instant;
use crate::patients::search::fold;
use crate::retention::RetentionPolicy;
use crate::retention::policy::DAY;
use crate::scheduling::AppointmentStatus;

/// So many visits are put away in one transaction: the desk waits for a batch, never for all of them.
const BATCH: usize = 200;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ArchiveReport {
    /// Visits that went into the archive.
    pub archived: u32,
    /// Visits of erased patients, whose words left it.
    pub forgotten: u32,
}

/// Puts visits that are over and ended longer ago than the policy says into this PC's archive, and
/// takes the words of erased patients out of it. The rows themselves stay where they are. May be
/// stopped at any time: what is in the archive is not put there again.
pub fn archive(db: &Db, policy: &RetentionPolicy, now: Instant) -> Result<ArchiveReport> {
    let erased = db.read(erased)?;
    for batch in erased.chunks(BATCH) {
        db.write_local(|conn| batch.iter().try_for_each(|entry| forget(conn, *entry)))?;
    }
    let before = Instant(now.0 - i64::from(policy.archive_after_days) * DAY);
    let mut archived = 0;
    for status in [AppointmentStatus::Completed, AppointmentStatus::Cancelled, AppointmentStatus::NoShow] {
        let mut after = (Instant(i64::MIN), Uuid::nil());
        loop {
            // Most of what is looked at is in the archive already; the writer is held for the rest alone.
            let batch = db.read(|conn| next_batch(conn, status, before, after))?;
            if !batch.visits.is_empty() {
                archived += db.write_local(|conn| put_away(conn, &batch.visits))?;
            }
            match batch.last {
                Some(last) => after = last,
                None => break,
            }
        }
    }
    Ok(ArchiveReport { archived, forgotten: erased.len() as u32 })
}

struct Batch {
    visits: Vec<Visit>,
    /// Where the next batch begins; `None` when this was the last one.
    last: Option<(Instant, Uuid)>,
}

struct Visit {
    appointment: Uuid,
    patient: Uuid,
    ended: Instant,
    words: String,
}

fn next_batch(
    conn: &Connection,
    status: AppointmentStatus,
    before: Instant,
    (start, id): (Instant, Uuid),
) -> Result<Batch> {
    let mut statement = conn.prepare_cached(include_str!("archive_next.sql"))?;
    let places = statement.query_map(params![status, before, start, id, BATCH as i64], |row| {
        Ok((row.get("scheduled_start")?, row.get("id")?, row.get("archived")?))
    })?;
    let places: Vec<(Instant, Uuid, bool)> = places.collect::<rusqlite::Result<_>>()?;
    let mut visits = Vec::new();
    for (_, appointment, _) in places.iter().filter(|(_, _, archived)| !archived) {
        // A visit that began early enough may have ended later than that: it waits for its own day.
        visits.extend(visit(conn, *appointment)?.filter(|visit| visit.ended < before));
    }
    let last = places.last().filter(|_| places.len() == BATCH).map(|(start, id, _)| (*start, *id));
    Ok(Batch { visits, last })
}

/// None of an erased patient.
fn visit(conn: &Connection, appointment: Uuid) -> Result<Option<Visit>> {
    let mut statement = conn.prepare_cached(include_str!("archive.sql"))?;
    let found = statement.query_row([appointment], |row| {
        let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
        let parts = [text("full_name")?, text("alternate_name")?, text("reason")?, text("notes")?];
        Ok(Visit {
            appointment,
            patient: row.get("patient_id")?,
            ended: row.get("ended_at")?,
            words: fold(&parts.join(" ")),
        })
    });
    Ok(found.optional()?)
}

fn put_away(conn: &Connection, visits: &[Visit]) -> Result<u32> {
    // Whoever was erased since the visit was read stays out.
    let mut note = conn.prepare_cached(
        "INSERT OR IGNORE INTO archived_visits (appointment, patient_id, ended_at)
         SELECT ?1, id, ?3 FROM patients WHERE id = ?2 AND erased_at IS NULL",
    )?;
    let mut index = conn.prepare_cached("INSERT INTO archived_visit_search (rowid, words) VALUES (?1, ?2)")?;
    let mut archived = 0;
    for visit in visits {
        if note.execute(params![visit.appointment, visit.patient, visit.ended])? == 1 {
            index.execute(params![conn.last_insert_rowid(), visit.words])?;
            archived += 1;
        }
    }
    Ok(archived)
}

/// Entries of patients who were erased; on the way there, nobody waits.
fn erased(conn: &Connection) -> Result<Vec<i64>> {
    let mut statement = conn.prepare_cached(
        "SELECT archived_visits.id FROM patients CROSS JOIN archived_visits ON archived_visits.patient_id = patients.id
         WHERE erased_at IS NOT NULL",
    )?;
    let ids = statement.query_map([], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

fn forget(conn: &Connection, entry: i64) -> Result<()> {
    conn.prepare_cached("DELETE FROM archived_visit_search WHERE rowid = ?1")?.execute([entry])?;
    conn.prepare_cached("DELETE FROM archived_visits WHERE id = ?1")?.execute([entry])?;
    Ok(())
}
