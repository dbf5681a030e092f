//! The PC's side of a snapshot: asks, checks, stores, and goes on where it was.

use rusqlite::Connection;
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::sync::apply::Aftermath;
use crate::sync::digest::Delta;
use crate::sync::engine::{self, Run, SyncStep, small, waiting};
use crate::sync::log::Catalogue;
use crate::sync::overlap;
use crate::sync::protocol::{HubApi, PullReply, PullRequest};
use crate::sync::shallow;
use crate::sync::snapshot::kept::{self, Stage};
use crate::sync::snapshot::{Beginning, Chunk, ChunkRequest, install, older};
use crate::sync::tables::Table;

/// From when on a PC takes a snapshot instead of replaying commits.
#[derive(Debug, Clone, Copy)]
pub struct Far {
    /// Commits at the hub, for a PC that has fetched none.
    pub new: i64,
    /// Commits that a PC is behind.
    pub behind: i64,
}

impl Default for Far {
    fn default() -> Far {
        Far { new: 500, behind: 20_000 }
    }
}

/// More records than fit on any disk. A hub that says so would leave no numbers for what is written here.
const MOST: i64 = 1 << 48;
/// A commit is replayed in the time in which so many rows are taken over.
const ROWS_A_COMMIT: i64 = 3;
/// After so many chunks the PC sends what was written meanwhile and hears what is new.
const CHUNKS_BETWEEN: u32 = 8;
/// How often a part that came damaged, or was of a state that is over, is asked for.
const TRIES: u32 = 5;

impl<H: HubApi> Run<'_, H> {
    /// Takes the records over if this PC is new or far behind, or goes on where it was interrupted. With
    /// `first_only` it ends as soon as today's work can begin.
    pub(in crate::sync) async fn take_snapshot(&mut self, far: Far, first_only: bool) -> Result<()> {
        let (kept, link, lenient, can) = self
            .db
            .read(|conn| Ok((kept::state(conn)?, engine::link(conn)?, kept::lenient(conn)?, kept::can_take(conn)?)))?;
        let link = link.ok_or(Code::HubNotConnected)?;
        match kept {
            // The hub is another one than it was: what has arrived of its records cannot be gone on with.
            Some(kept) if kept.epoch != link.epoch && lenient => {
                self.begin(true).await?;
            }
            Some(kept) if kept.stage == Stage::Log => return Ok(()),
            Some(_) => {}
            None => {
                let behind = self.head.saturating_sub(link.pulled);
                let limit = if link.pulled == 0 { far.new } else { far.behind };
                if !can || behind <= limit || !self.begin(link.pulled == 0).await? {
                    return Ok(());
                }
            }
        }
        if first_only {
            return Ok(());
        }
        self.within = Some(SyncStep::TakingOver);
        let taken = self.take_records().await;
        self.within = None;
        taken
    }

    /// Asks for the first part and stores it. Not taken if replaying is less work, unless it is `wanted`
    /// anyway.
    async fn begin(&mut self, wanted: bool) -> Result<bool> {
        self.send().await?;
        self.tell(SyncStep::TakingOver);
        for _ in 0..TRIES {
            let bytes = self.hub.snapshot().await?;
            let Ok(beginning) = shallow::from_slice::<Beginning>(&bytes) else { continue };
            let Ok(parts) = install::read(&beginning.rows, &beginning.hash) else { continue };
            let rows = beginning.tables.iter().fold(0u64, |sum, (_, rows)| sum.saturating_add(*rows));
            let rows = i64::try_from(rows).unwrap_or(i64::MAX);
            let pulled = self.db.read(engine::link)?.map_or(0, |link| link.pulled);
            let ahead = beginning.hub_seq.saturating_sub(pulled);
            if rows > MOST || ahead > MOST {
                return Err(Error::with(Code::HubRefused, "more records or commits than there can be"));
            }
            if !wanted && rows > ahead.saturating_mul(ROWS_A_COMMIT) {
                return Ok(false);
            }
            let tables = self.db.transact_apart(|conn, catalogue, now| {
                kept::begin(conn, &beginning)?;
                let (mut delta, mut aftermath) = (Delta::default(), Aftermath::default());
                for part in &parts {
                    install::install(conn, catalogue, part, beginning.hub_seq, &mut delta, &mut aftermath)?;
                }
                aftermath.derive(conn, catalogue, now)?;
                delta.store(conn)?;
                let booked = parts.iter().filter(|part| part.table == Table::Appointments.name());
                booked.flat_map(|part| &part.rows).try_for_each(|(id, _)| overlap::note_claim(conn, *id, now))?;
                Ok(aftermath.tables)
            })?;
            self.db.announce(tables.into_iter().collect());
            self.tell_records()?;
            return Ok(true);
        }
        Err(Error::with(Code::HubRefused, "a snapshot that comes damaged again and again"))
    }

    fn tell_records(&mut self) -> Result<()> {
        (self.seen.records, self.seen.to_take_over) = self.db.read(kept::counts)?;
        self.tell(SyncStep::TakingOver);
        Ok(())
    }

    async fn take_records(&mut self) -> Result<()> {
        self.tell_records()?;
        let (mut since, mut ahead) = (0, None);
        while let Some((table, after)) = self.db.catalogued(kept::next_table)? {
            if since == CHUNKS_BETWEEN || self.db.read(waiting)? > 0 {
                self.send().await?;
                self.fetch().await?;
                since = 0;
            }
            since += 1;
            let given = ahead.take().filter(|(of, _)| *of == table).map(|(_, bytes)| bytes);
            ahead = self.take_chunk(&table, after, given).await?.map(|bytes| (table, bytes));
            self.tell_records()?;
        }
        self.db.transact(|conn, _, now| {
            install::derive_claims(conn, now)?;
            kept::records_are_here(conn)?;
            let pulled = engine::link(conn)?.map_or(0, |link| link.pulled);
            kept::settle(conn, pulled)
        })?;
        self.db.announce(Table::ALL.to_vec());
        Ok(())
    }

    /// Stores the next rows of a table, those that were asked for ahead if they are `given`, and asks for the
    /// ones behind them meanwhile, so that the hub works while this PC does.
    async fn take_chunk(
        &mut self,
        table: &str,
        after: Option<Uuid>,
        mut given: Option<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>> {
        let hub = self.hub;
        let ask = |after| hub.chunk(ChunkRequest { table: table.to_owned(), after });
        for _ in 0..TRIES {
            let bytes = match given.take() {
                Some(bytes) => bytes,
                None => ask(after).await?,
            };
            let Ok(chunk) = shallow::from_slice::<Chunk>(&bytes) else { continue };
            let Ok(parts) = install::read(&chunk.rows, &chunk.hash) else { continue };
            let link = self.db.read(engine::link)?.ok_or(Code::HubNotConnected)?;
            if chunk.epoch != link.epoch {
                return Err(Code::HubRestored.into());
            }
            // Of a state from before what is here already.
            if chunk.hub_seq < link.pulled {
                continue;
            }
            let part = match parts.as_slice() {
                [part] if part.table == table => part,
                _ => return Err(Error::with(Code::HubRefused, "rows of another table")),
            };
            let ids = part.rows.iter().map(|(id, _)| Some(*id));
            let rises = std::iter::once(after).chain(ids).collect::<Vec<_>>().windows(2).all(|two| two[0] < two[1]);
            let last = part.rows.last().map(|(id, _)| *id).filter(|_| !chunk.last);
            if !rises || (last.is_none() && !chunk.last) {
                return Err(Error::with(Code::HubRefused, "rows that lead nowhere"));
            }
            let store = |conn: &Connection, catalogue: &Catalogue, now| {
                let (mut delta, mut aftermath) = (Delta::default(), Aftermath::default());
                install::install(conn, catalogue, part, chunk.hub_seq, &mut delta, &mut aftermath)?;
                aftermath.derive(conn, catalogue, now)?;
                delta.store(conn)?;
                kept::note_chunk(conn, table, last, chunk.hub_seq, part.rows.len())
            };
            let next = async { if last.is_some() { ask(last).await.map(Some) } else { Ok(None) } };
            let stored = async {
                // The question for the next rows goes out first.
                tokio::task::yield_now().await;
                self.db.transact_apart(store)
            };
            let (next, stored) = tokio::join!(next, stored);
            stored?;
            return Ok(next?);
        }
        Err(Error::with(Code::HubRefused, "a part of a snapshot that comes damaged again and again"))
    }

    /// Fetches the log from before the snapshot; whether there was any of it to come. What is written here
    /// or elsewhere meanwhile is not kept waiting.
    pub(in crate::sync) async fn take_older_log(&mut self) -> Result<bool> {
        let Some(kept) = self.db.read(kept::state)? else { return Ok(false) };
        let link = self.db.read(engine::link)?.ok_or(Code::HubNotConnected)?;
        if kept.epoch != link.epoch {
            // The hub was restored and its numbers are others now: what is missing is looked for anew.
            let head = self.head;
            self.db.transact(|conn, _, _| kept::look_up_to(conn, link.epoch, 0, head))?;
        }
        self.within = Some(SyncStep::History);
        let taken = self.take_pages().await;
        self.within = None;
        taken.map(|()| true)
    }

    async fn take_pages(&mut self) -> Result<()> {
        loop {
            let Some(kept) = self.db.read(kept::state)? else { return Ok(()) };
            (self.seen.history, self.seen.to_history) =
                (small(kept.log_after.unsigned_abs()), small(kept.hub_seq.unsigned_abs()));
            self.tell(SyncStep::History);
            if kept.log_after >= kept.hub_seq {
                if self.db.read(kept::log_is_whole)? {
                    return self.db.transact(|conn, _, _| kept::forget(conn));
                }
                if self.head <= kept.hub_seq {
                    // A restored hub lacks it until a PC that has it comes.
                    return Ok(());
                }
                let head = self.head;
                self.db.transact(|conn, _, _| kept::look_up_to(conn, kept.epoch, kept.log_after, head))?;
                continue;
            }
            let request = PullRequest { after: kept.log_after, incarnation: self.origin.incarnation };
            let bytes = self.hub.pull(request).await?;
            let page: PullReply = shallow::from_slice(&bytes)?;
            let link = self.db.read(engine::link)?.ok_or(Code::HubNotConnected)?;
            if page.epoch != link.epoch {
                return Err(Code::HubRestored.into());
            }
            if page.cursor <= kept.log_after {
                return Err(Error::with(Code::HubRefused, "a page that leads nowhere"));
            }
            self.db.transact_lightly(|conn, catalogue, now| older::take_page(conn, catalogue, &page, now))?;
            if self.db.read(waiting)? > 0 || self.hub_is_ahead(page.hub_seq)? {
                self.send().await?;
                self.fetch().await?;
            }
        }
    }

    fn hub_is_ahead(&self, hub_seq: i64) -> Result<bool> {
        Ok(self.db.read(engine::link)?.is_some_and(|link| link.pulled < hub_seq))
    }
}
