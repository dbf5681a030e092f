//! Who is speaking: a PC proves its key once, and carries a token for a quarter of an hour. The
//! clinic always comes from the PC's entry here, never from what it sends.

use neem_core::error::Code;
use neem_core::ids::Instant;
use neem_core::sync::commit;
use neem_core::sync::devices::Standing;
use neem_core::sync::protocol::{Challenge, Refusal, Token, TokenRequest};
use uuid::Uuid;

use crate::store::{Entry, ReadTx};
use crate::{Hub, Trouble, enrol};

const CHALLENGE_MS: i64 = 60_000;
const TOKEN_MS: i64 = 15 * 60_000;

/// An enrolled PC that has shown its token.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    pub id: Uuid,
    pub tenant: Uuid,
    /// Which key the PC had when it was given the token: a new key ends the tokens of the one before.
    key: KeyMark,
    /// Milliseconds UTC by the hub's clock.
    expires: i64,
    /// As the hub was when it gave the token. A PC that greeted it then and goes on after the hub was
    /// restored, be it a day later, would send what it has without what the hub has lost.
    epoch: Uuid,
}

type KeyMark = [u8; 8];

fn mark(public_key: &[u8]) -> KeyMark {
    blake3::hash(public_key).as_bytes()[..8].try_into().unwrap_or_default()
}

pub(crate) fn mac(secret: &[u8; 32], purpose: &str, text: &str) -> String {
    let mut hasher = blake3::Hasher::new_keyed(secret);
    hasher.update(purpose.as_bytes());
    hasher.update(&[0]);
    hasher.update(text.as_bytes());
    hasher.finalize().to_hex().to_string()
}

/// `text.mac`, if the mac is ours.
fn opened<'a>(secret: &[u8; 32], purpose: &str, sealed: &'a str) -> Option<&'a str> {
    let (text, given) = sealed.rsplit_once('.')?;
    let given = blake3::Hash::from_hex(given).ok()?;
    let wanted = blake3::Hash::from_hex(mac(secret, purpose, text)).ok()?;
    // blake3's comparison takes the same time wherever the two differ.
    (given == wanted).then_some(text)
}

fn sealed(secret: &[u8; 32], purpose: &str, text: &str) -> String {
    format!("{text}.{}", mac(secret, purpose, text))
}

pub fn challenge(hub: &Hub) -> Challenge {
    let mut random = [0; 16];
    hub.entropy.fill(&mut random);
    let text = format!("{}.{}", hub.clock.now().0 + CHALLENGE_MS, Uuid::from_bytes(random).simple());
    Challenge { challenge: sealed(hub.store().secret(), "challenge", &text) }
}

/// Exchanges a signed challenge for a token.
pub fn token(hub: &Hub, request: &TokenRequest) -> Result<Token, Refusal> {
    let now = hub.clock.now().0;
    let store = hub.store();
    let refuse = || Refusal::new(Code::HubRefused, "not an enrolled PC");
    let text = opened(store.secret(), "challenge", &request.challenge).ok_or_else(refuse)?;
    let expires: i64 = text.split('.').next().and_then(|t| t.parse().ok()).ok_or_else(refuse)?;
    if expires < now {
        return Err(Refusal::new(Code::HubUnreachable, "the challenge is too old"));
    }
    let mut tx = store.write()?;
    let epoch = tx.epoch();
    let tenant = tx.tenant_of(request.device)?.ok_or_else(refuse)?;
    let entry = tx.entry(tenant, request.device)?.ok_or_else(refuse)?;
    if !commit::verify_bytes(&entry.public_key, request.challenge.as_bytes(), &request.signature) {
        return Err(refuse());
    }
    if entry.standing == Standing::Out {
        return Err(Refusal::new(Code::DeviceRevoked, "revoked"));
    }
    let version = enrol::plain(&request.app_version, 40);
    tx.heard(tenant, request.device, now, Some(&version))?;
    tx.commit()?;
    // The clinic stands in the token, so that a database which is spread by clinic is asked in one place.
    let key = u64::from_be_bytes(mark(&entry.public_key));
    let (of, epoch) = (request.device.simple(), epoch.simple());
    let text = format!("{}.{}.{of}.{key:016x}.{epoch}", now + TOKEN_MS, tenant.simple());
    Ok(Token { token: sealed(store.secret(), "token", &text) })
}

/// The PC that a token of ours was given to; whether the token holds still and the PC is let in,
/// [`admitted`] says.
pub fn bearer(hub: &Hub, token: &str) -> Result<Device, Refusal> {
    let refuse = || Refusal::new(Code::NotSignedIn, "no valid token");
    let text = opened(hub.store().secret(), "token", token).ok_or_else(refuse)?;
    let mut parts = text.split('.');
    let mut part = || parts.next().ok_or_else(refuse);
    let expires = part()?.parse().map_err(|_| refuse())?;
    let tenant = Uuid::parse_str(part()?).map_err(|_| refuse())?;
    let id = Uuid::parse_str(part()?).map_err(|_| refuse())?;
    let key = u64::from_str_radix(part()?, 16).map_err(|_| refuse())?.to_be_bytes();
    let epoch = Uuid::parse_str(part()?).map_err(|_| refuse())?;
    Ok(Device { id, tenant, key, expires, epoch })
}

/// Looked up in `tx`: inside a push's transaction, a PC that was revoked a moment ago is refused.
pub fn admitted(tx: &mut dyn ReadTx, device: Device, now: Instant) -> Result<Entry, Trouble> {
    // Before anything that lets the PC ask for another token and go on where it was.
    if tx.epoch() != device.epoch {
        return Err(Refusal::new(Code::HubRestored, "a token from before the hub was restored").into());
    }
    if device.expires < now.0 {
        return Err(Refusal::new(Code::NotSignedIn, "the token has run out").into());
    }
    let entry = tx.entry(device.tenant, device.id)?;
    let entry = entry.ok_or_else(|| Refusal::new(Code::NotSignedIn, "no longer enrolled"))?;
    if entry.standing == Standing::Out {
        return Err(Refusal::new(Code::DeviceRevoked, "revoked").into());
    }
    if mark(&entry.public_key) != device.key {
        return Err(Refusal::new(Code::NotSignedIn, "a token of another key").into());
    }
    Ok(entry)
}

/// The PC that asks; one that hands over its work is let in where `leaving` may be.
pub fn device(hub: &Hub, token: &str, leaving: bool) -> Result<Device, Refusal> {
    let device = bearer(hub, token)?;
    let entry = admitted(&mut *hub.store().read()?, device, hub.clock.now())?;
    if entry.standing == Standing::Drained && !leaving {
        return Err(Refusal::new(Code::DeviceDrained, "taken out, and may hand over what it has not sent"));
    }
    Ok(device)
}
