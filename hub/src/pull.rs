//! Giving commits out, in the hub's order, page by page.

use neem_core::error::Code;
use neem_core::sync::commit::{Origin, Sealed};
use neem_core::sync::protocol::{
    DigestRequest, Hello, HelloRequest, HubDigest, PullReply, PullRequest, Pulled, Refusal,
};
use rusqlite::params;

use crate::auth::Device;
use crate::store::{self, StoreError};
use crate::{Hub, internal, push};

/// A page is closed at this many bytes; a commit is never split.
const PAGE_BYTES: usize = 4 << 20;
const PAGE_COMMITS: i64 = 8_000;

pub fn hello(hub: &Hub, device: Device, request: &HelloRequest) -> Result<Hello, Refusal> {
    let store = hub.store();
    let origin = Origin { device: device.id, incarnation: request.incarnation };
    let (your_seq, _) = push::origin_head(store.read(), device.tenant, origin).map_err(internal)?;
    let at = request.at.unwrap_or(your_seq);
    let your_hash = push::hash_at(store.read(), device.tenant, origin, at).map_err(internal)?.unwrap_or_default();
    let incarnations = push::incarnations(store.read(), device).map_err(internal)?;
    let hub_seq = store::head(store.read(), device.tenant).map_err(internal)?;
    let heads = match request.heads {
        true => push::heads(store.read(), device.tenant).map_err(internal)?,
        false => Vec::new(),
    };
    Ok(Hello { epoch: store.epoch, hub_seq, your_seq, your_hash, incarnations, heads })
}

/// The next page, encoded.
pub fn pull(hub: &Hub, device: Device, request: &PullRequest) -> Result<Vec<u8>, Refusal> {
    if request.after < 0 {
        return Err(Refusal::new(Code::HubRefused, "a cursor before the beginning"));
    }
    let store = hub.store();
    let epoch = store.epoch;
    let hub_seq = store::head(store.read(), device.tenant).map_err(internal)?;
    let (commits, full) = page(store.read(), device, request).map_err(internal)?;
    let cursor = if full { commits.last().map_or(hub_seq, |last| last.hub_seq) } else { hub_seq };
    rmp_serde::to_vec(&PullReply { epoch, commits, cursor, hub_seq }).map_err(internal)
}

/// Commits of other origins after the cursor, and whether there may be more.
fn page(
    conn: &rusqlite::Connection,
    device: Device,
    request: &PullRequest,
) -> Result<(Vec<Pulled<'static>>, bool), StoreError> {
    let mut statement = conn.prepare_cached(
        "SELECT hub_seq, device, incarnation, seq, signature, hlc, body FROM commits
         WHERE tenant = ?1 AND hub_seq > ?2 AND NOT (device = ?3 AND incarnation = ?4)
         ORDER BY hub_seq LIMIT ?5",
    )?;
    let mut rows =
        statement.query(params![device.tenant, request.after, device.id, request.incarnation, PAGE_COMMITS])?;
    let mut commits = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let body: Vec<u8> = row.get("body")?;
        let signature: Vec<u8> = row.get("signature")?;
        let seq: i64 = row.get("seq")?;
        bytes += body.len();
        commits.push(Pulled {
            device: row.get("device")?,
            incarnation: row.get("incarnation")?,
            hub_seq: row.get("hub_seq")?,
            hlc: row.get("hlc")?,
            sealed: Sealed { seq: seq.unsigned_abs(), signature: signature.into(), body: body.into() },
        });
        if bytes >= PAGE_BYTES {
            return Ok((commits, true));
        }
    }
    let full = commits.len() as i64 == PAGE_COMMITS;
    Ok((commits, full))
}

/// The proof, asked for by a PC that tells how far it has come.
pub fn digest(hub: &Hub, device: Device, request: &DigestRequest) -> Result<HubDigest, Refusal> {
    let store = hub.store();
    let hub_seq = store::head(store.read(), device.tenant).map_err(internal)?;
    let digest = store::digest(store.read(), device.tenant).map_err(internal)?;
    store.note_seen(device.id, request.pulled.min(hub_seq), hub.clock.now().0).map_err(internal)?;
    Ok(HubDigest { hub_seq, digest })
}
