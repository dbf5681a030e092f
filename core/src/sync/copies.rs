//! Several copies of one PC that all hold commits which the hub has not heard of: the first that syncs
//! signs them anew under a life of its own, the next finds them there and takes them over instead of
//! sending them a second time.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::sync::commit::{self, Body, GENESIS, Origin, SigningKey};
use crate::sync::protocol::PullReply;

/// A commit as the hub has it, under the life of another copy of this PC.
pub struct Elsewhere {
    pub origin: Origin,
    pub seq: u64,
    pub hash: [u8; 32],
    pub signature: Vec<u8>,
    pub body: Vec<u8>,
    pub hlc: i64,
    pub hub_seq: i64,
    /// Why the hub has set it aside, if it has.
    pub aside: Option<String>,
}

/// The lives that copies of this PC have begun.
#[derive(Default)]
pub struct Lives(BTreeMap<u32, Vec<Elsewhere>>);

impl Lives {
    /// Picks the commits of `device` out of a page; pages come in the hub's order from the beginning.
    pub fn take(&mut self, page: &PullReply, device: Uuid) {
        for pulled in page.commits.iter().filter(|pulled| pulled.device == device) {
            let life = self.0.entry(pulled.incarnation).or_default();
            let origin = Origin { device, incarnation: pulled.incarnation };
            let (before, seq) = (life.last().map_or(GENESIS, |last| last.hash), pulled.sealed.seq);
            let hash = commit::chain_hash(&before, origin, seq, &pulled.sealed.body);
            life.push(Elsewhere {
                origin,
                seq,
                hash,
                signature: pulled.sealed.signature.to_vec(),
                body: pulled.sealed.body.to_vec(),
                hlc: pulled.hlc,
                hub_seq: pulled.hub_seq,
                aside: pulled.aside.clone(),
            });
        }
    }

    /// The longest row of commits with which one of these lives begins and which are those that wait in
    /// this copy, by what they say; then the same for what still waits, for that other copy may have been
    /// copied, too, and have found the beginning under a third life. Only what bears the PC's own signature
    /// counts.
    pub fn shared(mut self, waiting: &[Vec<u8>], key: &SigningKey) -> Vec<Elsewhere> {
        let public = key.verifying_key().to_bytes();
        let length = |life: &[Elsewhere], waiting: &[Vec<u8>]| {
            let same = life.iter().zip(waiting).take_while(|(theirs, ours)| says_the_same(&theirs.body, ours)).count();
            let sound = same > 0 && commit::verify(&public, &life[same - 1].hash, &life[same - 1].signature);
            if sound { same } else { 0 }
        };
        let mut found = Vec::new();
        loop {
            let rest = &waiting[found.len()..];
            let longest = self.0.iter().map(|(incarnation, life)| (length(life, rest), *incarnation)).max();
            let Some((length @ 1.., incarnation)) = longest else { return found };
            found.extend(self.0.remove(&incarnation).unwrap_or_default().into_iter().take(length));
        }
    }
}

/// Whether two bodies are one commit, signed twice: which writes it has seen is named by lives, and those
/// of the copies differ.
fn says_the_same(one: &[u8], other: &[u8]) -> bool {
    let bare = |bytes: &[u8]| {
        let mut body = Body::decode(bytes).ok()?;
        body.updates.iter_mut().flat_map(|update| &mut update.groups).for_each(|write| write.seen.clear());
        Some(body)
    };
    bare(one).is_some_and(|one| bare(other) == Some(one))
}
