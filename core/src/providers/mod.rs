//! Doctors: their profiles, where they work, who approved them, and their papers.

mod active;
mod add;
mod approval;
mod credentials;
mod places;
mod provider;
mod register;
mod search;
mod tags;

use rusqlite::{Connection, OptionalExtension};

use crate::error::{Code, Result};
use crate::ids::ProviderId;

pub use active::{ActiveDoctor, KnownFor, active_doctors};
pub use add::{NewProvider, add, is_registered};
pub use approval::{Approval, ApprovalDecision, decide_approval, decided};
pub use credentials::{
    Credential, CredentialForm, CredentialStatus, add_credential, check_credential, credential, expiring_credentials,
    list_credentials, remove_credential,
};
pub use places::{ProviderPlace, places_of, stop_working_at, work_at};
pub use provider::{Provider, provider};
pub use register::{ProviderForm, RegisteredBy, edit_provider, register_provider};
pub use search::{ProviderHit, ProviderSearch, search_providers};
pub use tags::{TagKind, tags_of};

/// Fails with `NotFound` unless there is this doctor.
pub(crate) fn exists(conn: &Connection, id: ProviderId) -> Result<()> {
    conn.prepare_cached("SELECT 1 FROM providers WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |_| Ok(()))
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}
