//! Taking commits in: one transaction, acknowledged only after it has been committed to disk.

mod taken;

use neem_core::error::Code;
use neem_core::seeded::{Bug, seeded};
use neem_core::sync::commit::{self, GENESIS, Origin};
use neem_core::sync::devices::Standing;
use neem_core::sync::protocol::{Push, PushReply, Refusal};
use neem_core::sync::shallow;

use crate::auth::{self, Device};
use crate::{Hub, Trouble, persevere};

use taken::Taken;
pub use taken::reason_of;

/// Stores the commits of one origin, gives them their places in the tenant's order, and merges them
/// into its rows.
pub fn push(hub: &Hub, token: &str, plain: &[u8]) -> Result<PushReply, Refusal> {
    let push: Push =
        shallow::from_slice(plain).map_err(|_| Refusal::new(Code::HubRefused, "a push that cannot be read"))?;
    let device = auth::bearer(hub, token)?;
    persevere(|| push_once(hub, device, &push))
}

fn gone() -> Refusal {
    Refusal::new(Code::NotSignedIn, "no longer enrolled")
}

fn push_once(hub: &Hub, device: Device, push: &Push<'_>) -> Result<PushReply, Trouble> {
    let refused = |code, detail| Trouble::Refused(Refusal::new(code, detail));
    let tenant = device.tenant;
    let now = hub.clock.now();
    let mut tx = hub.store().write()?;
    // Before anything is read: what the push before this one has written is then seen, and numbers are
    // given in the order in which they are committed.
    let head = tx.lock(tenant)?;
    // Inside the transaction: a PC revoked meanwhile must not slip in.
    let own = match auth::admitted(&mut *tx, device, now) {
        Err(_) if seeded(Bug::RevokedMayPush) => tx.entry(tenant, device.id)?.ok_or_else(gone)?,
        own => own?,
    };
    let author = if push.device == device.id { Some(own) } else { tx.entry(tenant, push.device)? };
    let (Some(author), Some(head)) = (author, head) else {
        return Err(refused(Code::HubRefused, "commits of a PC that is not known here"));
    };
    if push.hlcs.len() != push.commits.len() {
        return Err(refused(Code::HubRefused, "commits without their clocks"));
    }
    if push.commits.windows(2).any(|pair| pair[0].seq.checked_add(1) != Some(pair[1].seq)) {
        return Err(refused(Code::HubRefused, "commits out of order"));
    }
    let origin = Origin { device: push.device, incarnation: push.incarnation };
    let (known, last_hash) = tx.origin_head(tenant, origin)?.unwrap_or((0, GENESIS));
    if push.commits.first().is_some_and(|first| first.seq > known + 1) {
        if seeded(Bug::GapAcknowledged) {
            return Ok(PushReply {
                hub_seqs: push.hlcs.clone(),
                your_seq: known,
                clamped: vec![],
                quarantined: vec![],
            });
        }
        let gap = Refusal::new(Code::ChangedMeanwhile, "commits are missing before these");
        return Err(Refusal { head: Some(known), ..gap }.into());
    }
    let mut taken = Taken::new(tenant, origin, now, (known, last_hash), head);
    taken.again(&mut *tx, push)?;
    taken.chain(push)?;
    let key = taken.key_after(&author.log_key);
    if let Some(last) = push.commits.last().filter(|last| last.seq > known)
        && !commit::verify(&key, &taken.last_hash, &last.signature)
    {
        return Err(refused(Code::HubRefused, "the signature does not fit"));
    }
    if key != author.log_key {
        tx.set_keys(tenant, push.device, &author.public_key, &key)?;
    }
    let handed_over = author.standing == Standing::Drained && push.device == device.id;
    hub.judged(|judge| taken.merge(&mut *tx, judge, handed_over))?;
    let mut reply = taken.store(&mut *tx)?;
    tx.heard(tenant, device.id, now.0, None)?;
    let epoch = tx.epoch();
    match tx.commit() {
        Err(_) if seeded(Bug::AckBeforeCommit) => {}
        committed => committed?,
    }
    if seeded(Bug::QuarantineUntold) {
        reply.quarantined.clear();
    }
    if let Some(hub_seq) = reply.hub_seqs.last().copied() {
        hub.news.tell(epoch, tenant, hub_seq);
        hub.store().announce(epoch, tenant, hub_seq);
    }
    tracing::info!(device = %device.id, commits = push.commits.len(), hub_seq = reply.hub_seqs.last(), "pushed");
    Ok(reply)
}
