//! A whole clinic as one file of JSON lines, to take along and to found a PC from.
//!
//! The file holds every row of every replicated table in the clear, password hashes and the keys of
//! files among them: it is as secret as the database and must be kept like it. It does not hold the
//! bytes of files (the folder `files` is copied beside it), nor the commit log: the PC that takes an
//! export in begins a log of its own, and the notes of `audit_log` come along as rows.

mod digest;
mod export;
mod format;
mod import;

pub use digest::{TableDigest, tenant_digest};
pub use export::{ExportReport, export_tenant, export_to_file};
pub use import::{RestoreReport, import_tenant};
