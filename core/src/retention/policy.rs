//! The times after which something is put away or emptied.

use serde::{Deserialize, Serialize};
use specta::Type;

/// How long things stay. Nothing clinical is ever deleted by age: a visit that is archived stays
/// readable in full, and an erasure is a person's decision (domain.md, ruling 10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RetentionPolicy {
    /// Days after its end when a visit goes into the archive: 365, as two of the sources ask.
    pub archive_after_days: u32,
    /// Days after its end when this PC forgets a session: 90, long enough to ask who was signed in.
    pub sessions_days: u32,
    /// Days that an expired token or notification still stays whole: none.
    pub expired_days: u32,
}

impl Default for RetentionPolicy {
    fn default() -> RetentionPolicy {
        RetentionPolicy { archive_after_days: 365, sessions_days: 90, expired_days: 0 }
    }
}

/// A day in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;
