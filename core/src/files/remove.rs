//! A paper is taken out.

use rusqlite::params;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::ids::FileId;

/// Takes a file out of every list. Its bytes stay until [`sweep`](crate::files::sweep) finds that no
/// other file shares them.
pub fn remove(tx: &Tx, id: FileId) -> Result<()> {
    let removed = tx
        .prepare_cached("UPDATE files SET deleted_at = ?1, updated_at = ?1 WHERE id = ?2 AND deleted_at IS NULL")?
        .execute(params![tx.now, id])?;
    if removed == 1 { Ok(()) } else { Err(Code::NotFound.into()) }
}
