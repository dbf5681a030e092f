//! A copy of the hub that is whole, and a hub made from such a copy. A hub that was restored has a new
//! epoch: its PCs then send it again what the copy had not heard, and read it from the beginning.

use std::path::{Path, PathBuf};

use neem_core::clock::SystemEntropy;
use neem_core::seeded::{Bug, seeded};
use uuid::Uuid;

use crate::Hub;
use crate::serve::{self, ServeError};
use crate::store::sqlite::SqliteStore;
use crate::store::{self, Store};

pub use crate::store::sqlite::Copied;

/// Copies the hub of a data folder to a file that is not there yet, encrypted with the same key. The
/// hub may go on serving meanwhile. The copy is read through before this returns.
pub fn backup(data: &Path, key_file: Option<&Path>, to: &Path) -> Result<Copied, ServeError> {
    if to.exists() {
        return Err(std::io::Error::new(std::io::ErrorKind::AlreadyExists, "there is a file of this name").into());
    }
    let key = serve::key_of(data, key_file)?;
    let source = SqliteStore::open(&data.join("hub.db"), &key, &SystemEntropy)?;
    let target = to.to_str().ok_or_else(|| std::io::Error::other("a path that is not text"))?;
    source.copy_to(target)?;
    std::fs::File::open(to)?.sync_all()?;
    let copy = SqliteStore::open(to, &key, &SystemEntropy)?;
    let copied = copy.verified()?;
    Box::new(copy).close()?;
    Ok(copied)
}

/// Makes the hub of a data folder from a copy. A hub that is there already is kept beside it, under the
/// name that is returned. Nothing may be serving the folder.
pub fn restore(data: &Path, key_file: Option<&Path>, from: &Path) -> Result<(Copied, Option<PathBuf>), ServeError> {
    let key = serve::key_of(data, key_file)?;
    let fresh = data.join("hub.db.restoring");
    std::fs::copy(from, &fresh)?;
    let store = SqliteStore::open(&fresh, &key, &SystemEntropy)?;
    let copied = store.verified()?;
    if !seeded(Bug::EpochKept) {
        let mut tx = store.write()?;
        tx.set_epoch(store::random_id(&SystemEntropy))?;
        tx.commit()?;
    }
    Box::new(store).close()?;
    let place = data.join("hub.db");
    let kept =
        place.exists().then(|| (1..).map(|n| data.join(format!("hub.db.before-{n}"))).find(|path| !path.exists()));
    let kept = kept.flatten();
    if let Some(kept) = &kept {
        // Closing it moves what is in its write-ahead log into the file that is kept.
        Box::new(SqliteStore::open(&place, &key, &SystemEntropy)?).close()?;
        std::fs::rename(&place, kept)?;
    }
    std::fs::rename(&fresh, &place)?;
    Ok((copied, kept))
}

/// Gives the hub a new epoch: to be done whenever its database was put back to an older state by other
/// means than [`restore`], or another server took over that may not have heard everything.
pub fn new_epoch(hub: &Hub) -> Result<Uuid, ServeError> {
    let epoch = store::random_id(&*hub.entropy);
    let mut tx = hub.store().write()?;
    tx.set_epoch(epoch)?;
    tx.commit()?;
    Ok(epoch)
}
