//! Entries of the staff list: who works here besides the doctors, or for one of them.

use rusqlite::{Connection, OptionalExtension, Row, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Error, Result};
use crate::identity::Permission;
use crate::ids::{ClinicId, FileId, ProviderId, StaffMemberId, UserId};
use crate::page::{Page, PageRequest};

/// An entry of the staff list. The role is a job title in the clinic's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    pub id: StaffMemberId,
    pub user_id: Option<UserId>,
    /// The doctor for whom the person works.
    pub provider_id: Option<ProviderId>,
    /// The site; none for all of them.
    pub clinic_id: Option<ClinicId>,
    pub name: String,
    pub role: String,
    pub skills: Vec<String>,
    /// What the person may beyond their roles.
    pub permissions: Vec<Permission>,
    /// As `mon 09:00-17:00`.
    pub working_hours: Vec<String>,
    pub avatar_file_id: Option<FileId>,
    pub active: bool,
}

impl TeamMember {
    fn from_row(row: &Row) -> rusqlite::Result<TeamMember> {
        Ok(TeamMember {
            id: row.get("id")?,
            user_id: row.get("user_id")?,
            provider_id: row.get("provider_id")?,
            clinic_id: row.get("clinic_id")?,
            name: row.get("name")?,
            role: row.get("role")?,
            skills: texts(row, "skills")?,
            permissions: known(&texts(row, "permissions")?),
            working_hours: texts(row, "working_hours")?,
            avatar_file_id: row.get("avatar_file_id")?,
            active: row.get("active")?,
        })
    }
}

/// A column that holds a JSON array of texts, or nothing.
fn texts(row: &Row, column: &str) -> rusqlite::Result<Vec<String>> {
    let text: Option<String> = row.get(column)?;
    text.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text))
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}

/// The permissions behind the names; one that only a newer version knows gives nothing here.
fn known(names: &[String]) -> Vec<Permission> {
    names.iter().filter_map(|name| serde_json::from_value(name.as_str().into()).ok()).collect()
}

/// Which entries are wanted; what is empty does not filter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TeamFilter {
    pub role: String,
    pub skill: String,
    pub clinic_id: Option<ClinicId>,
    pub include_inactive: bool,
}

/// The staff list by name. Somebody who works at all sites is on the list of each.
pub fn list_team(conn: &Connection, filter: &TeamFilter, page: PageRequest) -> Result<Page<TeamMember>> {
    let mut statement = conn.prepare_cached(include_str!("team.sql"))?;
    let members = statement.query_map(
        named_params! {
            ":role": filter.role.trim(),
            ":skill": filter.skill.trim(),
            ":clinic": filter.clinic_id,
            ":inactive": filter.include_inactive,
            ":limit": page.sql_limit(),
            ":offset": page.sql_offset(),
        },
        TeamMember::from_row,
    )?;
    Ok(page.page(members.collect::<rusqlite::Result<_>>()?))
}

pub fn team_member(conn: &Connection, id: StaffMemberId) -> Result<TeamMember> {
    conn.prepare_cached("SELECT * FROM staff_members WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], TeamMember::from_row)
        .optional()?
        .ok_or_else(|| Error::from(Code::NotFound))
}

/// What a person may at this PC's site by their active entries; clinical work never comes that way.
pub(super) fn extra_permissions(conn: &Connection, user: UserId) -> Result<Vec<Permission>> {
    let mut statement = conn.prepare_cached(
        "SELECT permissions FROM staff_members WHERE user_id = ?1 AND active = 1 AND deleted_at IS NULL
         AND (clinic_id IS NULL OR clinic_id = (SELECT clinic_id FROM this_device))",
    )?;
    let rows = statement.query_map([user], |row| texts(row, "permissions"))?;
    let names: Vec<Vec<String>> = rows.collect::<rusqlite::Result<_>>()?;
    let mut extra = known(&names.concat());
    extra.retain(|permission| !permission.is_clinical());
    extra.sort();
    extra.dedup();
    Ok(extra)
}
