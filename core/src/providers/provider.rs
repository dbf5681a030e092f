//! One doctor's profile as it stands.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{FileId, Instant, ProviderId, UserId};
use crate::providers::{Approval, ProviderPlace, TagKind, places_of, tags_of};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    pub id: ProviderId,
    pub user_id: Option<UserId>,
    pub display_name: String,
    pub registration_number: String,
    pub qualification: Option<String>,
    /// The one that is printed.
    pub specialization: Option<String>,
    /// All of them, for finding.
    pub specializations: Vec<String>,
    pub languages: Vec<String>,
    pub skills: Vec<String>,
    pub bio: Option<String>,
    pub years_of_experience: Option<u32>,
    /// In minor units of the clinic's currency.
    pub consultation_fee_minor: Option<u32>,
    pub phone: Option<String>,
    pub timezone: Option<String>,
    pub avatar_file_id: Option<FileId>,
    pub approval: Approval,
    /// Who decided last, and when.
    pub approved_by: Option<UserId>,
    pub approved_at: Option<Instant>,
    pub approval_note: Option<String>,
    pub active: bool,
    pub places: Vec<ProviderPlace>,
}

impl Provider {
    fn from_row(row: &Row) -> rusqlite::Result<Provider> {
        Ok(Provider {
            id: row.get("id")?,
            user_id: row.get("user_id")?,
            display_name: row.get("display_name")?,
            registration_number: row.get("registration_number")?,
            qualification: row.get("qualification")?,
            specialization: row.get("specialization")?,
            specializations: Vec::new(),
            languages: Vec::new(),
            skills: Vec::new(),
            bio: row.get("bio")?,
            years_of_experience: row.get("years_of_experience")?,
            consultation_fee_minor: row.get("consultation_fee_minor")?,
            phone: row.get("phone")?,
            timezone: row.get("timezone")?,
            avatar_file_id: row.get("avatar_file_id")?,
            approval: row.get("approval")?,
            approved_by: row.get("approved_by")?,
            approved_at: row.get("approved_at")?,
            approval_note: row.get("approval_note")?,
            active: row.get("active")?,
            places: Vec::new(),
        })
    }
}

/// One doctor with tags and places; `NotFound` when there is none.
pub fn provider(conn: &Connection, id: ProviderId) -> Result<Provider> {
    let provider = conn
        .prepare_cached("SELECT * FROM providers WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], Provider::from_row)
        .optional()?
        .ok_or(Code::NotFound)?;
    Ok(Provider {
        specializations: tags_of(conn, id, TagKind::Specialization)?,
        languages: tags_of(conn, id, TagKind::Language)?,
        skills: tags_of(conn, id, TagKind::Skill)?,
        places: places_of(conn, id)?,
        ..provider
    })
}
