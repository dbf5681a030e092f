//! A notification is put up for sending.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE, TEXT};
use crate::ids::{Instant, NotificationId, PatientId, UserId};
use crate::messaging::{NotificationChannel, TemplateKey};

/// Whom a notification is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NotificationRecipient {
    User { id: UserId },
    Patient { id: PatientId },
}

/// A notification before it is sent.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewNotification {
    pub recipient: NotificationRecipient,
    pub key: TemplateKey,
    pub channel: NotificationChannel,
    /// One for each placeholder of the key.
    pub params: BTreeMap<String, String>,
    /// A place in the app, e.g. `/appointments/…`.
    pub deep_link: String,
    /// From when on it is no longer worth reading.
    pub expires_at: Option<Instant>,
}

/// What a notification needs to become words again.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Meta {
    pub language: String,
    pub params: BTreeMap<String, String>,
}

/// Queues a notification in the recipient's language. A patient must have consented to messages
/// ([`Code::PurposeNotConsented`]) and not have left the channel out of their preferences (the same,
/// with the channel); what waits within the app disturbs nobody and needs no channel chosen.
/// Problems: `recipient`, `params.<name>` of a placeholder without a value, `deepLink`, `expiresAt`.
pub fn queue(tx: &Tx, new: &NewNotification) -> Result<NotificationId> {
    let mut form = Form::default();
    let mut params = BTreeMap::new();
    for name in new.key.placeholders() {
        let given = new.params.get(*name).map_or("", String::as_str);
        params.insert((*name).to_owned(), form.required(&format!("params.{name}"), given, LINE));
    }
    let deep_link = form.optional("deepLink", &new.deep_link, TEXT);
    if new.expires_at.is_some_and(|at| at <= tx.now) {
        form.problem("expiresAt", Code::OutOfRange, None);
    }
    if !exists(tx, new.recipient)? {
        form.problem("recipient", Code::NotFound, None);
    }
    form.finish()?;
    let (user, patient) = match new.recipient {
        NotificationRecipient::User { id } => (Some(id), None),
        NotificationRecipient::Patient { id } => {
            check_wishes(tx, id, new.channel)?;
            (None, Some(id))
        }
    };
    let language = match patient {
        Some(patient) => language_of(tx, patient)?,
        None => "en".into(),
    };
    let meta = serde_json::to_string(&Meta { language, params })?;
    let id = NotificationId(tx.new_id());
    tx.prepare_cached(
        "INSERT INTO notifications (id, tenant_id, user_id, patient_id, template_key, channel, status, meta, deep_link, expires_at,
                                    created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'queued', ?7, ?8, ?9, ?10, ?10)",
    )?
    .execute(params![
        id,
        tx.device.tenant,
        user,
        patient,
        new.key,
        new.channel,
        meta,
        deep_link,
        new.expires_at,
        tx.now
    ])?;
    Ok(id)
}

fn exists(conn: &Connection, recipient: NotificationRecipient) -> Result<bool> {
    let (sql, id) = match recipient {
        NotificationRecipient::User { id } => {
            ("SELECT EXISTS (SELECT 1 FROM users WHERE id = ?1 AND deleted_at IS NULL)", id.0)
        }
        NotificationRecipient::Patient { id } => {
            ("SELECT EXISTS (SELECT 1 FROM patients WHERE id = ?1 AND deleted_at IS NULL)", id.0)
        }
    };
    Ok(conn.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

fn check_wishes(conn: &Connection, patient: PatientId, channel: NotificationChannel) -> Result<()> {
    let decision: Option<String> = conn
        .prepare_cached(concat!(
            "SELECT decision FROM consents WHERE purpose = 'messages' AND patient_id IN ",
            crate::patients::same_person!(),
            " ORDER BY decided_at DESC, id DESC LIMIT 1"
        ))?
        .query_row([patient], |row| row.get("decision"))
        .optional()?;
    if decision.as_deref() != Some("given") {
        return Err(Code::PurposeNotConsented.into());
    }
    let channels = preferences(conn, patient, "channels")?;
    let chosen = channels.is_none_or(|channels| channels.iter().any(|name| name == channel.name()));
    if chosen || channel == NotificationChannel::InApp {
        Ok(())
    } else {
        Err(Error::with(Code::PurposeNotConsented, channel.name()))
    }
}

/// A list of the patient's preferences; `None` where none were stated.
fn preferences(conn: &Connection, patient: PatientId, column: &str) -> Result<Option<Vec<String>>> {
    let sql = concat!(
        "SELECT channels, languages FROM preferences WHERE patient_id IN ",
        crate::patients::same_person!(),
        " ORDER BY updated_at DESC LIMIT 1"
    );
    let list: Option<String> = conn.prepare_cached(sql)?.query_row([patient], |row| row.get(column)).optional()?;
    let list: Option<Vec<String>> = list.map(|text| serde_json::from_str(&text)).transpose()?;
    Ok(list.filter(|list| !list.is_empty()))
}

fn language_of(conn: &Connection, patient: PatientId) -> Result<String> {
    if let Some(first) = preferences(conn, patient, "languages")?.and_then(|list| list.into_iter().next()) {
        return Ok(first);
    }
    let language: Option<String> = conn
        .prepare_cached("SELECT primary_language FROM patients WHERE id = ?1")?
        .query_row([patient], |row| row.get(0))?;
    Ok(language.unwrap_or_else(|| "en".into()))
}
