//! The key of the database: random, kept by the operating system, or wrapped with a passphrase
//! where no keyring answers. Never stored in the clear.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};

use uuid::Uuid;

use crate::clock::Entropy;
use crate::error::{Code, Error, Result};
use crate::ids::Instant;

/// Memory in KiB, passes and lanes of argon2id (OWASP's minimum, 2024: 19,456 KiB, 2, 1).
pub const ARGON2: (u32, u32, u32) = (19_456, 2, 1);

/// What a file may ask for at most of each: more than any version has written, and still a few seconds. A
/// file that was damaged or exchanged must not take the PC's memory, or make its start wait without end.
const MOST_ARGON2: (u32, u32, u32) = (65_536, 8, 4);

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
    /// Sealed, because the PC was taken out of its clinic: only the hub can make what opens it.
    LockedOut(Box<LockedOut>),
}

/// What a PC knows while its records are shut: nothing of what is in them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LockedOut {
    pub device: Uuid,
    /// Where its hub is, and the hub's key if it had met one (hex).
    pub address: String,
    pub pin: Option<String>,
    /// From this the hub makes again what opens the seal.
    pub nonce: Vec<u8>,
    /// When it was taken out, by the hub's clock.
    pub at: Instant,
    /// The manager's name; none for whoever runs the hub.
    pub by: Option<String>,
    /// Commits that the hub had not got.
    pub waiting: u32,
    /// Where the key was in the keyring: it is looked for there again at every start.
    pub account: Option<String>,
    pub cipher_nonce: Vec<u8>,
    /// A [`Shut`], encrypted.
    pub sealed: Vec<u8>,
}

/// What the seal holds.
#[derive(Serialize, Deserialize)]
struct Shut {
    kept: Kept,
    /// What the keyring held (hex).
    key: Option<String>,
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

    /// The notice of a PC that was shut out.
    pub fn locked_out(&self) -> Option<&LockedOut> {
        match &self.kept {
            Kept::LockedOut(notice) => Some(notice),
            Kept::Keyring { .. } | Kept::Passphrase { .. } => None,
        }
    }

    /// The keyring's account of the key.
    pub fn account(&self) -> Option<&str> {
        match &self.kept {
            Kept::Keyring { account } => Some(account),
            Kept::Passphrase { .. } | Kept::LockedOut(_) => None,
        }
    }

    /// Seals what is kept here, and the key that the keyring holds.
    pub(crate) fn lock_out(
        &self,
        key: &DatabaseKey,
        notice: LockedOut,
        release: &[u8; 32],
        entropy: &dyn Entropy,
    ) -> Result<KeyFile> {
        let account = self.account().map(str::to_owned);
        let shut = Shut { kept: self.kept.clone(), key: account.as_ref().map(|_| key.to_hex()) };
        let mut cipher_nonce = vec![0; 24];
        entropy.fill(&mut cipher_nonce);
        let sealed = XChaCha20Poly1305::new(Key::from_slice(release))
            .encrypt(XNonce::from_slice(&cipher_nonce), serde_json::to_vec(&shut)?.as_slice())
            .map_err(|_| Error::Invariant("sealing the key failed".into()))?;
        let notice = LockedOut { account, cipher_nonce, sealed, ..notice };
        Ok(KeyFile { check: self.check.clone(), kept: Kept::LockedOut(Box::new(notice)) })
    }

    /// As it was before it was sealed, and the key for the keyring if it was there.
    pub(crate) fn release(&self, release: &[u8; 32]) -> Result<(KeyFile, Option<DatabaseKey>)> {
        let Kept::LockedOut(notice) = &self.kept else { return Err(Code::WrongKey.into()) };
        if notice.cipher_nonce.len() != 24 {
            return Err(Code::DatabaseDamaged.into());
        }
        let bytes = XChaCha20Poly1305::new(Key::from_slice(release))
            .decrypt(XNonce::from_slice(&notice.cipher_nonce), notice.sealed.as_slice())
            .map_err(|_| Code::WrongKey)?;
        let Shut { kept, key } = serde_json::from_slice(&bytes)?;
        let key = key.as_deref().and_then(DatabaseKey::from_hex).map(|key| self.accept(key)).transpose()?;
        Ok((KeyFile { check: self.check.clone(), kept }, key))
    }

    /// Puts this file in the place of the one that is there: after a cut it is the one or the other.
    pub(crate) fn replace(&self, path: &Path) -> Result<()> {
        let draft = path.with_extension("new");
        self.store(&draft)?;
        std::fs::rename(&draft, path)?;
        if let Some(folder) = path.parent() {
            // The renaming itself must outlive a power cut. Folders of other systems cannot be synced.
            let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }

    pub fn read(path: &Path) -> Result<KeyFile> {
        serde_json::from_slice(&std::fs::read(path)?).map_err(|_| Code::DatabaseDamaged.into())
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
    let (most_memory, most_passes, most_lanes) = MOST_ARGON2;
    if memory_kib > most_memory || passes > most_passes || lanes > most_lanes {
        return Err(Code::DatabaseDamaged.into());
    }
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

    #[test]
    fn a_file_of_other_bytes_is_damaged_and_a_missing_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("neem.key");
        assert!(matches!(KeyFile::read(&path), Err(Error::Io(_))));
        for bytes in [b"".as_slice(), b"{", b"\xff\xfe\x00", b"{\"check\":\"\"}"] {
            std::fs::write(&path, bytes).expect("writes");
            assert_eq!(KeyFile::read(&path).err().map(|error| error.code()), Some(Code::DatabaseDamaged), "{bytes:?}");
        }
    }

    #[test]
    fn a_file_that_asks_for_all_memory_or_all_time_is_damaged() {
        let key = DatabaseKey::random(&SystemEntropy);
        let sound = KeyFile::with_passphrase(&key, "mango season in june", &SystemEntropy).expect("wrapped");
        for (name, value) in [("memory_kib", u32::MAX), ("passes", u32::MAX), ("lanes", 1 << 20)] {
            let mut json = serde_json::to_value(&sound).expect("json");
            json["kept"][name] = value.into();
            let file: KeyFile = serde_json::from_value(json).expect("a key file");
            let refused = file.unwrap_with("mango season in june").err().map(|error| error.code());
            assert_eq!(refused, Some(Code::DatabaseDamaged), "{name}");
        }
    }
}
