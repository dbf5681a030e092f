//! A sync that can be stopped, and the history of all of them on this PC.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::ids::Instant;
use crate::page::{Page, PageRequest};
use crate::sync::digest::Digest;
use crate::sync::engine::{self, SyncProgress, SyncReport, small};
use crate::sync::protocol::HubApi;

/// Rows of the history that are kept at most.
const KEPT_ROWS: i64 = 500;
/// Days for which they are kept at most.
const KEPT_DAYS: i64 = 90;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Who wanted a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncWhy {
    /// Somebody pressed the button.
    ByHand,
    /// Something was written here, or the hub had news.
    ByItself,
}

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncOutcome {
    /// Exchanged, and the same here and at the hub.
    Identical,
    /// Exchanged, and not the same.
    Differs,
    /// Exchanged, and not compared: somebody never stopped writing.
    Unproven,
    /// A person stopped it.
    Stopped,
    Failed,
}

/// A sync of the past, or several in a row that ended alike and moved nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncRun {
    pub id: u32,
    /// When the first of them began.
    pub started_at: Instant,
    /// When the last of them ended.
    pub finished_at: Instant,
    /// Milliseconds that the last of them took, by the PC's clock.
    pub duration_ms: u32,
    /// How many they are.
    pub times: u32,
    pub why: SyncWhy,
    pub outcome: SyncOutcome,
    /// SyncWhy it failed.
    pub error: Option<Code>,
    /// Commits.
    pub sent: u32,
    pub received: u32,
    /// Over the wire, of all of them.
    pub bytes_sent: u32,
    pub bytes_received: u32,
    /// Records that were compared.
    pub records: Option<u32>,
    /// Records that differed from the hub and were put right.
    pub repaired: u32,
}

/// Runs one sync, as [`engine::sync`], until it ends or until `stop` is ready, and writes down what
/// became of it. Stopped at any step, everything that was exchanged stays, and the next sync goes on
/// from there: a step is stored whole or not at all.
///
/// # Errors
/// [`Code::SyncStopped`] when `stop` came first, otherwise those of [`engine::sync`].
pub async fn run<H: HubApi>(
    db: &Db,
    hub: &H,
    why: SyncWhy,
    progress: &dyn Fn(SyncProgress),
    stop: impl Future<Output = ()>,
) -> Result<SyncReport> {
    let started_at = db.now();
    let before = hub.traffic();
    let seen = std::cell::Cell::new((0, 0));
    let watch = |now: SyncProgress| {
        seen.set((now.sent, now.received));
        progress(now);
    };
    let outcome = {
        let mut stop = pin!(stop);
        let mut work = pin!(engine::sync(db, hub, &watch));
        poll_fn(|context| match stop.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(Code::SyncStopped.into())),
            Poll::Pending => work.as_mut().poll(context),
        })
        .await
    };
    let after = hub.traffic();
    let (sent, received) = seen.get();
    let finished_at = db.now();
    let kept = keep(
        db,
        &SyncRun {
            id: 0,
            started_at,
            finished_at,
            duration_ms: small((finished_at.0 - started_at.0).max(0).unsigned_abs()),
            times: 1,
            why,
            outcome: outcome_of(&outcome),
            error: outcome.as_ref().err().map(Error::code).filter(|code| *code != Code::SyncStopped),
            sent,
            received,
            bytes_sent: small(after.0 - before.0),
            bytes_received: small(after.1 - before.1),
            records: outcome.as_ref().ok().map(|report| report.records),
            repaired: outcome.as_ref().map_or(0, |report| report.repaired),
        },
    );
    // What the sync itself failed with is worth more than that it could not be written down.
    let report = outcome?;
    kept?;
    Ok(report)
}

fn outcome_of(ended: &Result<SyncReport>) -> SyncOutcome {
    match ended {
        Ok(report) if report.identical => SyncOutcome::Identical,
        Ok(report) if report.hub_digest == Digest::default().short() => SyncOutcome::Unproven,
        Ok(_) => SyncOutcome::Differs,
        Err(error) if error.code() == Code::SyncStopped => SyncOutcome::Stopped,
        Err(_) => SyncOutcome::Failed,
    }
}

impl SyncRun {
    /// Nothing in it that a person would look for: more of the same only counts.
    fn moved_nothing(&self) -> bool {
        self.why == SyncWhy::ByItself
            && self.sent + self.received + self.repaired == 0
            && matches!(self.outcome, SyncOutcome::Identical | SyncOutcome::Failed)
    }

    fn from_row(row: &Row) -> rusqlite::Result<SyncRun> {
        let word = |text: String| serde_json::Value::String(text);
        let error: Option<String> = row.get("error")?;
        Ok(SyncRun {
            id: row.get("id")?,
            started_at: row.get("started_at")?,
            finished_at: row.get("finished_at")?,
            duration_ms: row.get("duration_ms")?,
            times: row.get("times")?,
            why: if row.get("by_hand")? { SyncWhy::ByHand } else { SyncWhy::ByItself },
            outcome: serde_json::from_value(word(row.get("outcome")?)).unwrap_or(SyncOutcome::Failed),
            // One that another version wrote may have a code that this one does not know.
            error: error.map(|code| serde_json::from_value(word(code)).unwrap_or(Code::Internal)),
            sent: row.get("sent")?,
            received: row.get("received")?,
            bytes_sent: row.get("bytes_sent")?,
            bytes_received: row.get("bytes_received")?,
            records: row.get("records")?,
            repaired: row.get("repaired")?,
        })
    }
}

/// Adds a run to the history, or counts it to the one before; what is too old or too much goes.
fn keep(db: &Db, run: &SyncRun) -> Result<()> {
    // A line of this list that a power cut takes back is no loss.
    db.transact_lightly(|conn, _, _| {
        let last = conn
            .prepare_cached("SELECT * FROM sync_runs ORDER BY id DESC LIMIT 1")?
            .query_row([], SyncRun::from_row)
            .optional()?;
        let alike = |last: &SyncRun| {
            last.moved_nothing() && run.moved_nothing() && (last.outcome, last.error) == (run.outcome, run.error)
        };
        match last.filter(alike) {
            Some(last) => count(conn, &last, run)?,
            None => insert(conn, run)?,
        }
        conn.execute("DELETE FROM sync_runs WHERE finished_at < ?1", [run.finished_at.0 - KEPT_DAYS * DAY])?;
        conn.execute(
            "DELETE FROM sync_runs WHERE id <= (SELECT id FROM sync_runs ORDER BY id DESC LIMIT 1 OFFSET ?1)",
            [KEPT_ROWS],
        )?;
        Ok(())
    })
}

fn count(conn: &Connection, last: &SyncRun, run: &SyncRun) -> Result<()> {
    conn.prepare_cached(
        "UPDATE sync_runs SET times = times + 1, finished_at = ?2, duration_ms = ?3,
                bytes_sent = bytes_sent + ?4, bytes_received = bytes_received + ?5, records = ?6 WHERE id = ?1",
    )?
    .execute(params![
        last.id,
        run.finished_at,
        run.duration_ms,
        run.bytes_sent,
        run.bytes_received,
        run.records
    ])?;
    Ok(())
}

fn insert(conn: &Connection, run: &SyncRun) -> Result<()> {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned);
    conn.prepare_cached(
        "INSERT INTO sync_runs (started_at, finished_at, duration_ms, times, by_hand, outcome, error,
                sent, received, bytes_sent, bytes_received, records, repaired)
         VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?
    .execute(params![
        run.started_at,
        run.finished_at,
        run.duration_ms,
        run.why == SyncWhy::ByHand,
        word(serde_json::to_value(run.outcome)?),
        run.error.map(serde_json::to_value).transpose()?.and_then(word),
        run.sent,
        run.received,
        run.bytes_sent,
        run.bytes_received,
        run.records,
        run.repaired
    ])?;
    Ok(())
}

/// The syncs of the past, the latest first.
pub fn history(conn: &Connection, page: PageRequest) -> Result<Page<SyncRun>> {
    let mut statement = conn.prepare_cached("SELECT * FROM sync_runs ORDER BY id DESC LIMIT ?1 OFFSET ?2")?;
    let found = statement.query_map(params![page.sql_limit(), page.sql_offset()], SyncRun::from_row)?;
    Ok(page.page(found.collect::<rusqlite::Result<_>>()?))
}
