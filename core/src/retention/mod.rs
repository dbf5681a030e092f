//! What is kept, where, and for how long.

mod archive;
mod archived;
mod policy;
mod purge;

pub use archive::{ArchiveReport, archive};
pub use archived::{ArchivedVisit, archived_visits_of, search_archive};
pub use policy::RetentionPolicy;
pub use purge::{PurgeReport, purge};
