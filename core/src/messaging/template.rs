//! The words of a notification: the clinic's own, or the built-in ones.

use std::collections::HashMap;
use std::sync::OnceLock;

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Error, Result};

/// How a notification reaches somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NotificationChannel {
    InApp,
    Sms,
    Email,
    Push,
    Whatsapp,
}

crate::ids::named_values!(NotificationChannel {
    InApp = "in_app",
    Sms = "sms",
    Email = "email",
    Push = "push",
    Whatsapp = "whatsapp",
});

/// What a notification is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TemplateKey {
    AppointmentReminder,
    AppointmentConfirmed,
    AppointmentCancelled,
    QueueCalled,
    PrescriptionReady,
    PaymentReceived,
    ReviewRequest,
    PasswordReset,
}

crate::ids::named_values!(TemplateKey {
    AppointmentReminder = "appointment_reminder",
    AppointmentConfirmed = "appointment_confirmed",
    AppointmentCancelled = "appointment_cancelled",
    QueueCalled = "queue_called",
    PrescriptionReady = "prescription_ready",
    PaymentReceived = "payment_received",
    ReviewRequest = "review_request",
    PasswordReset = "password_reset",
});

impl TemplateKey {
    pub const ALL: &[TemplateKey] = &[
        TemplateKey::AppointmentReminder,
        TemplateKey::AppointmentConfirmed,
        TemplateKey::AppointmentCancelled,
        TemplateKey::QueueCalled,
        TemplateKey::PrescriptionReady,
        TemplateKey::PaymentReceived,
        TemplateKey::ReviewRequest,
        TemplateKey::PasswordReset,
    ];

    /// What a template of this key may speak of, written `{{name}}`; every one is given when a
    /// notification is queued.
    pub fn placeholders(self) -> &'static [&'static str] {
        match self {
            TemplateKey::AppointmentReminder
            | TemplateKey::AppointmentConfirmed
            | TemplateKey::AppointmentCancelled => &["name", "doctor", "clinic", "date", "time"],
            TemplateKey::QueueCalled => &["name", "number", "room"],
            TemplateKey::PrescriptionReady => &["name", "number", "clinic"],
            TemplateKey::PaymentReceived => &["name", "amount", "receipt", "clinic"],
            TemplateKey::ReviewRequest => &["name", "doctor", "clinic"],
            TemplateKey::PasswordReset => &["name", "code", "minutes"],
        }
    }
}

/// A subject, where the channel has one, and a text; with placeholders, or filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NotificationWords {
    pub subject: Option<String>,
    pub body: String,
}

/// The words for a key on a channel: in the language itself, then in its base (`pt` for `pt-BR`), then
/// in English; in each, the clinic's own before the built-in ones.
pub fn template(
    conn: &Connection,
    key: TemplateKey,
    channel: NotificationChannel,
    language: &str,
) -> Result<NotificationWords> {
    let language = language.to_lowercase().replace('_', "-");
    let base = language.split('-').next().unwrap_or_default();
    let mut own = conn.prepare_cached(
        "SELECT subject, body FROM notification_templates
         WHERE key = ?1 AND channel = ?2 AND language = ?3 AND deleted_at IS NULL ORDER BY updated_at DESC, id LIMIT 1",
    )?;
    for language in [language.as_str(), base, "en"] {
        let found = own
            .query_row(params![key, channel, language], |row| {
                Ok(NotificationWords { subject: row.get("subject")?, body: row.get("body")? })
            })
            .optional()?;
        if let Some(words) = found {
            return Ok(words);
        }
        if let Some(body) = built_in(key, channel, language) {
            return Ok(NotificationWords { subject: None, body: body.to_owned() });
        }
    }
    Err(Error::Invariant(format!("no words for {}", key.name())))
}

/// What Neem ships with. What leaves the PC stands alone, as in an SMS; within the app it is shorter.
fn built_in(key: TemplateKey, channel: NotificationChannel, language: &str) -> Option<&'static str> {
    static TEXTS: OnceLock<HashMap<(String, String), [String; 2]>> = OnceLock::new();
    let texts = TEXTS.get_or_init(|| {
        let mut reader = csv::Reader::from_reader(include_str!("templates.csv").as_bytes());
        let rows = reader.deserialize::<(String, String, String, String)>().filter_map(Result::ok);
        rows.map(|(key, language, in_app, sms)| ((key, language), [in_app, sms])).collect()
    });
    let [in_app, sms] = texts.get(&(key.name().to_owned(), language.to_owned()))?;
    Some(match channel {
        NotificationChannel::InApp | NotificationChannel::Push => in_app,
        NotificationChannel::Sms | NotificationChannel::Email | NotificationChannel::Whatsapp => sms,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messaging::fill::placeholders_of;

    #[test]
    fn every_key_has_words_in_every_language_that_can_be_filled() {
        for key in TemplateKey::ALL {
            for language in ["en", "hi", "id", "pt", "ar"] {
                for channel in [NotificationChannel::InApp, NotificationChannel::Sms] {
                    let text = built_in(*key, channel, language).unwrap_or_default();
                    assert!(!text.is_empty(), "{} {language}", key.name());
                    let unknown: Vec<String> = placeholders_of(text)
                        .into_iter()
                        .filter(|name| !key.placeholders().contains(&name.as_str()))
                        .collect();
                    assert!(unknown.is_empty(), "{} {language}: {unknown:?}", key.name());
                    assert_eq!(text.matches("{{").count(), placeholders_of(text).len(), "{text}");
                }
            }
        }
    }
}
