//! The photo by which the desk recognises a patient.

use rusqlite::{Connection, OptionalExtension, params};

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::files::{self, FileInfo, FileOwner, FileStore, StoredBytes};
use crate::ids::{FileId, PatientId};
use crate::patients::root_of;

/// The largest photo, in bytes; the window scales every picture down far below it.
pub const MAX_PHOTO_BYTES: usize = 512 << 10;
/// The same for people.
const LIMIT: &str = "512 KB";

/// Keeps a picture as the photo of a patient, in the place of the one before: encrypted and stored once,
/// like every file of the patient.
///
/// # Errors
/// `NotFound`; `FileTooLarge` with the limit; `FileTypeRefused` for what is no picture.
pub fn set_photo(tx: &Tx, store: &FileStore, patient: PatientId, picture: &[u8]) -> Result<FileInfo> {
    let patient = root_of(tx, patient)?;
    if picture.len() > MAX_PHOTO_BYTES {
        return Err(Error::with(Code::FileTooLarge, LIMIT));
    }
    let before = photo_of(tx, patient)?;
    let file = files::add(tx, store, FileOwner::patient(patient), "photo", picture)?;
    if !file.media_type.starts_with("image/") {
        return Err(Code::FileTypeRefused.into());
    }
    point_to(tx, patient, Some(file.id))?;
    before.map_or(Ok(()), |before| files::remove(tx, before))?;
    Ok(file)
}

/// Takes the photo of a patient away.
///
/// # Errors
/// `NotFound` for a patient without one.
pub fn remove_photo(tx: &Tx, patient: PatientId) -> Result<()> {
    let patient = root_of(tx, patient)?;
    let before = photo_of(tx, patient)?.ok_or(Code::NotFound)?;
    point_to(tx, patient, None)?;
    files::remove(tx, before)
}

/// The photo of a patient with its bytes, if there is one.
///
/// # Errors
/// `NotFound`; `FileNotHere` when it was taken on another PC; `FileDamaged`.
pub fn photo(conn: &Connection, store: &FileStore, patient: PatientId) -> Result<Option<StoredBytes>> {
    let file = photo_of(conn, root_of(conn, patient)?)?;
    file.map(|file| files::read(conn, store, file)).transpose()
}

/// The file that is the photo; one that was taken out of the patient's files is none.
fn photo_of(conn: &Connection, patient: PatientId) -> Result<Option<FileId>> {
    conn.prepare_cached(
        "SELECT files.id FROM patients LEFT JOIN files ON files.id = photo_file_id AND files.deleted_at IS NULL
         WHERE patients.id = ?1 AND patients.deleted_at IS NULL",
    )?
    .query_row([patient], |row| row.get("id"))
    .optional()?
    .ok_or_else(|| Code::NotFound.into())
}

fn point_to(tx: &Tx, patient: PatientId, file: Option<FileId>) -> Result<()> {
    tx.prepare_cached("UPDATE patients SET photo_file_id = ?1, updated_at = ?2 WHERE id = ?3")?
        .execute(params![file, tx.now, patient])?;
    Ok(())
}
