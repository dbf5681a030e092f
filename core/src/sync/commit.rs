//! One user action: the unit of sync, of idempotency and of audit.

use std::borrow::Cow;

pub use ed25519_dalek::SigningKey;
use ed25519_dalek::{Signature, Signer, Verifier, VerifyingKey};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::ids::Instant;
use crate::sync::merge::StampId;
use crate::sync::shallow;
use crate::sync::value::Value;

/// The version of the body's layout and of the device schema that wrote it.
pub const SCHEMA: u32 = 1;

/// A body larger than this is refused on both ends; the largest form stays far below it.
pub const MAX_BODY: usize = 8 << 20;

/// A PC and the life of its database: a restored or copied database counts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    pub device: Uuid,
    pub incarnation: u32,
}

impl Origin {
    pub fn stamp(self, seq: u64) -> StampId {
        StampId { device: self.device, incarnation: self.incarnation, seq }
    }
}

/// What happened. Stored and forwarded as the bytes that were signed, never encoded again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub schema: u32,
    /// The hybrid logical clock of the write, before the hub's clamp.
    pub hlc: i64,
    /// What the PC's clock said, for people to read.
    pub at: i64,
    /// Who acted; nobody when the system did.
    pub user: Option<Uuid>,
    /// The name of the action, e.g. `book_walk_in`.
    pub action: String,
    pub inserts: Vec<Inserts>,
    pub updates: Vec<Update>,
}

/// New rows of one table, column names once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inserts {
    pub table: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Changed field groups of one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Update {
    pub table: String,
    pub row: Uuid,
    pub groups: Vec<GroupWrite>,
}

/// One field group's new values, and which writes were seen when they were made; none means
/// the value as inserted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupWrite {
    pub group: String,
    pub seen: Vec<StampId>,
    pub fields: Vec<(String, Value)>,
}

impl Body {
    pub fn encode(&self) -> Result<Vec<u8>> {
        let bytes = rmp_serde::to_vec(self)?;
        if bytes.len() > MAX_BODY {
            return Err(Error::Invariant(format!("a commit of {} bytes", bytes.len())));
        }
        Ok(bytes)
    }

    pub fn decode(bytes: &[u8]) -> Result<Body> {
        if bytes.len() > MAX_BODY {
            return Err(Error::Encoding(format!("a commit of {} bytes", bytes.len())));
        }
        Ok(shallow::from_slice(bytes)?)
    }

    /// The part that concerns tables which are known.
    pub fn known_part(&self, known: impl Fn(&str) -> bool) -> Cow<'_, Body> {
        let all = self.inserts.iter().all(|i| known(&i.table)) && self.updates.iter().all(|u| known(&u.table));
        if all {
            return Cow::Borrowed(self);
        }
        let mut part = self.clone();
        part.inserts.retain(|block| known(&block.table));
        part.updates.retain(|update| known(&update.table));
        Cow::Owned(part)
    }
}

/// `hash = H(previous hash, origin, seq, body)`: nobody can cut, swap or change a commit unseen.
pub fn chain_hash(previous: &[u8], origin: Origin, seq: u64, body: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    hasher.update(origin.device.as_bytes());
    hasher.update(&origin.incarnation.to_le_bytes());
    hasher.update(&seq.to_le_bytes());
    hasher.update(body);
    *hasher.finalize().as_bytes()
}

/// What stands before the first commit of an origin.
pub const GENESIS: [u8; 32] = [0; 32];

/// A commit as it is sent and received.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sealed<'a> {
    pub seq: u64,
    #[serde(borrow, with = "serde_bytes")]
    pub signature: Cow<'a, [u8]>,
    #[serde(borrow, with = "serde_bytes")]
    pub body: Cow<'a, [u8]>,
}

pub fn sign(key: &SigningKey, hash: &[u8; 32]) -> Vec<u8> {
    key.sign(hash).to_bytes().to_vec()
}

/// Whether `signature` over `hash` was made by the device with this public key.
pub fn verify(public_key: &[u8], hash: &[u8; 32], signature: &[u8]) -> bool {
    verify_bytes(public_key, hash, signature)
}

/// The same for any bytes, such as a challenge.
pub fn verify_bytes(public_key: &[u8], bytes: &[u8], signature: &[u8]) -> bool {
    let Ok(key_bytes) = <[u8; 32]>::try_from(public_key) else { return false };
    let Ok(key) = VerifyingKey::from_bytes(&key_bytes) else { return false };
    let Ok(signature) = Signature::from_slice(signature) else { return false };
    key.verify(bytes, &signature).is_ok()
}

/// A commit of the log as an auditor reads it.
#[derive(Debug, Clone)]
pub struct LogEntry {
    pub origin: Origin,
    pub seq: u64,
    pub at: Instant,
    pub body: Body,
}
