//! The log from before a snapshot: fetched afterwards, for the history of who changed what, for whoever
//! must fill a hub again, and to prove the signatures. Its effects are in the records already.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Code, Error, Result};
use crate::ids::Instant;
use crate::sync::apply;
use crate::sync::commit::{self, Body, GENESIS, Origin};
use crate::sync::log::{Catalogue, note_touches};
use crate::sync::protocol::PullReply;
use crate::sync::rotation;
use crate::sync::snapshot::base_of;
use crate::sync::snapshot::kept;

/// Stores a page of the older log and how far it goes, in one transaction; how many commits were new.
pub fn take_page(conn: &Connection, catalogue: &Catalogue, page: &PullReply, now: Instant) -> Result<u32> {
    let Some(kept) = kept::state(conn)? else { return Ok(0) };
    let (mut id, mut taken) = (kept.next_id, 0);
    let mut heads = HashMap::new();
    for pulled in &page.commits {
        let origin = Origin { device: pulled.device, incarnation: pulled.incarnation };
        let Some((base, base_hash)) = base_of(conn, origin)?.filter(|(base, _)| pulled.sealed.seq <= *base) else {
            continue;
        };
        let seq = pulled.sealed.seq;
        let (known, previous) = match heads.get(&origin) {
            Some(head) => head,
            None => &*heads.entry(origin).or_insert(head_up_to(conn, origin, base)?),
        };
        if seq <= *known {
            continue;
        }
        let hash = commit::chain_hash(previous, origin, seq, &pulled.sealed.body);
        if seq != known + 1 || (seq == base && hash.as_slice() != base_hash) {
            return Err(Error::with(Code::HubRefused, "an older log that does not lead to the snapshot"));
        }
        conn.prepare_cached(
            "INSERT INTO commits (id, device, incarnation, seq, hash, signature, hlc, hub_seq, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            id,
            origin.device,
            origin.incarnation,
            seq as i64,
            hash.as_slice(),
            &*pulled.sealed.signature,
            pulled.hlc,
            pulled.hub_seq,
            &*pulled.sealed.body
        ])?;
        match (&pulled.aside, Body::decode(&pulled.sealed.body)) {
            (Some(reason), _) => apply::set_aside(conn, origin, seq, reason, &pulled.sealed.body, now)?,
            (None, Ok(body)) => note_touches(conn, id, &body.known_part(|table| catalogue.known(table).is_some()))?,
            (None, Err(_)) => apply::set_aside(conn, origin, seq, "cannot be read", &pulled.sealed.body, now)?,
        }
        heads.insert(origin, (seq, hash.to_vec()));
        id += 1;
        taken += 1;
    }
    check_signatures(conn, page, &heads)?;
    conn.execute("UPDATE snapshot SET next_id = ?1, log_after = ?2 WHERE only = 1", params![id, page.cursor])?;
    Ok(taken)
}

/// The last commit of each origin in a page must carry the signature of its PC, with one of the keys that
/// the PC has or had: those came with the records.
fn check_signatures(conn: &Connection, page: &PullReply, heads: &HashMap<Origin, (u64, Vec<u8>)>) -> Result<()> {
    let keys = rotation::all_keys(conn)?;
    for (origin, (seq, hash)) in heads {
        let last = page.commits.iter().find(|pulled| {
            pulled.device == origin.device && pulled.incarnation == origin.incarnation && pulled.sealed.seq == *seq
        });
        let Some(last) = last else { continue };
        let hash = <[u8; 32]>::try_from(hash.as_slice()).unwrap_or_default();
        let mut own = keys.iter().filter(|(device, _)| *device == origin.device);
        if !own.any(|(_, key)| commit::verify(key, &hash, &last.sealed.signature)) {
            return Err(Error::with(Code::HubRefused, "a commit without its PC's signature"));
        }
    }
    Ok(())
}

/// The last commit of an origin that the log has of those up to `base`.
fn head_up_to(conn: &Connection, origin: Origin, base: u64) -> Result<(u64, Vec<u8>)> {
    let found = conn
        .prepare_cached(
            "SELECT seq, hash FROM commits WHERE device = ?1 AND incarnation = ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row(params![origin.device, origin.incarnation, base as i64], |row| {
            Ok((row.get::<_, i64>("seq")?.unsigned_abs(), row.get("hash")?))
        })
        .optional()?;
    Ok(found.unwrap_or((0, GENESIS.to_vec())))
}
