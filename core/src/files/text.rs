//! The words that text recognition found in a scan.

use rusqlite::params;

use crate::db::Tx;
use crate::error::Result;
use crate::files::file;
use crate::form::Form;
use crate::ids::FileId;

/// The longest recognised text, in characters: about sixty pages.
const LONGEST: u32 = 200_000;

/// Keeps the recognised text with its file; empty text takes it away again.
pub fn set_extracted_text(tx: &Tx, id: FileId, text: &str) -> Result<()> {
    let mut form = Form::default();
    let text = form.optional("extractedText", text, LONGEST);
    form.finish()?;
    if file(tx, id)?.extracted_text != text {
        tx.execute("UPDATE files SET extracted_text = ?1, updated_at = ?2 WHERE id = ?3", params![text, tx.now, id])?;
    }
    Ok(())
}
