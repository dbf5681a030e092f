//! Which files an owner has.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::files::FileOwner;
use crate::files::store::Content;
use crate::ids::{FileId, Instant, UserId};
use crate::page::{Page, PageRequest};

/// A file without its bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FileInfo {
    pub id: FileId,
    pub owner: FileOwner,
    pub name: String,
    pub media_type: String,
    pub size_bytes: u32,
    /// The words in it, as text recognition found them.
    pub extracted_text: Option<String>,
    pub uploaded_by: Option<UserId>,
    pub created_at: Instant,
}

impl FileInfo {
    fn from_row(row: &Row) -> rusqlite::Result<FileInfo> {
        Ok(FileInfo {
            id: row.get("id")?,
            owner: FileOwner { table: row.get("owner_table")?, id: row.get("owner_id")? },
            name: row.get("name")?,
            media_type: row.get("media_type")?,
            size_bytes: row.get("size_bytes")?,
            extracted_text: row.get("extracted_text")?,
            uploaded_by: row.get("uploaded_by")?,
            created_at: row.get("created_at")?,
        })
    }
}

/// The files of an owner that were not removed, the latest first.
pub fn list(conn: &Connection, owner: FileOwner, page: PageRequest) -> Result<Page<FileInfo>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM files WHERE owner_table = ?1 AND owner_id = ?2 AND deleted_at IS NULL
         ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4",
    )?;
    let rows =
        statement.query_map(params![owner.table, owner.id, page.sql_limit(), page.sql_offset()], FileInfo::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// One file; [`Code::NotFound`] for one that was removed.
pub fn file(conn: &Connection, id: FileId) -> Result<FileInfo> {
    conn.prepare_cached("SELECT * FROM files WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], FileInfo::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

pub(super) fn content(conn: &Connection, id: FileId) -> Result<Content> {
    conn.prepare_cached("SELECT sha256, content_key FROM files WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| Ok(Content { sha256: row.get("sha256")?, key: row.get("content_key")? }))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}
