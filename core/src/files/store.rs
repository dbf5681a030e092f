//! The folder of the files' bytes: each encrypted with a key of its own, under a name that tells nothing.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{AeadInPlace, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::clock::Entropy;
use crate::error::{Code, Error, Result};

/// A file is encrypted in pieces of so many bytes, so that it never has to be in memory whole.
const CHUNK: usize = 64 << 10;
/// What the encryption adds to each piece.
const TAG: usize = 16;
/// The ending of a file that is still being written.
const UNFINISHED: &str = "part";

/// What the bytes are, by their SHA-256, and the key that they are encrypted with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Content {
    pub sha256: [u8; 32],
    pub key: [u8; 32],
}

impl Content {
    /// The name on disk: without the key, which is in the encrypted database, nobody can tell
    /// whether a known paper is among the files.
    pub fn name(&self) -> String {
        blake3::keyed_hash(&self.key, &self.sha256).to_hex().to_string()
    }
}

/// The folder `files` beside a database.
#[derive(Debug, Clone)]
pub struct FileStore {
    folder: PathBuf,
}

impl FileStore {
    pub fn beside(database: &Path) -> FileStore {
        FileStore { folder: database.parent().unwrap_or(Path::new(".")).join("files") }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn path(&self, content: &Content) -> PathBuf {
        let name = content.name();
        self.folder.join(&name[..2]).join(name)
    }

    /// Begins a file that has no name yet; dropped before it is kept, it leaves nothing behind.
    pub(super) fn begin(&self, key: [u8; 32], entropy: &dyn Entropy) -> Result<Sealing> {
        fs::create_dir_all(&self.folder)?;
        let mut random = [0; 32];
        entropy.fill(&mut random);
        let name = format!("{}.{UNFINISHED}", &blake3::Hash::from_bytes(random).to_hex()[..32]);
        let path = self.folder.join(name);
        let file = File::create_new(&path)?;
        let chunk = Vec::with_capacity(CHUNK + TAG);
        Ok(Sealing { path, file, cipher: cipher(&key), key, chunk, index: 0, hash: Sha256::new() })
    }

    /// Gives a finished file its name; both its bytes and its name are on disk when this returns.
    pub(super) fn keep(&self, sealed: Sealed) -> Result<Content> {
        let path = self.path(&sealed.content);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        fs::rename(&sealed.path, &path)?;
        // Without this a power cut could take the name back after the row was committed.
        #[cfg(unix)]
        for folder in [folder, &self.folder] {
            File::open(folder)?.sync_all()?;
        }
        Ok(sealed.content.clone())
    }

    /// Decrypts a file into `out`, piece by piece. [`Code::FileNotHere`] when it is not in the
    /// folder, [`Code::FileDamaged`] when anything of it is not as it was written.
    pub(super) fn copy(&self, content: &Content, out: &mut dyn Write) -> Result<u64> {
        let mut file = File::open(self.path(content)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Code::FileNotHere.into(),
            _ => Error::Io(error),
        })?;
        let cipher = cipher(&content.key);
        let mut hash = Sha256::new();
        let mut size = 0;
        let mut current = read_chunk(&mut file)?;
        for index in 0.. {
            let next = read_chunk(&mut file)?;
            let last = next.is_empty();
            cipher
                .decrypt_in_place(&nonce(index), &place(index, last), &mut current)
                .map_err(|_| Error::from(Code::FileDamaged))?;
            hash.update(&current);
            size += current.len() as u64;
            out.write_all(&current)?;
            if last {
                break;
            }
            current = next;
        }
        if hash.finalize().as_slice() == content.sha256 { Ok(size) } else { Err(Code::FileDamaged.into()) }
    }
}

/// A file that is being encrypted.
pub(super) struct Sealing {
    path: PathBuf,
    file: File,
    cipher: XChaCha20Poly1305,
    key: [u8; 32],
    chunk: Vec<u8>,
    index: u64,
    hash: Sha256,
}

/// A file that is on disk whole and has no name yet.
pub(super) struct Sealed {
    path: PathBuf,
    pub content: Content,
}

impl Drop for Sealed {
    fn drop(&mut self) {
        // Nothing is there any more if it was kept.
        let _ = fs::remove_file(&self.path);
    }
}

impl Sealing {
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        while !bytes.is_empty() {
            if self.chunk.len() == CHUNK {
                self.seal(false)?;
            }
            let part = bytes.len().min(CHUNK - self.chunk.len());
            self.chunk.extend_from_slice(&bytes[..part]);
            bytes = &bytes[part..];
        }
        Ok(())
    }

    fn seal(&mut self, last: bool) -> Result<()> {
        self.cipher
            .encrypt_in_place(&nonce(self.index), &place(self.index, last), &mut self.chunk)
            .map_err(|_| Error::Invariant("a piece of a file could not be encrypted".into()))?;
        self.file.write_all(&self.chunk)?;
        self.chunk.clear();
        self.index += 1;
        Ok(())
    }

    pub fn finish(mut self) -> Result<Sealed> {
        self.seal(true)?;
        self.file.sync_all()?;
        let sha256 = std::mem::take(&mut self.hash).finalize().into();
        // The path moves on, so that dropping this leaves the file alone.
        let path = std::mem::take(&mut self.path);
        Ok(Sealed { path, content: Content { sha256, key: self.key } })
    }
}

impl Drop for Sealing {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(Key::from_slice(key))
}

/// The piece's number: a key encrypts one content only, so a number never comes twice under it.
fn nonce(index: u64) -> XNonce {
    let mut bytes = [0; 24];
    bytes[..8].copy_from_slice(&index.to_le_bytes());
    bytes.into()
}

/// What is authenticated with a piece: its place and whether it is the last, so that none can be
/// swapped, left out or cut off.
fn place(index: u64, last: bool) -> [u8; 9] {
    let mut bytes = [u8::from(last); 9];
    bytes[..8].copy_from_slice(&index.to_le_bytes());
    bytes
}

fn read_chunk(file: &mut File) -> Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK + TAG);
    file.take((CHUNK + TAG) as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}
