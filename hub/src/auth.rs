//! Who is speaking: a PC proves its key once, and carries a token for a quarter of an hour. The
//! clinic always comes from the PC's entry here, never from what it sends.

use neem_core::error::Code;
use neem_core::sync::commit;
use neem_core::sync::protocol::{Challenge, Refusal, Token, TokenRequest};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{Hub, internal};

const CHALLENGE_MS: i64 = 60_000;
const TOKEN_MS: i64 = 15 * 60_000;

/// An enrolled PC that has shown its token.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    pub id: Uuid,
    pub tenant: Uuid,
}

fn mac(secret: &[u8; 32], purpose: &str, text: &str) -> String {
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
    Challenge { challenge: sealed(&hub.store().secret, "challenge", &text) }
}

/// Exchanges a signed challenge for a token.
pub fn token(hub: &Hub, request: &TokenRequest) -> Result<Token, Refusal> {
    let now = hub.clock.now().0;
    let store = hub.store();
    let refuse = || Refusal::new(Code::HubRefused, "not an enrolled PC");
    let text = opened(&store.secret, "challenge", &request.challenge).ok_or_else(refuse)?;
    let expires: i64 = text.split('.').next().and_then(|t| t.parse().ok()).ok_or_else(refuse)?;
    if expires < now {
        return Err(Refusal::new(Code::HubUnreachable, "the challenge is too old"));
    }
    let found: Option<(Vec<u8>, Option<i64>)> = store
        .read()
        .query_row("SELECT public_key, revoked_at FROM devices WHERE id = ?1", [request.device], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(internal)?;
    let (key, revoked) = found.ok_or_else(refuse)?;
    if !signed(&key, &request.challenge, &request.signature) {
        return Err(refuse());
    }
    if revoked.is_some() {
        return Err(Refusal::new(Code::DeviceRevoked, "revoked"));
    }
    store
        .read()
        .execute(
            "UPDATE devices SET last_seen = ?1, app_version = ?2 WHERE id = ?3",
            params![now, request.app_version.chars().take(40).collect::<String>(), request.device],
        )
        .map_err(internal)?;
    let text = format!("{}.{}", now + TOKEN_MS, request.device.simple());
    Ok(Token { token: sealed(&store.secret, "token", &text) })
}

fn signed(key: &[u8], challenge: &str, signature: &[u8]) -> bool {
    commit::verify_bytes(key, challenge.as_bytes(), signature)
}

/// The PC behind a token, looked up in `conn`: inside a push's transaction, a PC that was revoked
/// a moment ago is refused.
pub fn device(conn: &Connection, secret: &[u8; 32], token: &str, now: i64) -> Result<Device, Refusal> {
    let refuse = || Refusal::new(Code::NotSignedIn, "no valid token");
    let text = opened(secret, "token", token).ok_or_else(refuse)?;
    let (expires, id) = text.split_once('.').ok_or_else(refuse)?;
    if expires.parse::<i64>().map_err(|_| refuse())? < now {
        return Err(refuse());
    }
    let id = Uuid::parse_str(id).map_err(|_| refuse())?;
    let found: Option<(Uuid, Option<i64>)> = conn
        .prepare_cached("SELECT tenant, revoked_at FROM devices WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(internal)?;
    match found {
        Some((tenant, None)) => Ok(Device { id, tenant }),
        Some((_, Some(_))) => Err(Refusal::new(Code::DeviceRevoked, "revoked")),
        None => Err(refuse()),
    }
}
