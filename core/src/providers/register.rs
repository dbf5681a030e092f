//! A doctor's profile: registering and editing it.

use rusqlite::{OptionalExtension, named_params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE, NAME, TEXT};
use crate::ids::{FileId, ProviderId, UserId};
use crate::providers::add::is_registered_to_another;
use crate::providers::provider::{Provider, provider};
use crate::providers::tags::{TagKind, check_tags, set_tags};
use crate::tenancy;

const MOST_YEARS: u32 = 80;

const UPDATE: &str = "\
    UPDATE providers
    SET display_name = :name, registration_number = :number, qualification = :qualification, specialization = :specialization,
        bio = :bio, years_of_experience = :years, consultation_fee_minor = :fee, phone = :phone, timezone = :timezone,
        avatar_file_id = :avatar, updated_at = :now
    WHERE id = :id";

/// The form "Doctor".
#[derive(Debug, Clone, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProviderForm {
    pub display_name: String,
    pub registration_number: String,
    pub qualification: String,
    /// The one that is printed.
    pub specialization: String,
    /// More of them, for finding.
    pub specializations: Vec<String>,
    pub languages: Vec<String>,
    pub skills: Vec<String>,
    pub bio: String,
    pub years_of_experience: Option<u32>,
    /// In minor units of the clinic's currency.
    pub consultation_fee_minor: Option<u32>,
    pub phone: String,
    /// An IANA name, or empty for the site's.
    pub timezone: String,
    pub avatar_file_id: Option<FileId>,
}

/// Who registers a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisteredBy {
    /// Waits for approval.
    Themself(UserId),
    /// Approved by being added; an account may be linked.
    Manager(Option<UserId>),
}

struct Checked {
    display_name: String,
    registration_number: String,
    qualification: Option<String>,
    specialization: String,
    bio: Option<String>,
    phone: Option<String>,
    timezone: Option<String>,
}

/// Registers a doctor. An account belongs to one doctor at most (`AlreadyUsed` at `userId`).
pub fn register_provider(tx: &Tx, new: &ProviderForm, by: RegisteredBy) -> Result<Provider> {
    let (user, approval) = match by {
        RegisteredBy::Themself(user) => (Some(user), "pending"),
        RegisteredBy::Manager(user) => (user, "approved"),
    };
    let mut form = Form::default();
    if let Some(user) = user {
        let taken: bool = tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM providers WHERE user_id = ?1 AND deleted_at IS NULL)",
            [user],
            |row| row.get(0),
        )?;
        if taken {
            form.problem("userId", Code::AlreadyUsed, None);
        }
        crate::identity::user(tx, user)?;
    }
    let checked = check(tx, form, new, None)?;
    let id = ProviderId(tx.new_id());
    let decided = approval == "approved";
    tx.execute(
        "INSERT INTO providers (id, tenant_id, user_id, display_name, registration_number, approval, approved_by, approved_at, created_at, updated_at)
         VALUES (:id, :tenant, :user, :name, :number, :approval, :by, :at, :now, :now)",
        named_params! {
            ":id": id,
            ":tenant": tx.device.tenant,
            ":user": user,
            ":name": checked.display_name,
            ":number": checked.registration_number,
            ":approval": approval,
            ":by": tx.actor.user().filter(|_| decided),
            ":at": decided.then_some(tx.now),
            ":now": tx.now,
        },
    )?;
    write(tx, id, new, &checked)
}

/// Replaces a doctor's profile. Approval and places are changed on their own.
pub fn edit_provider(tx: &Tx, id: ProviderId, edited: &ProviderForm) -> Result<Provider> {
    provider(tx, id)?;
    let checked = check(tx, Form::default(), edited, Some(id))?;
    write(tx, id, edited, &checked)
}

fn check(tx: &Tx, mut form: Form, new: &ProviderForm, own: Option<ProviderId>) -> Result<Checked> {
    let display_name = form.name("displayName", &new.display_name);
    let registration_number = form.required("registrationNumber", &new.registration_number, NAME);
    if is_registered_to_another(tx, &registration_number, own)? {
        form.problem("registrationNumber", Code::AlreadyUsed, None);
    }
    let qualification = form.optional("qualification", &new.qualification, LINE);
    let specialization = form.required("specialization", &new.specialization, NAME);
    let bio = form.optional("bio", &new.bio, TEXT);
    if let Some(years) = new.years_of_experience {
        form.within("yearsOfExperience", years, 0, MOST_YEARS);
    }
    let phone = form.phone("phone", &new.phone, &tenancy::tenant(tx)?.country);
    let zone = new.timezone.trim();
    let timezone = (!zone.is_empty()).then(|| form.time_zone("timezone", zone));
    for (field, tags) in
        [("specializations", &new.specializations), ("languages", &new.languages), ("skills", &new.skills)]
    {
        check_tags(&mut form, field, tags);
    }
    form.finish()?;
    if let Some(file) = new.avatar_file_id {
        tx.query_row("SELECT 1 FROM files WHERE id = ?1", [file], |_| Ok(())).optional()?.ok_or(Code::NotFound)?;
    }
    Ok(Checked { display_name, registration_number, qualification, specialization, bio, phone, timezone })
}

fn write(tx: &Tx, id: ProviderId, new: &ProviderForm, checked: &Checked) -> Result<Provider> {
    tx.prepare_cached(UPDATE)?.execute(named_params! {
        ":id": id,
        ":name": checked.display_name,
        ":number": checked.registration_number,
        ":qualification": checked.qualification,
        ":specialization": checked.specialization,
        ":bio": checked.bio,
        ":years": new.years_of_experience,
        ":fee": new.consultation_fee_minor,
        ":phone": checked.phone,
        ":timezone": checked.timezone,
        ":avatar": new.avatar_file_id,
        ":now": tx.now,
    })?;
    set_tags(tx, id, TagKind::Specialization, &new.specializations)?;
    set_tags(tx, id, TagKind::Language, &new.languages)?;
    set_tags(tx, id, TagKind::Skill, &new.skills)?;
    provider(tx, id)
}
