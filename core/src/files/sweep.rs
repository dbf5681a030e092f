//! Bytes that no file refers to leave the disk.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::Connection;

use crate::error::Result;
use crate::files::FileStore;
use crate::files::store::Content;

/// Deletes the bytes of removed files, of writes that failed and of those that a power cut ended;
/// returns how many. Run it inside a write ([`Db::write_local`](crate::Db::write_local)): while the
/// writer is held nobody is adding a file whose row is not there yet.
pub fn sweep(conn: &Connection, store: &FileStore) -> Result<u32> {
    let mut statement = conn.prepare("SELECT sha256, content_key FROM files WHERE deleted_at IS NULL")?;
    let names = statement
        .query_map([], |row| Ok(Content { sha256: row.get("sha256")?, key: row.get("content_key")? }.name()))?;
    let live: HashSet<String> = names.collect::<rusqlite::Result<_>>()?;
    sweep_folder(store.folder(), &live, true)
}

fn sweep_folder(folder: &Path, live: &HashSet<String>, top: bool) -> Result<u32> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error.into()),
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if top {
                removed += sweep_folder(&entry.path(), live, false)?;
            }
        } else if !live.contains(&name) {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}
