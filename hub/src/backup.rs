//! A copy of the hub that is whole, and a hub made from such a copy. A hub that was restored has a new
//! epoch: its PCs then send it again what the copy had not heard, and read it from the beginning.

use std::path::{Path, PathBuf};

use neem_core::clock::{Entropy, SystemEntropy};
use rusqlite::{Connection, params};

use crate::serve::{self, ServeError};
use crate::store::{Store, StoreError};

/// What a copy holds, counted in the copy itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub clinics: u64,
    pub commits: u64,
    pub rows: u64,
}

/// Copies the hub of a data folder to a file that is not there yet, encrypted with the same key. The
/// hub may go on serving meanwhile. The copy is read through before this returns.
pub fn backup(data: &Path, key_file: Option<&Path>, to: &Path) -> Result<Copied, ServeError> {
    if to.exists() {
        return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, "there is a file of this name").into());
    }
    let key = serve::key_of(data, key_file)?;
    let source = Store::open(&data.join("hub.db"), &key, &SystemEntropy)?;
    let target = to.to_str().ok_or_else(|| std::io::Error::other("a path that is not text"))?;
    source.read().execute("VACUUM INTO ?1", [target]).map_err(StoreError::from)?;
    std::fs::File::open(to)?.sync_all()?;
    let copy = Store::open(to, &key, &SystemEntropy)?;
    let copied = verified(copy.read())?;
    copy.close()?;
    Ok(copied)
}

/// Makes the hub of a data folder from a copy. A hub that is there already is kept beside it, under the
/// name that is returned. Nothing may be serving the folder.
pub fn restore(data: &Path, key_file: Option<&Path>, from: &Path) -> Result<(Copied, Option<PathBuf>), ServeError> {
    let key = serve::key_of(data, key_file)?;
    let fresh = data.join("hub.db.restoring");
    std::fs::copy(from, &fresh)?;
    let store = Store::open(&fresh, &key, &SystemEntropy)?;
    let copied = verified(store.read())?;
    let mut epoch = [0; 16];
    SystemEntropy.fill(&mut epoch);
    let epoch = uuid::Builder::from_random_bytes(epoch).into_uuid();
    store.read().execute("UPDATE hub SET epoch = ?1 WHERE only = 1", params![epoch]).map_err(StoreError::from)?;
    store.close()?;
    let place = data.join("hub.db");
    let kept =
        place.exists().then(|| (1..).map(|n| data.join(format!("hub.db.before-{n}"))).find(|path| !path.exists()));
    let kept = kept.flatten();
    if let Some(kept) = &kept {
        // Closing it moves what is in its write-ahead log into the file that is kept.
        Store::open(&place, &key, &SystemEntropy)?.close()?;
        std::fs::rename(&place, kept)?;
    }
    std::fs::rename(&fresh, &place)?;
    Ok((copied, kept))
}

/// Reads every page, and counts.
fn verified(conn: &Connection) -> Result<Copied, StoreError> {
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StoreError::Key);
    }
    let count = |table: &str| -> Result<u64, StoreError> {
        let rows: i64 = conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
        Ok(rows.unsigned_abs())
    };
    Ok(Copied { clinics: count("tenants")?, commits: count("commits")?, rows: count("rows")? })
}
