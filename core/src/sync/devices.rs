//! Taking a PC out of its clinic, letting it in again, and a new key for it: what PCs and hub say about
//! it. The hub signs its word on a PC, so that a PC shuts its records for its own hub alone.

use std::future::Future;

use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use specta::Type;
use uuid::Uuid;

use crate::sync::commit;
use crate::sync::protocol::{NewCode, Refusal};
use crate::sync::shallow;

/// Where a PC stands with its hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    In,
    /// Taken out; what it had not sent is still taken and set aside, and it gets nothing.
    Drained,
    /// Taken out; nothing is taken and nothing given, and it shuts its records when it hears so.
    Out,
}

crate::ids::named_values!(Standing { In = "in", Drained = "drain", Out = "hard" });

/// What the hub says in every greeting about the PC that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct You {
    pub standing: Standing,
    /// The key with which the hub lets the PC in.
    pub public_key: Vec<u8>,
    /// A manager wants it to have a new one.
    pub renew_key: bool,
    /// The key that [`Verdict`]s are signed with.
    pub hub_key: Vec<u8>,
}

/// A manager's PC takes another one out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeOutRequest {
    /// The manager; the hub looks the grant up in the clinic's own rows.
    pub user: Uuid,
    pub device: Uuid,
    /// [`Standing::Drained`] or [`Standing::Out`].
    pub standing: Standing,
}

/// A manager's PC lets another one in again, or wants it to have a new key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceRequest {
    pub user: Uuid,
    pub device: Uuid,
}

/// A PC that was let in again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LetIn {
    /// For a PC that has shut its records: it opens them with this code. The others are in at once.
    pub code: Option<NewCode>,
}

/// Asks where the PC stands. Whoever asks signs `nonce` with the PC's key; an answer that names it was
/// made for this question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct VerdictRequest {
    pub device: Uuid,
    pub nonce: Vec<u8>,
    pub signature: Vec<u8>,
}

/// The hub's word, signed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verdict {
    /// An encoded [`Word`].
    pub word: Vec<u8>,
    pub signature: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub tenant: Uuid,
    pub device: Uuid,
    pub nonce: Vec<u8>,
    pub standing: Standing,
    /// When it was taken out, milliseconds UTC by the hub's clock.
    pub at: i64,
    /// The manager who did it; none for whoever runs the hub.
    pub by: Option<Uuid>,
    /// For a PC that is out: what it seals the key of its records with and then forgets. The hub makes it
    /// again from `nonce` when the PC is let in.
    pub release: Vec<u8>,
}

/// A PC that has shut its records asks to be let in: with a code for it alone, and the `nonce` of the
/// verdict that shut it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseRequest {
    pub code: String,
    pub device: Uuid,
    pub nonce: Vec<u8>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    pub release: Vec<u8>,
}

/// A PC's old key says which one follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRenewal {
    pub old_key: Vec<u8>,
    pub new_key: Vec<u8>,
    pub signature: Vec<u8>,
}

/// All renewals of a PC in their order: a hub that was put back from a copy may know a key from before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewRequest {
    pub device: Uuid,
    pub renewals: Vec<KeyRenewal>,
}

type Answer<T> = Result<T, Refusal>;

/// The hub's side of what managers and PCs do about PCs.
pub trait DevicesApi {
    fn take_out(&self, request: TakeOutRequest) -> impl Future<Output = Answer<()>>;
    fn let_in(&self, request: DeviceRequest) -> impl Future<Output = Answer<LetIn>>;
    /// Asks for a new key of a PC; it makes one when it is next there.
    fn ask_renewal(&self, request: DeviceRequest) -> impl Future<Output = Answer<()>>;
    fn verdict(&self, nonce: Vec<u8>) -> impl Future<Output = Answer<Verdict>>;
}

/// What is signed to ask for a verdict.
fn question(device: Uuid, nonce: &[u8]) -> Vec<u8> {
    [b"neem: where do I stand", device.as_bytes().as_slice(), nonce].concat()
}

impl VerdictRequest {
    pub fn signed(device: Uuid, nonce: Vec<u8>, key: &SigningKey) -> VerdictRequest {
        let signature = key.sign(&question(device, &nonce)).to_bytes().to_vec();
        VerdictRequest { device, nonce, signature }
    }

    /// Whether the PC with this key asks.
    pub fn made_by(&self, public_key: &[u8]) -> bool {
        commit::verify_bytes(public_key, &question(self.device, &self.nonce), &self.signature)
    }
}

fn statement(word: &[u8]) -> Vec<u8> {
    [b"neem: the hub's word on a PC", word].concat()
}

impl Verdict {
    pub fn signed(word: &Word, key: &SigningKey) -> crate::Result<Verdict> {
        let word = rmp_serde::to_vec(word)?;
        let signature = key.sign(&statement(&word)).to_bytes().to_vec();
        Ok(Verdict { word, signature })
    }

    /// What it says, if the hub with this key has signed it.
    pub fn read(&self, hub_key: &[u8]) -> Option<Word> {
        commit::verify_bytes(hub_key, &statement(&self.word), &self.signature)
            .then(|| shallow::from_slice(&self.word).ok())
            .flatten()
    }
}

fn succession(device: Uuid, old_key: &[u8], new_key: &[u8]) -> Vec<u8> {
    [b"neem: my next key", device.as_bytes().as_slice(), old_key, new_key].concat()
}

impl KeyRenewal {
    pub fn signed(device: Uuid, old: &SigningKey, new: &SigningKey) -> KeyRenewal {
        let (old_key, new_key) = (old.verifying_key().to_bytes().to_vec(), new.verifying_key().to_bytes().to_vec());
        let signature = old.sign(&succession(device, &old_key, &new_key)).to_bytes().to_vec();
        KeyRenewal { old_key, new_key, signature }
    }

    /// Whether the old key of this PC has signed it.
    pub fn holds(&self, device: Uuid) -> bool {
        let text = succession(device, &self.old_key, &self.new_key);
        self.new_key.len() == 32 && commit::verify_bytes(&self.old_key, &text, &self.signature)
    }
}

/// The key to which these renewals lead from `key`, each signed by the one before.
pub fn follow(device: Uuid, key: &[u8], renewals: &[KeyRenewal]) -> Vec<u8> {
    renewals.iter().fold(key.to_vec(), |key, renewal| match renewal.old_key == key && renewal.holds(device) {
        true => renewal.new_key.clone(),
        false => key,
    })
}
