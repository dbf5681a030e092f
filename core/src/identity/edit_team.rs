//! Adding, changing and deactivating entries of the staff list.

use rusqlite::{Connection, OptionalExtension, ToSql, named_params, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, NAME};
use crate::identity::team::{TeamMember, team_member};
use crate::identity::{Permission, account, working_hours};
use crate::ids::{ClinicId, FileId, ProviderId, StaffMemberId, UserId};
use crate::tenancy;

/// The most skills or working hours of one person.
const MOST: u32 = 50;

const INSERT: &str = "\
    INSERT INTO staff_members (id, tenant_id, user_id, provider_id, clinic_id, name, role, skills, permissions, working_hours,
                               avatar_file_id, created_at, updated_at)
    VALUES (:id, :tenant, :user, :provider, :clinic, :name, :role, :skills, :permissions, :hours, :avatar, :now, :now)";

const UPDATE: &str = "\
    UPDATE staff_members
    SET user_id = :user, provider_id = :provider, clinic_id = :clinic, name = :name, role = :role, skills = :skills,
        permissions = :permissions, working_hours = :hours, avatar_file_id = :avatar, updated_at = :now
    WHERE id = :id AND tenant_id = :tenant";

/// The form "Member of staff".
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TeamMemberForm {
    pub user_id: Option<UserId>,
    pub provider_id: Option<ProviderId>,
    pub clinic_id: Option<ClinicId>,
    pub name: String,
    pub role: String,
    pub skills: Vec<String>,
    pub permissions: Vec<Permission>,
    /// As `mon 09:00-17:00`.
    pub working_hours: Vec<String>,
    pub avatar_file_id: Option<FileId>,
}

struct Checked {
    name: String,
    role: String,
    skills: Option<String>,
    permissions: Option<String>,
    working_hours: Option<String>,
}

pub fn add_team_member(tx: &Tx, member: &TeamMemberForm) -> Result<TeamMember> {
    let checked = check(tx, member)?;
    let id = StaffMemberId(tx.new_id());
    write(tx, id, member, &checked, INSERT)
}

pub fn edit_team_member(tx: &Tx, id: StaffMemberId, member: &TeamMemberForm) -> Result<TeamMember> {
    team_member(tx, id)?;
    let checked = check(tx, member)?;
    write(tx, id, member, &checked, UPDATE)
}

/// Takes a person off the active list, with what they might do by it; the entry stays.
pub fn deactivate_team_member(tx: &Tx, id: StaffMemberId) -> Result<TeamMember> {
    team_member(tx, id)?;
    tx.execute("UPDATE staff_members SET active = 0, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    team_member(tx, id)
}

/// Puts a person back on the active list.
pub fn reactivate_team_member(tx: &Tx, id: StaffMemberId) -> Result<TeamMember> {
    team_member(tx, id)?;
    tx.execute("UPDATE staff_members SET active = 1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    team_member(tx, id)
}

fn check(tx: &Tx, member: &TeamMemberForm) -> Result<Checked> {
    let mut form = Form::default();
    let name = form.name("name", &member.name);
    let role = form.required("role", &member.role, NAME);
    let mut skills: Vec<String> = member.skills.iter().filter_map(|s| form.optional("skills", s, NAME)).collect();
    skills.sort();
    skills.dedup();
    // Notes and prescriptions are read and written by those with a clinician's role only.
    if member.permissions.iter().any(|permission| permission.is_clinical()) {
        form.problem("permissions", Code::NotAllowed, None);
    }
    let hours = working_hours::check(&mut form, "workingHours", &member.working_hours);
    for (field, count) in [("skills", member.skills.len()), ("workingHours", member.working_hours.len())] {
        if count > MOST as usize {
            form.problem(field, Code::TooLong, Some(MOST));
        }
    }
    form.finish()?;
    if let Some(user) = member.user_id {
        account::user(tx, user)?;
    }
    if let Some(clinic) = member.clinic_id {
        tenancy::clinic(tx, clinic)?;
    }
    if let Some(provider) = member.provider_id {
        require(tx, "SELECT 1 FROM providers WHERE id = ?1 AND deleted_at IS NULL", provider)?;
    }
    if let Some(file) = member.avatar_file_id {
        require(tx, "SELECT 1 FROM files WHERE id = ?1", file)?;
    }
    Ok(Checked {
        name,
        role,
        skills: json(&skills)?,
        permissions: json(&member.permissions)?,
        working_hours: json(&hours)?,
    })
}

fn json<T: Serialize>(list: &[T]) -> Result<Option<String>> {
    if list.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_string(list)?)) }
}

fn require(conn: &Connection, sql: &str, id: impl ToSql) -> Result<()> {
    conn.prepare_cached(sql)?.query_row([id], |_| Ok(())).optional()?.ok_or_else(|| Code::NotFound.into())
}

fn write(tx: &Tx, id: StaffMemberId, member: &TeamMemberForm, checked: &Checked, sql: &str) -> Result<TeamMember> {
    tx.prepare_cached(sql)?.execute(named_params! {
        ":id": id,
        ":user": member.user_id,
        ":provider": member.provider_id,
        ":clinic": member.clinic_id,
        ":name": checked.name,
        ":role": checked.role,
        ":skills": checked.skills,
        ":permissions": checked.permissions,
        ":hours": checked.working_hours,
        ":avatar": member.avatar_file_id,
        ":now": tx.now,
        ":tenant": tx.device.tenant,
    })?;
    team_member(tx, id)
}
