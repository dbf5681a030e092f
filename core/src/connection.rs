//! Where every connection to an encrypted file comes from, on PCs and at the hub.

use std::path::Path;
use std::sync::Once;

use rusqlite::{Connection, OpenFlags};

use crate::keys::DatabaseKey;

/// Opens the file and hands SQLCipher the key, which only reading it will prove right or wrong.
///
/// # Errors
/// What SQLite says: no such file, no permission.
#[expect(clippy::disallowed_methods, reason = "the one place that opens connections")]
pub fn open(path: &Path, key: &DatabaseKey, flags: OpenFlags) -> rusqlite::Result<Connection> {
    cipher_is_ready();
    let conn = Connection::open_with_flags(path, flags)?;
    conn.pragma_update(None, "key", key.pragma())?;
    // Sorting and triggers must not spill patients' data into plain temporary files.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    Ok(conn)
}

/// A database without a file and without a key.
///
/// # Errors
/// SQLite's, when there is no memory left.
#[expect(clippy::disallowed_methods, reason = "the one place that opens connections")]
pub fn in_memory() -> rusqlite::Result<Connection> {
    cipher_is_ready();
    Connection::open_in_memory()
}

/// SQLite calls itself ready before SQLCipher's own beginning has run, so that of two threads that
/// open the first databases of a process the second could be told that its key is none.
#[expect(clippy::disallowed_methods, reason = "the one place that opens connections")]
fn cipher_is_ready() {
    static READY: Once = Once::new();
    READY.call_once(|| {
        // Only for what opening does on the way; whatever fails here fails again, and is told, in `open`.
        drop(Connection::open_in_memory());
    });
}
