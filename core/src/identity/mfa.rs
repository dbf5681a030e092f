//! The second factor: one-time codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty
//! seconds, one step of leeway either way).

use any_ascii::any_ascii;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;
use totp_rs::{Builder, Totp};

use crate::clock::Entropy;
use crate::db::{Actor, Db, Tx};
use crate::error::{Code, Error, Result};
use crate::identity::{account, sign_in, throttle};
use crate::ids::{Instant, UserId};
use crate::tenancy;

const SECRET_BYTES: usize = 20;
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What the authenticator app is given. Nothing is kept until a code from the app confirms it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MfaSetup {
    /// In base32, to be typed where no picture can be read.
    pub secret: String,
    /// What the QR code says: an `otpauth:` address.
    pub url: String,
}

/// A new secret for a person without a second factor; `AlreadyDecided` for one who has it.
pub fn begin_mfa(conn: &Connection, entropy: &dyn Entropy, user: UserId) -> Result<MfaSetup> {
    let person = account::user(conn, user)?;
    if person.mfa_enabled {
        return Err(Code::AlreadyDecided.into());
    }
    let mut bytes = [0; SECRET_BYTES];
    entropy.fill(&mut bytes);
    let secret = to_base32(&bytes);
    let issuer = escaped(&tenancy::tenant(conn)?.name);
    let url = format!(
        "otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30",
        escaped(&person.email)
    );
    Ok(MfaSetup { secret, url })
}

/// Turns the second factor on for whoever acts, when the app's code fits the secret of [`begin_mfa`].
pub fn confirm_mfa(tx: &Tx, secret: &str, code: &str) -> Result<()> {
    let user = tx.user()?;
    if account::user(tx, user)?.mfa_enabled {
        return Err(Code::AlreadyDecided.into());
    }
    let secret = secret.trim().to_uppercase();
    let step = matching_step(&secret, code, tx.now).ok_or(Code::WrongMfaCode)?;
    throttle::take_step(tx, user, step)?;
    write(tx, user, Some(&secret))
}

/// Turns one's own second factor off; the password is asked for again.
pub fn disable_own_mfa(db: &Db, user: UserId, password: &str) -> Result<()> {
    sign_in::confirm_password(db, user, password)?;
    db.write(Actor::User(user), "disable_mfa", |tx| write(tx, user, None))
}

/// Turns somebody's second factor off, for a manager: the phone is lost.
pub fn disable_mfa_of(tx: &Tx, user: UserId) -> Result<()> {
    account::user(tx, user)?;
    write(tx, user, None)
}

fn write(tx: &Tx, user: UserId, secret: Option<&str>) -> Result<()> {
    tx.execute(
        "UPDATE users SET mfa_secret = ?1, mfa_enabled_at = ?2, updated_at = ?3 WHERE id = ?4",
        params![secret, secret.map(|_| tx.now), tx.now, user],
    )?;
    Ok(())
}

/// The step that a code belongs to, if it is one of those valid now.
pub(super) fn matching_step(secret: &str, code: &str, now: Instant) -> Option<i64> {
    let digits: String = any_ascii(code).chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0 / 1000).ok()?;
    let step = totp(secret).ok()?.check(&digits, seconds)?;
    i64::try_from(step).ok()
}

fn totp(secret: &str) -> Result<Totp> {
    let bytes = from_base32(secret).ok_or(Code::WrongMfaCode)?;
    // The library's defaults are those of the module's first line.
    Builder::new().with_secret(bytes).build().map_err(|error| Error::Invariant(error.to_string()))
}

/// RFC 4648; twenty bytes are 32 letters without padding.
fn to_base32(bytes: &[u8; SECRET_BYTES]) -> String {
    let mut text = String::with_capacity(SECRET_BYTES / 5 * 8);
    for group in bytes.chunks(5) {
        let bits = group.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        text.extend((0..8).rev().map(|place| char::from(LETTERS[(bits >> (place * 5) & 31) as usize])));
    }
    text
}

fn from_base32(text: &str) -> Option<[u8; SECRET_BYTES]> {
    if text.len() != SECRET_BYTES / 5 * 8 {
        return None;
    }
    let mut bytes = [0; SECRET_BYTES];
    for (letters, group) in text.as_bytes().chunks(8).zip(bytes.chunks_mut(5)) {
        let mut bits = 0_u64;
        for letter in letters {
            bits = bits << 5 | LETTERS.iter().position(|known| known == letter)? as u64;
        }
        group.copy_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

/// Percent-encoded, as a part of an address.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// The code of a secret at a time, as the authenticator app shows it; for tests.
#[doc(hidden)]
pub fn mfa_code(secret: &str, now: Instant) -> Result<String> {
    Ok(totp(secret)?.generate(now.0.unsigned_abs() / 1000).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six of the eight digits.
    #[test]
    fn the_codes_are_those_of_the_standard() {
        let secret = to_base32(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = |late: i64| matching_step(&secret, code, Instant((seconds + late) * 1000));
            assert_eq!(at(0), Some(seconds / 30), "{seconds}");
            assert_eq!(at(30), Some(seconds / 30), "one step late");
            assert_eq!(at(60), None, "two steps late");
        }
        assert_eq!(matching_step(&secret, "२८७ ०८२", Instant(59_000)), Some(1));
        assert_eq!(matching_step(&secret, "28708", Instant(59_000)), None);
        assert_eq!(matching_step("short", "287082", Instant(59_000)), None);
    }

    #[test]
    fn base32_goes_there_and_back() {
        let bytes: [u8; SECRET_BYTES] = std::array::from_fn(|i| (i * 37 + 200) as u8);
        assert_eq!(from_base32(&to_base32(&bytes)), Some(bytes));
        assert_eq!(from_base32("1EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), None);
    }

    #[test]
    fn names_of_any_script_fit_an_address() {
        assert_eq!(escaped("Kadamba Clinic"), "Kadamba%20Clinic");
        assert_eq!(escaped("नी:m"), "%E0%A4%A8%E0%A5%80%3Am");
    }
}
