//! Who did what: what leaves no other row is noted here, and the whole log can be checked.
//!
//! Changes are in the commit log, which every PC signs; a note is a row like any other and so in the
//! same chain. [`verify_log`] walks it.

mod list;
mod note;
mod verify;

pub use list::{AuditEntry, AuditFilter, list};
pub use note::{Note, note, noted_since};
pub use verify::{BadCommit, LogFault, LogReport, verify_log};
