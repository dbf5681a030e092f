//! A push between its reading and its commit: what it says, which rows it is about, what they become.

use std::collections::{BTreeMap, BTreeSet};

use neem_core::clock::Hlc;
use neem_core::error::Code;
use neem_core::ids::Instant;
use neem_core::seeded::{Bug, seeded};
use neem_core::sync::commit::{self, Body, Origin, Sealed};
use neem_core::sync::devices::follow;
use neem_core::sync::digest::Delta;
use neem_core::sync::fit::{self, Judge, id_in};
use neem_core::sync::protocol::{Push, PushReply, Refusal};
use neem_core::sync::rotation;
use neem_core::sync::row::RowState;
use uuid::Uuid;

use crate::Trouble;
use crate::store::{NewCommit, NewQuarantined, Quarantined, Result, RowPut, StoreError, StoredCommit, WriteTx};

/// A PC whose clock is ahead counts for no more than this ahead of the hub's.
const CLOCK_AHEAD_MINUTES: i64 = 5;

/// A new commit of the push.
struct Link<'a> {
    sealed: &'a Sealed<'a>,
    hash: [u8; 32],
    hlc: i64,
    hub_seq: i64,
    body: Body,
    /// Why it is set aside, if it is.
    reason: Option<String>,
}

/// A row that the push is about.
struct Row {
    /// As it is stored; none while it is not.
    stored: Option<Vec<u8>>,
    /// As it becomes; none while nobody has asked.
    state: Option<RowState>,
    /// The hash that it has in the digest.
    before: Option<u128>,
}

pub struct Taken<'a> {
    tenant: Uuid,
    origin: Origin,
    now: Instant,
    known: u64,
    pub last_hash: [u8; 32],
    hub_seq: i64,
    links: Vec<Link<'a>>,
    rows: BTreeMap<String, BTreeMap<Uuid, Row>>,
    reply: PushReply,
}

impl<'a> Taken<'a> {
    /// `last` is the origin's last commit here, `head` the last number given in the tenant.
    pub fn new(tenant: Uuid, origin: Origin, now: Instant, last: (u64, [u8; 32]), head: i64) -> Taken<'a> {
        Taken {
            tenant,
            origin,
            now,
            known: last.0,
            last_hash: last.1,
            hub_seq: head,
            links: Vec::new(),
            rows: BTreeMap::new(),
            reply: PushReply { your_seq: last.0, hub_seqs: vec![], clamped: vec![], quarantined: vec![] },
        }
    }

    /// Commits that are here already are acknowledged again; another one under the number of one is a fork.
    pub fn again(&mut self, tx: &mut dyn WriteTx, push: &Push<'_>) -> std::result::Result<(), Trouble> {
        let refused = |detail| Err(Refusal::new(Code::HubRefused, detail).into());
        let old = || push.commits.iter().map(|sealed| sealed.seq).filter(|seq| *seq <= self.known);
        let (Some(first), Some(last)) = (old().min(), old().max()) else { return Ok(()) };
        let stored = tx.origin_commits(self.tenant, self.origin, first, last)?;
        let aside = tx.quarantined(self.tenant)?;
        for sealed in push.commits.iter().filter(|sealed| sealed.seq <= self.known) {
            let index = stored.binary_search_by_key(&sealed.seq, |commit| commit.seq);
            let Some(commit) = index.ok().map(|index| &stored[index]) else {
                return refused("a commit without a number");
            };
            if commit.body != *sealed.body {
                return refused("another commit has this number: the PC's database was copied");
            }
            if Body::decode(&commit.body).is_ok_and(|body| body.hlc != commit.hlc) && !seeded(Bug::ClampNotTold) {
                self.reply.clamped.push((sealed.seq, commit.hlc));
            }
            if let Some(reason) = reason_of(&aside, commit) {
                self.reply.quarantined.push((sealed.seq, reason));
            }
            if seeded(Bug::HubSeqGap) {
                self.hub_seq += 1;
            }
            if !seeded(Bug::DuplicateUnanswered) {
                self.reply.hub_seqs.push(commit.hub_seq);
            }
        }
        Ok(())
    }

    /// Reads the new commits and ties each to the one before it. They are dense, and none is missing.
    pub fn chain(&mut self, push: &'a Push<'a>) -> std::result::Result<(), Refusal> {
        let latest = Hlc::at(self.now.plus_minutes(CLOCK_AHEAD_MINUTES)).0;
        let first_new = self.known + 1;
        for (sealed, held) in push.commits.iter().zip(&push.hlcs) {
            if sealed.seq < first_new {
                continue;
            }
            let hash = commit::chain_hash(&self.last_hash, self.origin, sealed.seq, &sealed.body);
            let body = Body::decode(&sealed.body)
                .map_err(|_| Refusal::new(Code::HubRefused, "a commit that cannot be read"))?;
            let hlc = if seeded(Bug::ClockNotClamped) { body.hlc } else { body.hlc.min(*held).min(latest) };
            if hlc != body.hlc {
                self.reply.clamped.push((sealed.seq, hlc));
            }
            self.hub_seq += 1;
            self.known = sealed.seq;
            self.last_hash = hash;
            self.reply.your_seq = sealed.seq;
            self.reply.hub_seqs.push(self.hub_seq);
            self.links.push(Link { sealed, hash, hlc, hub_seq: self.hub_seq, body, reason: None });
        }
        Ok(())
    }

    /// The key that the origin's PC has after these commits: it was `key`, and each renewal among them is
    /// signed by the one before.
    pub fn key_after(&self, key: &[u8]) -> Vec<u8> {
        let device = self.origin.device;
        let renewals: Vec<_> = self.links.iter().flat_map(|link| rotation::of_body(&link.body, device)).collect();
        follow(device, key, &renewals)
    }

    /// Fetches the rows that the commits are about, and merges those commits that are fit.
    /// With `handed_over` all are set aside: their PC was taken out, and a person looks at them first. Only
    /// a renewal of its key counts, which the commits after it are checked with.
    pub fn merge(&mut self, tx: &mut dyn WriteTx, judge: &Judge, handed_over: bool) -> Result<()> {
        self.fetch(tx, judge)?;
        let (tenant, origin) = (self.tenant, self.origin);
        for link in &mut self.links {
            let exists = |table: &str, id: Uuid| {
                let row = self.rows.get(table).and_then(|rows| rows.get(&id));
                Ok::<_, StoreError>(row.is_some_and(|row| row.stored.is_some() || row.state.is_some()))
            };
            link.reason = match handed_over && !rotation::only_renews(&link.body, origin.device) {
                true => Some(fit::HANDED_OVER.to_owned()),
                false => fit::unfit(&link.body, tenant, judge, exists)?,
            };
            link.reason = link.reason.take().or_else(|| rotation::unfit(&link.body, origin.device));
            if let Some(reason) = &link.reason {
                tracing::warn!(device = %origin.device, seq = link.sealed.seq, reason, "quarantined");
                self.reply.quarantined.push((link.sealed.seq, reason.clone()));
                continue;
            }
            for block in &mut link.body.inserts {
                let Some(rows) = self.rows.get_mut(&block.table) else { continue };
                for values in std::mem::take(&mut block.rows) {
                    let Some(row) = id_in(&block.columns, &values).and_then(|id| rows.get_mut(&id)) else { continue };
                    row.state = Some(RowState::inserted(block.columns.iter(), values.into_iter()));
                }
            }
            let stamp = origin.stamp(link.sealed.seq);
            for update in &link.body.updates {
                let row = self.rows.get_mut(&update.table).and_then(|rows| rows.get_mut(&update.row));
                if let Some(state) = row.map(|row| row.state(&update.table, update.row)).transpose()?.flatten() {
                    update.groups.iter().for_each(|write| state.merge(&update.table, write, stamp, link.hlc));
                }
            }
        }
        Ok(())
    }

    fn fetch(&mut self, tx: &mut dyn WriteTx, judge: &Judge) -> Result<()> {
        let mut named: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for link in &self.links {
            for block in &link.body.inserts {
                let ids = block.rows.iter().filter_map(|row| id_in(&block.columns, row));
                named.entry(&block.table).or_default().extend(ids);
            }
            for update in &link.body.updates {
                named.entry(&update.table).or_default().insert(update.row);
            }
            for reference in judge.rules.parents(&link.body) {
                named.entry(reference.parent.name()).or_default().insert(reference.row);
            }
        }
        let keys: Vec<(&str, Uuid)> =
            named.iter().flat_map(|(table, ids)| ids.iter().map(move |id| (*table, *id))).collect();
        for ((table, id), stored) in keys.iter().zip(tx.rows(self.tenant, &keys)?) {
            if !self.rows.contains_key(*table) {
                self.rows.insert((*table).to_owned(), BTreeMap::new());
            }
            if let Some(rows) = self.rows.get_mut(*table) {
                rows.insert(*id, Row { stored, state: None, before: None });
            }
        }
        Ok(())
    }

    /// Writes everything, each kind at once.
    pub fn store(self, tx: &mut dyn WriteTx) -> Result<PushReply> {
        if self.links.is_empty() {
            return Ok(self.reply);
        }
        let Taken { tenant, origin, now, links, rows, hub_seq, reply, .. } = self;
        let commits: Vec<NewCommit<'_>> = links.iter().map(Link::kept).collect();
        tx.insert_commits(tenant, origin, now.0, &commits)?;
        let aside: Vec<NewQuarantined<'_>> = links.iter().filter_map(Link::aside).collect();
        if !aside.is_empty() {
            tx.quarantine(tenant, origin, now.0, &aside)?;
        }
        let mut delta = Delta::default();
        let mut puts = Vec::new();
        for (table, rows) in &rows {
            for (id, row) in rows {
                let Some(state) = &row.state else { continue };
                let after = state.hash(table, *id);
                if row.before == Some(after) {
                    continue;
                }
                delta.change(table, *id, row.before, after);
                let bytes = rmp_serde::to_vec(state).map_err(neem_core::Error::from)?;
                puts.push(RowPut { table, id: *id, state: bytes, new: row.stored.is_none() });
            }
        }
        tx.put_rows(tenant, &puts)?;
        tx.add_sums(tenant, delta)?;
        tx.set_head(tenant, hub_seq)?;
        Ok(reply)
    }
}

/// Why a commit was set aside, if it was.
pub fn reason_of(aside: &[Quarantined], commit: &StoredCommit) -> Option<String> {
    let same = |one: &&Quarantined| one.origin == commit.origin && one.seq == commit.seq && one.hash == commit.hash;
    aside.iter().find(same).map(|one| one.reason.clone())
}

impl Link<'_> {
    fn kept(&self) -> NewCommit<'_> {
        let Sealed { seq, signature, body } = self.sealed;
        NewCommit { hub_seq: self.hub_seq, seq: *seq, hash: self.hash, signature, hlc: self.hlc, body }
    }

    fn aside(&self) -> Option<NewQuarantined<'_>> {
        let reason = self.reason.as_deref()?;
        Some(NewQuarantined { seq: self.sealed.seq, hash: self.hash, reason, body: &self.sealed.body })
    }
}

impl Row {
    /// The row as it becomes, read when it is first asked for; none if there is no such row.
    fn state(&mut self, table: &str, id: Uuid) -> Result<Option<&mut RowState>> {
        if let (None, Some(stored)) = (&self.state, &self.stored) {
            let state: RowState = rmp_serde::from_slice(stored).map_err(neem_core::Error::from)?;
            self.before = Some(state.hash(table, id));
            self.state = Some(state);
        }
        Ok(self.state.as_mut())
    }
}
