//! The clinic writes its own words.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Result};
use crate::form::{Form, LINE};
use crate::ids::{Instant, NotificationTemplateId};
use crate::messaging::fill::placeholders_of;
use crate::messaging::{NotificationChannel, TemplateKey};

/// The longest text of a template, in characters: ten SMS.
const LONGEST: u32 = 1_600;

/// The form of a template.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NotificationTemplateForm {
    pub key: TemplateKey,
    pub channel: NotificationChannel,
    /// A BCP 47 tag, e.g. `pt` or `pt-BR`.
    pub language: String,
    pub subject: String,
    pub body: String,
}

/// A template of the clinic's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClinicTemplate {
    pub id: NotificationTemplateId,
    pub key: TemplateKey,
    pub channel: NotificationChannel,
    pub language: String,
    pub subject: Option<String>,
    pub body: String,
    pub updated_at: Instant,
}

impl ClinicTemplate {
    fn from_row(row: &Row) -> rusqlite::Result<ClinicTemplate> {
        Ok(ClinicTemplate {
            id: row.get("id")?,
            key: row.get("key")?,
            channel: row.get("channel")?,
            language: row.get("language")?,
            subject: row.get("subject")?,
            body: row.get("body")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

/// Writes the clinic's words for a key, a channel and a language, in place of those before. Problems:
/// `language`, `subject`, `body`; [`Code::UnknownPlaceholder`] where the text speaks of something that
/// such a notification does not know.
pub fn write_template(tx: &Tx, template: &NotificationTemplateForm) -> Result<NotificationTemplateId> {
    let mut form = Form::default();
    let language = form.required("language", &template.language, 35).to_lowercase().replace('_', "-");
    if !language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        form.problem("language", Code::OutOfRange, None);
    }
    let subject = form.optional("subject", &template.subject, LINE);
    let body = form.required("body", &template.body, LONGEST);
    for (field, text) in [("subject", subject.as_deref().unwrap_or_default()), ("body", &body)] {
        let names = placeholders_of(text);
        let known = names.iter().all(|name| template.key.placeholders().contains(&name.as_str()));
        if !known || text.matches("{{").count() != names.len() {
            form.problem(field, Code::UnknownPlaceholder, None);
        }
    }
    form.finish()?;
    let existing: Option<NotificationTemplateId> = tx
        .query_row(
            "SELECT id FROM notification_templates WHERE key = ?1 AND channel = ?2 AND language = ?3 AND deleted_at IS NULL
             ORDER BY updated_at DESC, id LIMIT 1",
            params![template.key, template.channel, language],
            |row| row.get("id"),
        )
        .optional()?;
    if let Some(id) = existing {
        tx.execute(
            "UPDATE notification_templates SET subject = ?1, body = ?2, updated_at = ?3 WHERE id = ?4",
            params![subject, body, tx.now, id],
        )?;
        return Ok(id);
    }
    let id = NotificationTemplateId(tx.new_id());
    tx.execute(
        "INSERT INTO notification_templates (id, tenant_id, key, channel, language, subject, body, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
        params![id, tx.device.tenant, template.key, template.channel, language, subject, body, tx.now],
    )?;
    Ok(id)
}

/// Goes back to the built-in words. Two PCs apart may each have written a row: both go.
pub fn remove_template(tx: &Tx, id: NotificationTemplateId) -> Result<()> {
    let removed = tx.execute(
        "UPDATE notification_templates SET deleted_at = ?1, updated_at = ?1
         WHERE deleted_at IS NULL AND (key, channel, language) IN (SELECT key, channel, language FROM notification_templates WHERE id = ?2)",
        params![tx.now, id],
    )?;
    if removed > 0 { Ok(()) } else { Err(Code::NotFound.into()) }
}

/// The clinic's own templates: at most one for each key, channel and language, but for PCs that were apart.
pub fn templates(conn: &Connection) -> Result<Vec<ClinicTemplate>> {
    let mut statement = conn.prepare_cached(
        "SELECT * FROM notification_templates WHERE deleted_at IS NULL ORDER BY key, channel, language, updated_at DESC",
    )?;
    let rows = statement.query_map([], ClinicTemplate::from_row)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
