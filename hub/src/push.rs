//! Taking commits in: one transaction, acknowledged only after it has been committed to disk.

use std::collections::HashMap;

use neem_core::clock::Hlc;
use neem_core::error::Code;
use neem_core::ids::Instant;
use neem_core::sync::commit::{self, Body, GENESIS, Origin, Sealed};
use neem_core::sync::digest::Delta;
use neem_core::sync::fit::{self, id_in};
use neem_core::sync::protocol::{OriginHead, Push, PushReply, Refusal};
use neem_core::sync::row::RowState;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::auth::{self, Device};
use crate::store::{self, StoreError};
use crate::{Hub, internal};

/// A PC whose clock is ahead counts for no more than this ahead of the hub's.
const CLOCK_AHEAD_MINUTES: i64 = 5;

/// Stores the commits of one origin, gives them their places in the tenant's order, and merges them
/// into its rows.
pub fn push(hub: &Hub, token: &str, plain: &[u8]) -> Result<PushReply, Refusal> {
    let push: Push =
        rmp_serde::from_slice(plain).map_err(|_| Refusal::new(Code::HubRefused, "a push that cannot be read"))?;
    let now = hub.clock.now();
    let mut store = hub.store();
    let secret = store.secret;
    let tx = store.begin().map_err(internal)?;
    // Inside the transaction: a PC revoked meanwhile must not slip in.
    let device = auth::device(&tx, &secret, token, now.0)?;
    let public_key: Option<Vec<u8>> = tx
        .query_row(
            "SELECT public_key FROM devices WHERE id = ?1 AND tenant = ?2",
            params![push.device, device.tenant],
            |row| row.get(0),
        )
        .optional()
        .map_err(internal)?;
    let Some(public_key) = public_key else {
        return Err(Refusal::new(Code::HubRefused, "commits of a PC that is not known here"));
    };
    if push.hlcs.len() != push.commits.len() {
        return Err(Refusal::new(Code::HubRefused, "commits without their clocks"));
    }
    let origin = Origin { device: push.device, incarnation: push.incarnation };
    let (known, _) = origin_head(&tx, device.tenant, origin).map_err(internal)?;
    if push.commits.first().is_some_and(|first| first.seq > known + 1) {
        let gap = Refusal::new(Code::ChangedMeanwhile, "commits are missing before these");
        return Err(Refusal { head: Some(known), ..gap });
    }
    let mut taken = Taken::new(&tx, device, origin, now).map_err(internal)?;
    for (sealed, hlc) in push.commits.iter().zip(&push.hlcs) {
        taken.take(sealed, *hlc)?;
    }
    if let Some(last) = push.commits.last().filter(|last| last.seq > known)
        && !commit::verify(&public_key, &taken.last_hash, &last.signature)
    {
        return Err(Refusal::new(Code::HubRefused, "the signature does not fit"));
    }
    let reply = taken.finish().map_err(internal)?;
    tx.execute("UPDATE devices SET last_seen = ?1 WHERE id = ?2", params![now.0, device.id]).map_err(internal)?;
    let (tenant, hub_seq) = (device.tenant, reply.hub_seqs.last().copied());
    tx.commit().map_err(internal)?;
    if let Some(hub_seq) = hub_seq {
        hub.news.tell(tenant, hub_seq);
    }
    tracing::info!(device = %device.id, commits = push.commits.len(), hub_seq = reply.hub_seqs.last(), "pushed");
    Ok(reply)
}

/// The last commit of an origin and its hash.
pub fn origin_head(conn: &Connection, tenant: Uuid, origin: Origin) -> Result<(u64, [u8; 32]), StoreError> {
    let found: Option<(i64, Vec<u8>)> = conn
        .prepare_cached(
            "SELECT seq, hash FROM commits WHERE tenant = ?1 AND device = ?2 AND incarnation = ?3 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![tenant, origin.device, origin.incarnation], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map_or((0, GENESIS), |(seq, hash)| (seq.unsigned_abs(), <[u8; 32]>::try_from(hash).unwrap_or_default())))
}

/// The hash of one commit of an origin.
pub fn hash_at(conn: &Connection, tenant: Uuid, origin: Origin, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(conn
        .prepare_cached("SELECT hash FROM commits WHERE tenant = ?1 AND device = ?2 AND incarnation = ?3 AND seq = ?4")?
        .query_row(params![tenant, origin.device, origin.incarnation, seq as i64], |row| row.get(0))
        .optional()?)
}

/// The last commit of every origin of a clinic.
pub fn heads(conn: &Connection, tenant: Uuid) -> Result<Vec<OriginHead>, StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT device, incarnation, max(seq) AS seq FROM commits WHERE tenant = ?1 GROUP BY device, incarnation",
    )?;
    let rows = statement.query_map([tenant], |row| {
        let seq: i64 = row.get("seq")?;
        Ok(OriginHead { device: row.get("device")?, incarnation: row.get("incarnation")?, seq: seq.unsigned_abs() })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The latest life of a PC that has written anything.
pub fn incarnations(conn: &Connection, device: Device) -> Result<u32, StoreError> {
    Ok(conn
        .prepare_cached("SELECT coalesce(max(incarnation), 0) FROM commits WHERE tenant = ?1 AND device = ?2")?
        .query_row(params![device.tenant, device.id], |row| row.get(0))?)
}

/// A push being taken in.
struct Taken<'a> {
    conn: &'a Connection,
    device: Device,
    origin: Origin,
    now: Instant,
    known: u64,
    last_hash: [u8; 32],
    hub_seq: i64,
    reply: PushReply,
    delta: Delta,
    /// Rows changed in this push; written once at its end.
    rows: HashMap<(String, Uuid), (RowState, Option<u128>)>,
}

impl<'a> Taken<'a> {
    fn new(conn: &'a Connection, device: Device, origin: Origin, now: Instant) -> Result<Taken<'a>, StoreError> {
        let (known, last_hash) = origin_head(conn, device.tenant, origin)?;
        Ok(Taken {
            conn,
            device,
            origin,
            now,
            known,
            last_hash,
            hub_seq: store::head(conn, device.tenant)?,
            reply: PushReply { your_seq: known, hub_seqs: Vec::new(), clamped: Vec::new() },
            delta: Delta::default(),
            rows: HashMap::new(),
        })
    }

    fn take(&mut self, sealed: &Sealed, held: i64) -> Result<(), Refusal> {
        if sealed.seq <= self.known {
            return self.again(sealed);
        }
        if sealed.seq != self.known + 1 {
            return Err(Refusal::new(Code::HubRefused, "commits out of order"));
        }
        let hash = commit::chain_hash(&self.last_hash, self.origin, sealed.seq, &sealed.body);
        let body =
            Body::decode(&sealed.body).map_err(|_| Refusal::new(Code::HubRefused, "a commit that cannot be read"))?;
        let latest = Hlc::at(self.now.plus_minutes(CLOCK_AHEAD_MINUTES)).0;
        let hlc = body.hlc.min(held).min(latest);
        if hlc != body.hlc {
            self.reply.clamped.push((sealed.seq, hlc));
        }
        self.hub_seq += 1;
        self.store(sealed, &hash, hlc).map_err(internal)?;
        let tenant = self.device.tenant;
        let unfit = fit::unfit(&body, tenant, |table, id| Ok::<_, StoreError>(self.state(table, id)?.is_some()));
        match unfit.map_err(internal)? {
            Some(reason) => self.quarantine(sealed, &hash, &reason).map_err(internal)?,
            None => self.merge(body, sealed.seq, hlc).map_err(internal)?,
        }
        self.known = sealed.seq;
        self.last_hash = hash;
        self.reply.your_seq = sealed.seq;
        self.reply.hub_seqs.push(self.hub_seq);
        Ok(())
    }

    /// A commit that is here already is acknowledged again; another one under its number is a fork.
    fn again(&mut self, sealed: &Sealed) -> Result<(), Refusal> {
        let (hub_seq, hlc, body): (i64, i64, Vec<u8>) = self
            .conn
            .prepare_cached(
                "SELECT hub_seq, hlc, body FROM commits WHERE tenant = ?1 AND device = ?2 AND incarnation = ?3 AND seq = ?4",
            )
            .and_then(|mut statement| {
                statement.query_row(
                    params![self.device.tenant, self.origin.device, self.origin.incarnation, sealed.seq as i64],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
            })
            .map_err(internal)?;
        if body != *sealed.body {
            return Err(Refusal::new(Code::HubRefused, "another commit has this number: the PC's database was copied"));
        }
        if Body::decode(&body).is_ok_and(|body| body.hlc != hlc) {
            self.reply.clamped.push((sealed.seq, hlc));
        }
        self.reply.hub_seqs.push(hub_seq);
        Ok(())
    }

    fn store(&self, sealed: &Sealed, hash: &[u8; 32], hlc: i64) -> Result<(), StoreError> {
        self.conn
            .prepare_cached(
                "INSERT INTO commits (tenant, hub_seq, device, incarnation, seq, hash, signature, hlc, body, received_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                self.device.tenant,
                self.hub_seq,
                self.origin.device,
                self.origin.incarnation,
                sealed.seq as i64,
                hash.as_slice(),
                &*sealed.signature,
                hlc,
                &*sealed.body,
                self.now
            ])?;
        Ok(())
    }

    fn quarantine(&self, sealed: &Sealed, hash: &[u8; 32], reason: &str) -> Result<(), StoreError> {
        tracing::warn!(device = %self.origin.device, seq = sealed.seq, reason, "quarantined");
        self.conn.execute(
            "INSERT INTO quarantine (tenant, device, incarnation, seq, hash, reason, body, received_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                self.device.tenant,
                self.origin.device,
                self.origin.incarnation,
                sealed.seq as i64,
                hash.as_slice(),
                reason,
                &*sealed.body,
                self.now
            ],
        )?;
        Ok(())
    }

    fn state(&mut self, table: &str, id: Uuid) -> Result<Option<&mut RowState>, StoreError> {
        let key = (table.to_owned(), id);
        if !self.rows.contains_key(&key) {
            let Some(state) = store::row(self.conn, self.device.tenant, table, id)? else { return Ok(None) };
            let hash = state.hash(table, id);
            self.rows.insert(key.clone(), (state, Some(hash)));
        }
        Ok(self.rows.get_mut(&key).map(|(state, _)| state))
    }

    fn merge(&mut self, body: Body, seq: u64, hlc: i64) -> Result<(), StoreError> {
        for block in body.inserts {
            for row in block.rows {
                let Some(id) = id_in(&block.columns, &row) else { continue };
                let state = RowState::inserted(block.columns.iter(), row.into_iter());
                self.rows.insert((block.table.clone(), id), (state, None));
            }
        }
        let stamp = self.origin.stamp(seq);
        for update in &body.updates {
            if let Some(state) = self.state(&update.table, update.row)? {
                update.groups.iter().for_each(|write| state.merge(&update.table, write, stamp, hlc));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<PushReply, StoreError> {
        for ((table, id), (state, before)) in &self.rows {
            let after = state.hash(table, *id);
            match before {
                None => store::insert_row(self.conn, self.device.tenant, table, *id, state)?,
                Some(before) if *before != after => {
                    store::update_row(self.conn, self.device.tenant, table, *id, state)?;
                }
                Some(_) => continue,
            }
            self.delta.change(table, *id, *before, after);
        }
        store::store_digest(self.conn, self.device.tenant, self.delta)?;
        self.conn
            .prepare_cached("UPDATE tenants SET hub_seq = ?1 WHERE id = ?2")?
            .execute(params![self.hub_seq, self.device.tenant])?;
        Ok(self.reply)
    }
}
