//! Codes that work once: told to a person, kept only as a hash.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::clock::Entropy;
use crate::db::Tx;
use crate::error::{Code, Result};
use crate::identity::account;
use crate::ids::{Instant, TokenId, UserId};

/// Capital letters that are not taken for another or for a digit.
const LETTERS: &[u8] = b"ABCDEFGHJKMNPQRSTUVWXYZ";
/// Ten of 23 letters are 45 bits.
const LENGTH: usize = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TokenPurpose {
    EmailVerification,
    PhoneVerification,
    PasswordReset,
}

crate::ids::named_values!(TokenPurpose {
    EmailVerification = "email_verification",
    PhoneVerification = "phone_verification",
    PasswordReset = "password_reset",
});

impl TokenPurpose {
    /// How long a code of this purpose works.
    pub fn minutes(self) -> i64 {
        match self {
            TokenPurpose::PasswordReset => 30,
            TokenPurpose::EmailVerification | TokenPurpose::PhoneVerification => 48 * 60,
        }
    }
}

/// A code to hand over; it cannot be shown a second time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IssuedToken {
    pub code: String,
    pub expires_at: Instant,
}

/// Makes a code for a person; older ones of the same purpose stop working.
pub fn issue_token(tx: &Tx, user: UserId, purpose: TokenPurpose) -> Result<IssuedToken> {
    let account = account::user(tx, user)?;
    if purpose == TokenPurpose::PhoneVerification && account.account_phone.is_none() {
        return Err(Code::NotFound.into());
    }
    tx.execute(
        "UPDATE one_time_tokens SET token_hash = NULL, deleted_at = ?1, updated_at = ?1
         WHERE user_id = ?2 AND purpose = ?3 AND deleted_at IS NULL AND used_at IS NULL",
        params![tx.now, user, purpose],
    )?;
    let code = random_code(tx.entropy);
    let id = TokenId(tx.new_id());
    let expires_at = tx.now.plus_minutes(purpose.minutes());
    tx.execute(
        "INSERT INTO one_time_tokens (id, tenant_id, user_id, purpose, token_hash, expires_at, created_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        params![id, tx.device.tenant, user, purpose, hash(id, &code).as_slice(), expires_at, tx.actor.user(), tx.now],
    )?;
    Ok(IssuedToken { code, expires_at })
}

/// The token that a code belongs to: `TokenInvalid` when there is none, `TokenExpired` when it came
/// too late. Only somebody who has the right code is told that it ran out.
pub(super) fn matching_token(
    conn: &Connection,
    user: UserId,
    purpose: TokenPurpose,
    code: &str,
    now: Instant,
) -> Result<TokenId> {
    let code = normal(code);
    let mut statement = conn.prepare_cached(
        "SELECT id, token_hash, expires_at FROM one_time_tokens
         WHERE user_id = ?1 AND purpose = ?2 AND deleted_at IS NULL AND used_at IS NULL AND token_hash IS NOT NULL",
    )?;
    let open = statement.query_map(params![user, purpose], |row| {
        Ok((row.get::<_, TokenId>("id")?, row.get::<_, Vec<u8>>("token_hash")?, row.get::<_, Instant>("expires_at")?))
    })?;
    let mut answer = Code::TokenInvalid;
    for token in open {
        let (id, kept, expires_at) = token?;
        // Compared as hashes, in constant time.
        if <[u8; 32]>::try_from(kept).is_ok_and(|kept| blake3::Hash::from_bytes(kept) == hash_of(id, &code)) {
            if now < expires_at {
                return Ok(id);
            }
            answer = Code::TokenExpired;
        }
    }
    Err(answer.into())
}

pub(super) fn use_up(tx: &Tx, id: TokenId) -> Result<()> {
    tx.execute("UPDATE one_time_tokens SET used_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    Ok(())
}

fn random_code(entropy: &dyn Entropy) -> String {
    let fair = u8::MAX - u8::MAX % LETTERS.len() as u8;
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let mut byte = [0];
        entropy.fill(&mut byte);
        // Bytes above a multiple of the alphabet would make its first letters likelier.
        if byte[0] < fair {
            code.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    code
}

/// As typed, with small letters, spaces or hyphens.
fn normal(code: &str) -> String {
    code.chars().take(100).filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

fn hash_of(id: TokenId, code: &str) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_derive_key("neem one-time token 2026");
    hasher.update(id.0.as_bytes()).update(code.as_bytes()).finalize()
}

fn hash(id: TokenId, code: &str) -> [u8; 32] {
    *hash_of(id, code).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    #[test]
    fn a_code_is_ten_letters_that_are_not_taken_for_others() {
        let code = random_code(&SystemEntropy);
        assert_eq!(code.len(), 10);
        assert!(code.chars().all(|c| c.is_ascii_uppercase() && !"ILO".contains(c)), "{code}");
        assert_ne!(code, random_code(&SystemEntropy));
        let spoken = format!(" {}-{} ", code[..5].to_lowercase(), &code[5..]);
        assert_eq!(normal(&spoken), code);
    }
}
