//! A merge that was wrong, taken back: exactly what it changed is restored.

use rusqlite::{Connection, OptionalExtension, params};

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::ids::{MergeId, PatientId};
use crate::patients::merge::{Columns, from_json, read_columns, write_columns};

/// Takes a merge back.
///
/// # Errors
/// `AlreadyUndone`; `ChangedSinceMerge` with the column that an edit or another merge has changed
/// since, which has to be decided by a person first; `Erased` once the person's data is gone.
pub fn undo_merge(tx: &Tx, id: MergeId) -> Result<()> {
    let (kept, merged, before, after, undone) = tx
        .query_row(
            "SELECT kept_id, merged_id, before_kept, after_kept, undone_at IS NOT NULL AS undone FROM patient_merges WHERE id = ?1",
            [id],
            |row| {
                Ok((
                    row.get::<_, PatientId>("kept_id")?,
                    row.get::<_, PatientId>("merged_id")?,
                    row.get::<_, String>("before_kept")?,
                    row.get::<_, String>("after_kept")?,
                    row.get::<_, bool>("undone")?,
                ))
            },
        )
        .optional()?
        .ok_or(Code::NotFound)?;
    if undone {
        return Err(Code::AlreadyUndone.into());
    }
    let (into, erased): (Option<PatientId>, bool) = tx.query_row(
        "SELECT merged_into_id, erased_at IS NOT NULL AS erased FROM patients WHERE id = ?1",
        [merged],
        |row| Ok((row.get("merged_into_id")?, row.get("erased")?)),
    )?;
    if erased {
        return Err(Code::Erased.into());
    }
    if into != Some(kept) {
        return Err(Error::with(Code::ChangedSinceMerge, "merged_into_id"));
    }
    let (before, after) = (from_json(&before)?, from_json(&after)?);
    let names: Vec<&'static str> = after.iter().map(|(name, _)| *name).collect();
    let now = read_columns(tx, kept, &names)?;
    if let Some(((name, _), _)) = now.iter().zip(&after).find(|(now, after)| now != after) {
        return Err(Error::with(Code::ChangedSinceMerge, *name));
    }
    if let Some(name) = changed_by_later_merge(tx, id, kept, &after)? {
        return Err(Error::with(Code::ChangedSinceMerge, name));
    }
    if !before.is_empty() {
        write_columns(tx, kept, &before)?;
    }
    tx.execute("UPDATE patients SET merged_into_id = NULL, updated_at = ?1 WHERE id = ?2", params![tx.now, merged])?;
    tx.execute(
        "UPDATE patient_merges SET undone_by = ?1, undone_at = ?2, updated_at = ?2 WHERE id = ?3",
        params![tx.user()?, tx.now, id],
    )?;
    Ok(())
}

/// A column that a later merge into the same record changed again: that merge remembers this one's
/// value, and is undone first. Later is what came to this PC later: ids of one millisecond have no order.
fn changed_by_later_merge(
    conn: &Connection,
    id: MergeId,
    kept: PatientId,
    after: &Columns,
) -> Result<Option<&'static str>> {
    let mut statement = conn.prepare_cached(
        "SELECT after_kept FROM patient_merges
         WHERE kept_id = ?1 AND undone_at IS NULL AND rowid > (SELECT rowid FROM patient_merges WHERE id = ?2)",
    )?;
    let later: Vec<String> =
        statement.query_map(params![kept, id], |row| row.get("after_kept"))?.collect::<rusqlite::Result<_>>()?;
    for text in later {
        let columns = from_json(&text)?;
        if let Some((name, _)) = after.iter().find(|(name, _)| columns.iter().any(|(later, _)| later == name)) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
