//! What a doctor is known for: languages, skills, specializations. A set, so that two PCs apart can
//! each add one.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, NAME};
use crate::ids::ProviderId;
use crate::patients::search::fold;

/// The most tags of one kind.
const MOST: u32 = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    Specialization,
    Language,
    Skill,
}

crate::ids::named_values!(TagKind { Specialization = "specialization", Language = "language", Skill = "skill" });

/// The tags of one kind, in alphabetical order; one that two PCs added is there once.
pub fn tags_of(conn: &Connection, provider: ProviderId, kind: TagKind) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT value FROM provider_tags WHERE provider_id = ?1 AND kind = ?2 AND removed_at IS NULL ORDER BY value",
    )?;
    let tags = statement.query_map(params![provider, kind], |row| row.get("value"))?;
    Ok(tags.collect::<rusqlite::Result<_>>()?)
}

/// The spellings in use that mean the same as a tag, whatever its case and accents.
pub(super) fn spellings(conn: &Connection, kind: TagKind, tag: &str) -> Result<Vec<String>> {
    let mut statement =
        conn.prepare_cached("SELECT DISTINCT value FROM provider_tags WHERE kind = ?1 AND removed_at IS NULL")?;
    let used: Vec<String> = statement.query_map([kind], |row| row.get("value"))?.collect::<rusqlite::Result<_>>()?;
    let wanted = fold(tag);
    Ok(used.into_iter().filter(|value| fold(value) == wanted).collect())
}

pub(super) fn check_tags(form: &mut Form, field: &str, tags: &[String]) {
    if tags.len() > MOST as usize {
        form.problem(field, Code::TooLong, Some(MOST));
    }
    for tag in tags.iter().take(MOST as usize) {
        form.optional(field, tag, NAME);
    }
}

/// Makes the tags of one kind those given, which were checked: takes out what is missing and adds
/// what is new, and leaves the rest alone.
pub(super) fn set_tags(tx: &Tx, provider: ProviderId, kind: TagKind, tags: &[String]) -> Result<()> {
    let mut wanted: Vec<String> = Vec::new();
    for tag in tags {
        let Some(tag) = Form::default().optional("", tag, NAME) else { continue };
        if wanted.iter().all(|other| fold(other) != fold(&tag)) {
            wanted.push(tag);
        }
    }
    let present = tags_of(tx, provider, kind)?;
    let among = |list: &[String], tag: &String| list.iter().any(|other| fold(other) == fold(tag));
    for gone in present.iter().filter(|tag| !among(&wanted, tag)) {
        tx.execute(
            "UPDATE provider_tags SET removed_at = ?1, updated_at = ?1
             WHERE provider_id = ?2 AND kind = ?3 AND value = ?4 AND removed_at IS NULL",
            params![tx.now, provider, kind, gone],
        )?;
    }
    for new in wanted.iter().filter(|tag| !among(&present, tag)) {
        tx.execute(
            "INSERT INTO provider_tags (id, tenant_id, provider_id, kind, value, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            params![tx.new_id(), tx.device.tenant, provider, kind, new, tx.now],
        )?;
    }
    Ok(())
}
