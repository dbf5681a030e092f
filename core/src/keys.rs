//! The key of the database: random, kept by the operating system, or wrapped with a passphrase
//! where no keyring answers. Never stored in the clear.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use crate::clock::Entropy;
use crate::error::{Code, Error, Result};

/// Memory in KiB, passes and lanes of argon2id (OWASP's minimum, 2024: 19,456 KiB, 2, 1).
pub const ARGON2: (u32, u32, u32) = (19_456, 2, 1);

/// A raw 256-bit key: SQLCipher takes it as it is, without deriving one (0.4 ms instead of 250).
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    pub fn random(entropy: &dyn Entropy) -> DatabaseKey {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        DatabaseKey(bytes)
    }

    pub fn from_hex(hex: &str) -> Option<DatabaseKey> {
        blake3::Hash::from_hex(hex).ok().map(|hash| DatabaseKey(*hash.as_bytes()))
    }

    /// For the keyring, which keeps text.
    pub fn to_hex(&self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }

    pub(crate) fn pragma(&self) -> String {
        format!("x'{}'", self.to_hex())
    }

    /// Tells whether a key is the right one, and nothing about it.
    fn check(&self) -> String {
        blake3::derive_key("neem database key check 2026", &self.0)[..8].iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// What lies beside the database: where its key is, and how to know the right one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyFile {
    pub check: String,
    pub kept: Kept,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Kept {
    /// In the operating system's keyring, under this account name.
    Keyring { account: String },
    /// Here, wrapped with a key derived from a passphrase (argon2id, XChaCha20-Poly1305).
    Passphrase { salt: Vec<u8>, memory_kib: u32, passes: u32, lanes: u32, nonce: Vec<u8>, wrapped: Vec<u8> },
}

impl KeyFile {
    pub fn in_keyring(key: &DatabaseKey, account: String) -> KeyFile {
        KeyFile { check: key.check(), kept: Kept::Keyring { account } }
    }

    pub fn with_passphrase(key: &DatabaseKey, passphrase: &str, entropy: &dyn Entropy) -> Result<KeyFile> {
        let (memory_kib, passes, lanes) = ARGON2;
        let mut salt = vec![0; 16];
        let mut nonce = vec![0; 24];
        entropy.fill(&mut salt);
        entropy.fill(&mut nonce);
        let wrapped = cipher(passphrase, &salt, memory_kib, passes, lanes)?
            .encrypt(XNonce::from_slice(&nonce), key.0.as_slice())
            .map_err(|_| Error::Invariant("wrapping the key failed".into()))?;
        let kept = Kept::Passphrase { salt, memory_kib, passes, lanes, nonce, wrapped };
        Ok(KeyFile { check: key.check(), kept })
    }

    /// The key, if the passphrase is the right one.
    pub fn unwrap_with(&self, passphrase: &str) -> Result<DatabaseKey> {
        let Kept::Passphrase { salt, memory_kib, passes, lanes, nonce, wrapped } = &self.kept else {
            return Err(Code::WrongPassphrase.into());
        };
        if nonce.len() != 24 {
            return Err(Code::DatabaseDamaged.into());
        }
        let bytes = cipher(passphrase, salt, *memory_kib, *passes, *lanes)?
            .decrypt(XNonce::from_slice(nonce), wrapped.as_slice())
            .map_err(|_| Code::WrongPassphrase)?;
        let key = <[u8; 32]>::try_from(bytes).map_err(|_| Code::DatabaseDamaged)?;
        self.accept(DatabaseKey(key))
    }

    /// The key, if it is this database's.
    pub fn accept(&self, key: DatabaseKey) -> Result<DatabaseKey> {
        if key.check() == self.check { Ok(key) } else { Err(Code::WrongKey.into()) }
    }

    pub fn read(path: &Path) -> Result<KeyFile> {
        let text = std::fs::read_to_string(path)?;
        serde_json::from_str(&text).map_err(|_| Code::DatabaseDamaged.into())
    }

    pub fn store(&self, path: &Path) -> Result<()> {
        let file = std::fs::File::create(path)?;
        serde_json::to_writer_pretty(&file, self)?;
        // A database whose key is lost with the power would be lost with it.
        file.sync_all()?;
        Ok(())
    }
}

fn cipher(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32, lanes: u32) -> Result<XChaCha20Poly1305> {
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| Code::DatabaseDamaged)?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, &mut key)
        .map_err(|_| Code::DatabaseDamaged)?;
    Ok(XChaCha20Poly1305::new(Key::from_slice(&key)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    #[test]
    fn a_passphrase_opens_what_it_closed_and_no_other_does() {
        let key = DatabaseKey::random(&SystemEntropy);
        let file = KeyFile::with_passphrase(&key, "mango season in june", &SystemEntropy).expect("wrapped");
        assert!(file.unwrap_with("mango season in june").expect("opens") == key);
        assert_eq!(file.unwrap_with("mango season in july").err().map(|e| e.code()), Some(Code::WrongPassphrase));
        let text = serde_json::to_string(&file).expect("json");
        assert!(!text.contains(&key.to_hex()));
    }
}
