//! A paper comes in.

use std::io::{self, Read};

use rusqlite::params;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::files::kind::Sniffer;
use crate::files::store::Content;
use crate::files::{FileInfo, FileOwner, FileStore, file, name};
use crate::ids::FileId;

/// The largest file, in bytes: a scan of forty pages stays below it.
pub const MAX_BYTES: u64 = 20 << 20;
/// The same for people.
const LIMIT: &str = "20 MB";

/// Takes in a file of an owner. Its kind is told by its content, its name is cleaned, and content
/// that is here already is not stored twice. The bytes are on disk before the row is; a write that
/// fails afterwards leaves bytes that [`sweep`](crate::files::sweep) takes away.
///
/// [`Code::FileTooLarge`] with the limit, [`Code::FileTypeRefused`], [`Code::NotFound`] without the owner.
pub fn add(tx: &Tx, store: &FileStore, owner: FileOwner, name: &str, mut content: impl Read) -> Result<FileInfo> {
    owner.check(tx)?;
    let mut key = [0; 32];
    tx.entropy.fill(&mut key);
    let mut sealing = store.begin(key, tx.entropy)?;
    let mut sniffer = Sniffer::new();
    let mut piece = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        let read = match content.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        size += read as u64;
        if size > MAX_BYTES {
            return Err(Error::with(Code::FileTooLarge, LIMIT));
        }
        sniffer.push(&piece[..read]);
        sealing.push(&piece[..read])?;
    }
    let kind = sniffer.finish().ok_or(Code::FileTypeRefused)?;
    let sealed = sealing.finish()?;
    let content = match same_content(tx, store, sealed.content.sha256)? {
        Some(there) => there,
        None => store.keep(sealed)?,
    };
    let id = FileId(tx.new_id());
    tx.prepare_cached(
        "INSERT INTO files (id, tenant_id, owner_table, owner_id, name, media_type, size_bytes, sha256, content_key,
                            uploaded_by, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
    )?
    .execute(params![
        id,
        tx.device.tenant,
        owner.table,
        owner.id,
        name::clean(name, kind),
        kind.media_type(),
        size as i64,
        content.sha256.as_slice(),
        content.key.as_slice(),
        tx.actor.user(),
        tx.now
    ])?;
    file(tx, id)
}

/// The same content, if it is here and sound: damaged bytes are not given a second owner.
fn same_content(tx: &Tx, store: &FileStore, sha256: [u8; 32]) -> Result<Option<Content>> {
    let mut statement = tx.prepare_cached("SELECT DISTINCT content_key FROM files WHERE sha256 = ?1")?;
    let keys = statement.query_map([sha256.as_slice()], |row| row.get("content_key"))?;
    for key in keys {
        let there = Content { sha256, key: key? };
        match store.copy(&there, &mut io::sink()) {
            Ok(_) => return Ok(Some(there)),
            Err(Error::Rule { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
