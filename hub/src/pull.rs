//! Giving commits out, in the hub's order, page by page.

use neem_core::error::Code;
use neem_core::seeded::{Bug, seeded};
use neem_core::sync::commit::{GENESIS, Origin, Sealed};
use neem_core::sync::protocol::{
    DigestRequest, Hello, HelloRequest, HubDigest, OriginHead, PullReply, PullRequest, Pulled, Refusal,
};

use crate::auth::{self, Device};
use crate::store::{Head, Quarantined, StoredCommit};
use crate::{Hub, internal, push, standing};

/// A page is closed at this many bytes; a commit is never split.
const PAGE_BYTES: usize = 4 << 20;
pub(crate) const PAGE_COMMITS: usize = 8_000;

pub fn hello(hub: &Hub, device: Device, request: &HelloRequest) -> Result<Hello, Refusal> {
    let origin = Origin { device: device.id, incarnation: request.incarnation };
    if request.at.is_none() {
        hub.store().note_last(device.tenant, origin, request.last, hub.clock.now().0)?;
    }
    let mut tx = hub.store().read()?;
    let you = standing::of(hub, &auth::admitted(&mut *tx, device, hub.clock.now())?);
    let (your_seq, last) = tx.origin_head(device.tenant, origin)?.unwrap_or((0, GENESIS));
    let your_hash = match request.at.unwrap_or(your_seq) {
        0 => Vec::new(),
        at if at == your_seq => last.to_vec(),
        at => tx.origin_commits(device.tenant, origin, at, at)?.pop().map(|commit| commit.hash).unwrap_or_default(),
    };
    let incarnations = tx.incarnations(device.tenant, device.id)?;
    let hub_seq = tx.head(device.tenant)?;
    let heads = if request.heads { tx.heads(device.tenant, hub_seq)? } else { Vec::new() };
    let heads = heads.iter().map(told).collect();
    Ok(Hello { epoch: tx.epoch(), hub_seq, your_seq, your_hash, incarnations, heads, you: Some(you) })
}

fn told(head: &Head) -> OriginHead {
    OriginHead { device: head.origin.device, incarnation: head.origin.incarnation, seq: head.seq }
}

/// The next page, encoded.
pub fn pull(hub: &Hub, device: Device, request: &PullRequest) -> Result<Vec<u8>, Refusal> {
    if request.after < 0 {
        return Err(Refusal::new(Code::HubRefused, "a cursor before the beginning"));
    }
    let own = Origin { device: device.id, incarnation: request.incarnation };
    // The head and the page come from one state: a cursor never passes a commit that was not to be seen.
    let mut tx = hub.store().read()?;
    let (epoch, hub_seq) = (tx.epoch(), tx.head(device.tenant)?);
    let (mut commits, full) = tx.page(device.tenant, request.after, Some(own), hub.page_commits, PAGE_BYTES)?;
    let aside = tx.quarantined(device.tenant)?;
    drop(tx);
    let cursor = if full && !seeded(Bug::CursorPastPage) {
        commits.last().map_or(hub_seq, |last| last.hub_seq)
    } else {
        hub_seq
    };
    if seeded(Bug::OwnDeviceSkipped) {
        commits.retain(|commit| commit.origin.device != device.id);
    }
    let commits = commits.iter().map(|commit| pulled(commit, &aside)).collect();
    rmp_serde::to_vec(&PullReply { epoch, commits, cursor, hub_seq }).map_err(internal)
}

fn pulled<'a>(commit: &'a StoredCommit, aside: &[Quarantined]) -> Pulled<'a> {
    Pulled {
        device: commit.origin.device,
        incarnation: commit.origin.incarnation,
        hub_seq: commit.hub_seq,
        hlc: commit.hlc,
        sealed: Sealed {
            seq: commit.seq,
            signature: commit.signature.as_slice().into(),
            body: commit.body.as_slice().into(),
        },
        aside: push::reason_of(aside, commit),
    }
}

/// The proof, asked for by a PC that tells how far it has come.
pub fn digest(hub: &Hub, device: Device, request: &DigestRequest) -> Result<HubDigest, Refusal> {
    let mut tx = hub.store().read()?;
    let (hub_seq, digest) = (tx.head(device.tenant)?, tx.digest(device.tenant)?);
    drop(tx);
    hub.store().note_seen(device.tenant, device.id, request.pulled.min(hub_seq), hub.clock.now().0)?;
    Ok(HubDigest { hub_seq, digest })
}
