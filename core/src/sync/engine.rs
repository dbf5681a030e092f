//! One sync: send what waits, fetch what is new, compare. Every step may be cut and repeated.

use ed25519_dalek::SigningKey;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::db::Db;
use crate::error::{Code, Error, Result};
use crate::ids::Instant;
use crate::seeded::{Bug, seeded};
use crate::sync::apply::{self, Aftermath, Checked};
use crate::sync::commit::{self, Origin, Sealed};
use crate::sync::copies::{Elsewhere, Lives};
use crate::sync::digest::{Delta, Digest};
use crate::sync::incarnation;
use crate::sync::leaving;
use crate::sync::log::{self, Author, Catalogue};
use crate::sync::protocol::{
    DigestRequest, Hello, HelloRequest, HubApi, OriginHead, PullReply, PullRequest, Push, PushReply, Refusal,
};
use crate::sync::repair;
use crate::sync::rotation;
use crate::sync::shallow;
use crate::sync::snapshot::{self, Far};

/// A page of this many bytes of bodies is closed; one commit is never split.
const PAGE_BYTES: usize = 2 << 20;
pub(crate) const PAGE_COMMITS: usize = 4_000;
/// New work may arrive while a sync runs; after so many rounds the comparison is left to the next.
const ROUNDS: usize = 8;
/// What could not be put right in so many attempts is reported as it is.
const REPAIRS: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncStep {
    Connecting,
    Sending,
    /// A new PC, or one that was away for long, takes the records as they stand at the hub.
    TakingOver,
    Fetching,
    Comparing,
    /// The log from before the records were taken over.
    History,
    Done,
}

/// Where a running sync stands, in commits.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncProgress {
    pub step: SyncStep,
    pub sent: u32,
    pub to_send: u32,
    pub received: u32,
    pub to_receive: u32,
    /// Records that have arrived, and all that the hub has, while they are taken over; the ones for today
    /// and tomorrow came before them.
    pub records: u32,
    pub to_take_over: u32,
    /// Commits of the older log, in the hub's numbers.
    pub history: u32,
    pub to_history: u32,
    /// Over the wire.
    pub bytes_sent: u32,
    pub bytes_received: u32,
}

/// What a sync did, and its proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    pub sent: u32,
    pub received: u32,
    pub bytes_sent: u32,
    pub bytes_received: u32,
    /// Records here when the two were compared.
    pub records: u32,
    /// This PC and the hub hold the same, down to the last value.
    pub identical: bool,
    pub digest: String,
    pub hub_digest: String,
    pub finished_at: Instant,
    pub conflicts: u32,
    /// Records that differed from the hub's and were put right; the list is in [`repair::repairs`].
    #[serde(default)]
    pub repaired: u32,
}

/// The hub that this PC belongs to.
#[derive(Debug, Clone)]
pub struct HubLink {
    pub address: String,
    pub epoch: Uuid,
    pub pulled: i64,
    pub last_sync_at: Option<Instant>,
    pub last_report: Option<SyncReport>,
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        // The hub's words are for the log; a code has words of its own.
        refusal.code.into()
    }
}

pub fn link(conn: &Connection) -> Result<Option<HubLink>> {
    let found = conn
        .prepare_cached("SELECT address, epoch, pulled, last_sync_at, last_report FROM hub_link WHERE only = 1")?
        .query_row([], |row| {
            let report: Option<String> = row.get("last_report")?;
            Ok(HubLink {
                address: row.get("address")?,
                epoch: row.get("epoch")?,
                pulled: row.get("pulled")?,
                last_sync_at: row.get("last_sync_at")?,
                last_report: report.and_then(|text| serde_json::from_str(&text).ok()),
            })
        })
        .optional()?;
    Ok(found)
}

/// Remembers the hub after an enrolment. A PC that had one before goes on with what it knew of that: the
/// greeting then finds another, and gives it all that this PC holds, also of others.
pub fn connect(conn: &Connection, address: &str, hub: Uuid, epoch: Uuid) -> Result<()> {
    conn.execute(
        "INSERT INTO hub_link (only, address, hub_id, epoch, pulled) VALUES (1, ?1, ?2, ?3, 0)
         ON CONFLICT DO UPDATE SET address = excluded.address, hub_id = excluded.hub_id, pulled = 0,
                last_sync_at = NULL, last_report = NULL",
        params![address, hub, epoch],
    )?;
    Ok(())
}

/// Commits that no hub has acknowledged.
pub fn waiting(conn: &Connection) -> Result<u32> {
    Ok(conn.prepare_cached("SELECT count(*) FROM commits WHERE hub_seq IS NULL")?.query_row([], |row| row.get(0))?)
}

/// This PC's name and signing key, for a client of the hub.
pub fn credentials(conn: &Connection) -> Result<(Uuid, SigningKey)> {
    let author = Author::read(conn)?;
    Ok((author.origin.device, author.key()))
}

pub(super) struct Run<'a, H> {
    pub(super) db: &'a Db,
    pub(super) hub: &'a H,
    pub(super) origin: Origin,
    progress: &'a dyn Fn(SyncProgress),
    pub(super) seen: SyncProgress,
    /// The hub's last number when it was last greeted.
    pub(super) head: i64,
    /// The step of which sending and fetching are a part just now.
    pub(super) within: Option<SyncStep>,
    start: (u64, u64),
    /// How often this sync has tried to put right what differs, and how many records that changed.
    repairs: (usize, u32),
}

/// Runs one sync to its end, telling `progress` about every page.
pub async fn sync<H: HubApi>(db: &Db, hub: &H, progress: &dyn Fn(SyncProgress)) -> Result<SyncReport> {
    sync_or_take_over(db, hub, progress, Far::default()).await
}

/// As [`sync`]; `far` says from when on records are taken over instead of replaying commits.
pub async fn sync_or_take_over<H: HubApi>(
    db: &Db,
    hub: &H,
    progress: &dyn Fn(SyncProgress),
    far: Far,
) -> Result<SyncReport> {
    let mut run = Run::new(db, hub, progress)?;
    run.tell(SyncStep::Connecting);
    run.greet().await?;
    run.take_snapshot(far, false).await?;
    let report = run.exchange().await?;
    // Proved; what is still to come of the history of changes changes no record.
    match run.take_older_log().await? {
        true => run.exchange().await,
        false => Ok(report),
    }
}

/// What a PC that joins needs before somebody can sign in on it: everything, or where there is much, the
/// people of the clinic and what today and tomorrow need; the rest comes with the next [`sync`].
pub async fn join<H: HubApi>(db: &Db, hub: &H, far: Far) -> Result<()> {
    let mut run = Run::new(db, hub, &|_| {})?;
    run.greet().await?;
    run.take_snapshot(far, true).await?;
    match db.read(snapshot::lenient)? {
        true => run.send().await,
        false => run.exchange().await.map(drop),
    }
}

impl<'a, H: HubApi> Run<'a, H> {
    fn new(db: &'a Db, hub: &'a H, progress: &'a dyn Fn(SyncProgress)) -> Result<Run<'a, H>> {
        let origin = db.read(|conn| Ok(Author::read(conn)?.origin))?;
        let seen = SyncProgress {
            step: SyncStep::Connecting,
            sent: 0,
            to_send: 0,
            received: 0,
            to_receive: 0,
            records: 0,
            to_take_over: 0,
            history: 0,
            to_history: 0,
            bytes_sent: 0,
            bytes_received: 0,
        };
        Ok(Run { db, hub, origin, progress, seen, head: 0, within: None, start: hub.traffic(), repairs: (0, 0) })
    }
}

impl<H: HubApi> Run<'_, H> {
    /// Sends, fetches and compares until nothing new comes in between.
    async fn exchange(&mut self) -> Result<SyncReport> {
        for _ in 0..ROUNDS {
            self.send().await?;
            self.fetch().await?;
            if let Some(report) = self.compare().await? {
                return Ok(report);
            }
        }
        // Others never stopped writing; everything is exchanged, only the proof is missing.
        self.report(Digest::default(), false)
    }

    pub(super) fn tell(&mut self, step: SyncStep) {
        let step = self.within.unwrap_or(step);
        let (sent, received) = self.hub.traffic();
        self.seen.step = step;
        self.seen.bytes_sent = small(sent - self.start.0);
        self.seen.bytes_received = small(received - self.start.1);
        (self.progress)(self.seen.clone());
    }

    /// Learns how far the hub is, and starts over where one of the two has lost something.
    async fn greet(&mut self) -> Result<()> {
        let mut hello = match self.hello(None).await {
            // The client's token is older than the restoration. Nothing has been said yet that follows what the
            // hub has lost, so its next token may greet.
            Err(error) if error.code() == Code::HubRestored => self.hello(None).await?,
            hello => hello?,
        };
        if let Some(you) = &hello.you {
            leaving::greeted(self.db, you)?;
        }
        if !self.agrees(&hello)? {
            self.begin_again(hello.your_seq).await?;
            hello = self.hello(None).await?;
        }
        let restored = self.db.read(link)?.is_some_and(|link| link.epoch != hello.epoch);
        if restored {
            self.refill().await?;
        }
        self.head = hello.hub_seq;
        let origin = self.origin;
        let fresh = self.db.transact_lightly(|conn, _, _| {
            // To a hub that was restored others may have brought this PC's commits: sent once more, they are
            // acknowledged with the numbers and the clocks that they have there.
            let acknowledged = if restored { 0 } else { hello.your_seq as i64 };
            conn.execute(
                "UPDATE commits SET hub_seq = NULL WHERE device = ?1 AND incarnation = ?2 AND seq > ?3 AND hub_seq IS NOT NULL",
                params![origin.device, origin.incarnation, acknowledged],
            )?;
            // A hub that was restored, or that has given out fewer numbers than were fetched, is read
            // from the beginning: what is known already is passed over.
            conn.execute(
                "UPDATE hub_link SET epoch = ?1, pulled = 0 WHERE only = 1 AND (epoch <> ?1 OR pulled > ?2)",
                params![hello.epoch, hello.hub_seq],
            )?;
            Ok((waiting(conn)?, link(conn)?.map_or(0, |link| link.pulled)))
        })?;
        self.seen.to_send = fresh.0;
        self.seen.to_receive = small(hello.hub_seq.saturating_sub(fresh.1).max(0).unsigned_abs());
        Ok(())
    }

    async fn hello(&self, at: Option<u64>) -> Result<Hello> {
        let last = self.db.read(Author::read)?.seq;
        Ok(self.hub.hello(HelloRequest { incarnation: self.origin.incarnation, at, heads: false, last }).await?)
    }

    /// The hub was restored: it is given everything that this PC knows and it does not, whoever wrote
    /// it, in the order in which it came to be known here. A change of a row whose making the hub has
    /// lost would otherwise arrive before the row.
    async fn refill(&mut self) -> Result<()> {
        if self.db.read(snapshot::incomplete)? {
            // What a commit follows may be missing here, and the hub would set it aside for that. The PCs
            // that have the whole log bring it.
            return Ok(());
        }
        let last = self.db.read(Author::read)?.seq;
        let request = HelloRequest { incarnation: self.origin.incarnation, at: None, heads: true, last };
        let heads = self.hub.hello(request).await?.heads;
        let head_of = |origin: Origin| {
            let known = |head: &&OriginHead| head.device == origin.device && head.incarnation == origin.incarnation;
            heads.iter().find(known).map_or(0, |head| head.seq)
        };
        let mut after = 0;
        while let Some(run) = self.db.read(|conn| next_run(conn, after, self.db.page_commits, head_of))? {
            self.tell(SyncStep::Sending);
            let reply = self.hub.push(run.body).await?;
            self.acknowledged(run.origin, run.first, run.count, &reply)?;
            self.seen.sent += run.count;
            after = run.last_id;
        }
        Ok(())
    }

    /// Whether the last commit that the hub has of this PC is the one in its own log.
    fn agrees(&self, hello: &Hello) -> Result<bool> {
        let own = self.db.read(|conn| incarnation::hash_at(conn, self.origin, hello.your_seq))?;
        Ok(hello.your_seq == 0 || own.is_some_and(|hash| hash == hello.your_hash) || seeded(Bug::LifeKept))
    }

    /// The database is an older copy of itself, or another copy of it has been writing: going on would
    /// give numbers out twice, so it goes on under a new life.
    async fn begin_again(&mut self, hub_has: u64) -> Result<()> {
        // The chain of hashes makes "the same up to here" true below and false above one number.
        let (mut common, mut beyond) = (0, hub_has.saturating_add(1));
        let mut incarnations = 0;
        while common + 1 < beyond {
            let middle = common + (beyond - common) / 2;
            let hello = self.hello(Some(middle)).await?;
            incarnations = hello.incarnations;
            let own = self.db.read(|conn| incarnation::hash_at(conn, self.origin, middle))?;
            match own.is_some_and(|hash| hash == hello.your_hash) {
                true => common = middle,
                false => beyond = middle,
            }
        }
        // What both have may never have been acknowledged to this copy.
        while self.send_page(common).await? {}
        let elsewhere = match incarnations > self.origin.incarnation {
            true if !seeded(Bug::CopiesSentTwice) => self.signed_elsewhere(common).await?,
            _ => Vec::new(),
        };
        let next = incarnations.max(self.origin.incarnation).checked_add(1);
        let next = next.ok_or_else(|| Error::with(Code::HubRefused, "more lives than there are"))?;
        self.origin = self
            .db
            .transact(|conn, catalogue, now| incarnation::begin(conn, catalogue, common, next, &elsewhere, now))?;
        Ok(())
    }

    /// What waits here and has been sent by another copy of this PC, which held it too.
    async fn signed_elsewhere(&self, common: u64) -> Result<Vec<Elsewhere>> {
        let (waiting, key) = self
            .db
            .read(|conn| Ok((incarnation::waiting_after(conn, self.origin, common)?, Author::read(conn)?.key())))?;
        let mut lives = Lives::default();
        let mut after = 0;
        while !waiting.is_empty() {
            let bytes = self.hub.pull(PullRequest { after, incarnation: self.origin.incarnation }).await?;
            let page: PullReply = shallow::from_slice(&bytes)?;
            lives.take(&page, self.origin.device);
            after = page.cursor;
            if page.cursor >= page.hub_seq {
                break;
            }
        }
        Ok(lives.shared(&waiting, &key))
    }

    pub(super) async fn send(&mut self) -> Result<()> {
        while self.send_page(u64::MAX).await? {}
        Ok(())
    }

    /// Sends the next commits up to number `last`; whether there may be more.
    async fn send_page(&mut self, last: u64) -> Result<bool> {
        let (first, count, body) = self.db.read(|conn| next_page(conn, self.origin, last, self.db.page_commits))?;
        if count == 0 {
            return Ok(false);
        }
        self.tell(SyncStep::Sending);
        if seeded(Bug::MarkedBeforeAnswer) {
            self.db
                .write_local(|conn| Ok(conn.execute("UPDATE commits SET hub_seq = 0 WHERE hub_seq IS NULL", [])?))?;
        }
        match self.hub.push(body).await {
            Ok(reply) => self.acknowledged(self.origin, first, count, &reply)?,
            Err(Refusal { head: Some(head), .. }) if head < first - 1 => {
                // The hub has less than it said before: what it lacks waits again.
                let origin = self.origin;
                self.db.transact(|conn, _, _| {
                    conn.execute(
                        "UPDATE commits SET hub_seq = NULL WHERE device = ?1 AND incarnation = ?2 AND seq > ?3",
                        params![origin.device, origin.incarnation, head as i64],
                    )?;
                    Ok(())
                })?;
            }
            Err(refusal) => return Err(refusal.into()),
        }
        self.seen.sent += count;
        self.seen.to_send = self.seen.to_send.max(self.seen.sent);
        self.tell(SyncStep::Sending);
        Ok(true)
    }

    fn acknowledged(&self, origin: Origin, first: u64, count: u32, reply: &PushReply) -> Result<()> {
        if reply.hub_seqs.len() != count as usize {
            return Err(Error::with(Code::HubRefused, "an acknowledgement of another page"));
        }
        // Lost in a power cut, an acknowledgement is simply given again.
        let tables = self.db.transact_lightly(|conn, catalogue, now| {
            let mut mark = conn.prepare_cached(
                "UPDATE commits SET hub_seq = ?1 WHERE device = ?2 AND incarnation = ?3 AND seq = ?4",
            )?;
            for (seq, hub_seq) in (first..).zip(&reply.hub_seqs) {
                mark.execute(params![hub_seq, origin.device, origin.incarnation, seq as i64])?;
            }
            repair::note_quarantined(conn, origin, &reply.quarantined, now)?;
            let mut delta = Delta::default();
            let mut aftermath = Aftermath::default();
            for (seq, hlc) in &reply.clamped {
                apply::clamp(conn, catalogue, origin.stamp(*seq), *hlc, &mut delta, &mut aftermath)?;
            }
            aftermath.derive(conn, catalogue, now)?;
            delta.store(conn)?;
            if let Some((_, hlc)) = reply.clamped.last()
                && origin == self.origin
                && waiting(conn)? == 0
            {
                // A clock that was once years ahead must not win for years after it was set right.
                conn.execute("UPDATE this_device SET hlc = ?1 WHERE only = 1", [hlc])?;
            }
            Ok(aftermath.tables)
        })?;
        self.db.announce(tables.into_iter().collect());
        Ok(())
    }

    pub(super) async fn fetch(&mut self) -> Result<()> {
        let link = self.db.read(link)?.ok_or(Code::HubNotConnected)?;
        let (hub, incarnation) = (self.hub, self.origin.incarnation);
        let pull = |after| hub.pull(PullRequest { after, incarnation });
        self.tell(SyncStep::Fetching);
        let (mut stored, mut bytes) = (link.pulled, pull(link.pulled).await?);
        loop {
            let page: PullReply = shallow::from_slice(&bytes)?;
            if page.epoch != link.epoch {
                return Err(Code::HubRestored.into());
            }
            if page.cursor < stored || (page.cursor == stored && page.cursor < page.hub_seq) {
                // The same question again would get the same answer, without end; and one that goes back, be
                // it behind the beginning, would be asked from there on.
                return Err(Error::with(Code::HubRefused, "a page that leads nowhere"));
            }
            let (cursor, last) = (page.cursor, page.cursor >= page.hub_seq);
            let ahead = async { if last { Ok(None) } else { pull(cursor).await.map(Some) } };
            let store = async {
                // The question for the next page goes out first: the hub works on it meanwhile.
                tokio::task::yield_now().await;
                if page.commits.is_empty() && cursor == stored { Ok(0) } else { take_page(self.db, &page) }
            };
            let (next, taken) = tokio::join!(ahead, store);
            self.seen.received += taken?;
            self.seen.to_receive = self.seen.to_receive.max(self.seen.received);
            self.tell(SyncStep::Fetching);
            let Some(next) = next? else { return Ok(()) };
            (stored, bytes) = (cursor, next);
        }
    }

    /// The proof; `None` if something new came in between and another round is needed.
    async fn compare(&mut self) -> Result<Option<SyncReport>> {
        self.tell(SyncStep::Comparing);
        let pulled = self.db.read(link)?.map_or(0, |link| link.pulled);
        let theirs = self.hub.digest(DigestRequest { pulled }).await?;
        let ours = self.db.read(|conn| {
            let pulled = link(conn)?.map_or(0, |link| link.pulled);
            Ok((waiting(conn)? == 0 && pulled == theirs.hub_seq).then_some(Digest::read(conn)?))
        })?;
        let Some(ours) = ours else { return Ok(None) };
        let hub_seq = theirs.hub_seq;
        // A table that only a newer version has is at the hub and not here: it is left out of the proof.
        let known = self.db.read(log::present_tables)?;
        let theirs = theirs.digest.of(&known);
        let identical = ours.of(&known) == theirs;
        if !identical {
            // Another copy of this PC may have written under the life that both share while this sync ran;
            // fetching passes over one's own commits, so that one is missing here.
            let hello = self.hello(None).await?;
            if !self.agrees(&hello)? {
                self.greet().await?;
                return Ok(None);
            }
        }
        if !identical && self.repairs.0 < REPAIRS {
            let tables = ours.of(&known).differing(&theirs);
            // One during which others wrote has put nothing right and was no attempt: the rounds end those.
            if let Some(changed) = repair::repair(self.db, self.hub, &tables, hub_seq).await? {
                self.repairs = (self.repairs.0 + 1, self.repairs.1 + changed);
            }
            return Ok(None);
        }
        let report = self.report(theirs, identical)?;
        Ok(Some(SyncReport { digest: ours.short(), records: small(ours.records()), ..report }))
    }

    fn report(&mut self, theirs: Digest, identical: bool) -> Result<SyncReport> {
        let (sent, received) = self.hub.traffic();
        let report = self.db.transact_lightly(|conn, _, now| {
            let ours = Digest::read(conn)?;
            let report = SyncReport {
                sent: self.seen.sent,
                received: self.seen.received,
                bytes_sent: small(sent - self.start.0),
                bytes_received: small(received - self.start.1),
                records: small(ours.records()),
                identical,
                digest: ours.short(),
                hub_digest: theirs.short(),
                finished_at: now,
                conflicts: conn.query_row("SELECT count(*) FROM conflicts", [], |row| row.get(0))?,
                repaired: self.repairs.1,
            };
            conn.execute(
                "UPDATE hub_link SET last_sync_at = ?1, last_report = ?2 WHERE only = 1",
                params![now, serde_json::to_string(&report)?],
            )?;
            Ok(report)
        })?;
        self.tell(SyncStep::Done);
        Ok(report)
    }
}

/// Counts for people; four thousand million are as good as more.
pub(crate) fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The next commits that wait, encoded as a [`Push`]: the first number, how many, the bytes.
fn next_page(conn: &Connection, origin: Origin, last: u64, most: usize) -> Result<(u64, u32, Vec<u8>)> {
    let mut statement = conn.prepare_cached(
        "SELECT seq, signature, hlc, body FROM commits
         WHERE device = ?1 AND incarnation = ?2 AND hub_seq IS NULL AND seq <= ?4 ORDER BY seq LIMIT ?3",
    )?;
    let mut rows =
        statement.query(params![origin.device, origin.incarnation, most as i64, last.min(i64::MAX as u64) as i64])?;
    let (mut commits, mut hlcs) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get("seq")?;
        hlcs.push(row.get("hlc")?);
        let body: Vec<u8> = row.get("body")?;
        bytes += body.len();
        let signature: Vec<u8> = row.get("signature")?;
        commits.push(Sealed { seq: seq.unsigned_abs(), signature: signature.into(), body: body.into() });
        if bytes >= PAGE_BYTES {
            break;
        }
    }
    let first = commits.first().map_or(0, |commit| commit.seq);
    let count = commits.len() as u32;
    let push = Push { device: origin.device, incarnation: origin.incarnation, commits, hlcs };
    Ok((first, count, rmp_serde::to_vec(&push)?))
}

/// Commits of one origin that follow each other in this PC's log.
struct RunOfCommits {
    origin: Origin,
    first: u64,
    count: u32,
    last_id: i64,
    /// An encoded [`Push`].
    body: Vec<u8>,
}

/// The next commits of the log, whoever wrote them, that are beyond what the hub has of their origin.
fn next_run(
    conn: &Connection,
    after: i64,
    most: usize,
    head_of: impl Fn(Origin) -> u64,
) -> Result<Option<RunOfCommits>> {
    let mut statement = conn.prepare_cached(
        "SELECT id, device, incarnation, seq, signature, hlc, body FROM commits WHERE id > ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([after])?;
    let (mut commits, mut hlcs) = (Vec::new(), Vec::new());
    let (mut of, mut last_id, mut bytes) = (None, after, 0);
    while let Some(row) = rows.next()? {
        let origin = Origin { device: row.get("device")?, incarnation: row.get("incarnation")? };
        let seq = row.get::<_, i64>("seq")?.unsigned_abs();
        if seq <= head_of(origin) || (seeded(Bug::RefillOwnOnly) && origin != Author::read(conn)?.origin) {
            continue;
        }
        if of.is_some_and(|of| of != origin) || bytes >= PAGE_BYTES || commits.len() >= most {
            break;
        }
        of = Some(origin);
        last_id = row.get("id")?;
        hlcs.push(row.get("hlc")?);
        let (signature, body): (Vec<u8>, Vec<u8>) = (row.get("signature")?, row.get("body")?);
        bytes += body.len();
        commits.push(Sealed { seq, signature: signature.into(), body: body.into() });
    }
    let Some(origin) = of else { return Ok(None) };
    let (first, count) = (commits.first().map_or(0, |commit| commit.seq), commits.len() as u32);
    let push = Push { device: origin.device, incarnation: origin.incarnation, commits, hlcs };
    Ok(Some(RunOfCommits { origin, first, count, last_id, body: rmp_serde::to_vec(&push)? }))
}

/// Stores a page and the cursor in one transaction. A commit that breaks the database's own rules
/// is set aside in quarantine, with the rest of its page unharmed.
fn take_page(db: &Db, page: &PullReply) -> Result<u32> {
    if seeded(Bug::CursorOutside) {
        db.write_local(|conn| Ok(conn.execute("UPDATE hub_link SET pulled = ?1 WHERE only = 1", [page.cursor])?))?;
    }
    let arriving = db.read(snapshot::lenient)?;
    let take = |thorough| match arriving {
        true => db.transact_apart(|conn, catalogue, now| apply_page(conn, catalogue, page, now, thorough, true)),
        false => db.transact(|conn, catalogue, now| apply_page(conn, catalogue, page, now, thorough, false)),
    };
    let outcome = match take(false) {
        Err(Error::Sqlite(error)) if is_constraint(&error) => take(true)?,
        other => other?,
    };
    db.announce(outcome.1.tables.into_iter().collect());
    Ok(outcome.0)
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

fn apply_page(
    conn: &Connection,
    catalogue: &Catalogue,
    page: &PullReply,
    now: Instant,
    thorough: bool,
    arriving: bool,
) -> Result<(u32, Aftermath)> {
    let mut delta = Delta::default();
    let mut aftermath = Aftermath::default();
    let mut applied = 0;
    let mut hlc = Author::read(conn)?.hlc.0;
    let mut heads = std::collections::HashMap::new();
    let keys = rotation::keys_before(conn, page)?;
    for pulled in &page.commits {
        let origin = Origin { device: pulled.device, incarnation: pulled.incarnation };
        let seq = pulled.sealed.seq;
        if let std::collections::hash_map::Entry::Vacant(entry) = heads.entry(origin) {
            let base = snapshot::base_of(conn, origin)?.unwrap_or_default();
            entry.insert(apply::head_of(conn, origin)?.max(base));
        }
        let (known, previous) = &heads[&origin];
        if seq <= *known {
            apply::heard_again(conn, catalogue, pulled, &mut delta, &mut aftermath)?;
            continue;
        }
        if seq != known + 1 {
            return Err(Error::with(Code::HubRefused, "the hub left out a commit"));
        }
        let hash = commit::chain_hash(previous, origin, seq, &pulled.sealed.body);
        heads.insert(origin, (seq, hash.to_vec()));
        let aside = pulled.aside.as_deref();
        let checked =
            Checked { origin, sealed: &pulled.sealed, hash, hlc: pulled.hlc, hub_seq: pulled.hub_seq, aside, arriving };
        apply::apply(conn, catalogue, &checked, now, thorough, &mut delta, &mut aftermath)?;
        hlc = hlc.max(pulled.hlc);
        applied += 1;
    }
    check_signatures(conn, page, &heads, &keys)?;
    aftermath.derive(conn, catalogue, now)?;
    delta.store(conn)?;
    conn.prepare_cached("UPDATE this_device SET hlc = ?1 WHERE only = 1")?.execute([hlc])?;
    conn.prepare_cached("UPDATE hub_link SET pulled = ?1 WHERE only = 1")?.execute([page.cursor])?;
    if arriving {
        snapshot::settle(conn, page.cursor)?;
    }
    Ok((applied, aftermath))
}

/// The last commit of each origin in a page must carry its PC's signature; through the chain it
/// vouches for all before it.
fn check_signatures(
    conn: &Connection,
    page: &PullReply,
    heads: &std::collections::HashMap<Origin, (u64, Vec<u8>)>,
    keys: &std::collections::BTreeMap<Uuid, Vec<u8>>,
) -> Result<()> {
    let mut key_of = conn.prepare_cached("SELECT public_key FROM devices WHERE id = ?1")?;
    for (origin, (seq, hash)) in heads {
        let last = page.commits.iter().find(|pulled| {
            pulled.device == origin.device && pulled.incarnation == origin.incarnation && pulled.sealed.seq == *seq
        });
        let Some(last) = last else { continue };
        let key: Option<Vec<u8>> = key_of.query_row([origin.device], |row| row.get(0)).optional()?;
        let key = rotation::key_after(page, origin.device, keys.get(&origin.device), key);
        let hash = <[u8; 32]>::try_from(hash.as_slice()).unwrap_or_default();
        let sound = key.is_some_and(|key| commit::verify(&key, &hash, &last.sealed.signature));
        if !sound {
            return Err(Error::with(Code::HubRefused, "a commit without its PC's signature"));
        }
    }
    Ok(())
}
