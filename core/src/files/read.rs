//! A paper is looked at, or taken along.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::error::{Code, Result};
use crate::files::list::content;
use crate::files::{FileInfo, FileStore, file};
use crate::ids::FileId;

/// A file with its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredBytes {
    pub file: FileInfo,
    pub bytes: Vec<u8>,
}

/// The file as it was added. [`Code::FileNotHere`] when its bytes are on another PC,
/// [`Code::FileDamaged`] when they are not what was stored.
pub fn read(conn: &Connection, store: &FileStore, id: FileId) -> Result<StoredBytes> {
    let file = file(conn, id)?;
    let mut bytes = Vec::new();
    store.copy(&content(conn, id)?, &mut bytes)?;
    Ok(StoredBytes { file, bytes })
}

/// Writes a file in the clear into a folder, under its own name or a numbered one: an older file is
/// never overwritten. [`Code::CannotSaveFile`] when the folder takes none.
pub fn save_copy(conn: &Connection, store: &FileStore, id: FileId, folder: &Path) -> Result<PathBuf> {
    let info = file(conn, id)?;
    let content = content(conn, id)?;
    std::fs::create_dir_all(folder).map_err(|_| Code::CannotSaveFile)?;
    let (stem, ending) = info.name.rsplit_once('.').unwrap_or((&info.name, "bin"));
    for copy in 1..1000 {
        let name = if copy == 1 { format!("{stem}.{ending}") } else { format!("{stem} ({copy}).{ending}") };
        let path = folder.join(name);
        match File::create_new(&path) {
            Ok(mut out) => {
                let copied = store.copy(&content, &mut out).and_then(|_| Ok(out.sync_all()?));
                if let Err(error) = copied {
                    // Half a paper must not look like one.
                    let _ = std::fs::remove_file(&path);
                    return Err(error);
                }
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(_) => break,
        }
    }
    Err(Code::CannotSaveFile.into())
}
