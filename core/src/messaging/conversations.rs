//! The lists of conversations; what is unread is counted, never stored (domain.md, ruling 7).

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::{Code, Result};
use crate::ids::{ConsultationId, ConversationId, Instant, PatientId, ProviderId};
use crate::messaging::ReaderSide;
use crate::page::{Page, PageRequest};

/// A line of the list of conversations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    pub id: ConversationId,
    pub patient_id: PatientId,
    pub patient_name: String,
    pub provider_id: Option<ProviderId>,
    pub provider_name: Option<String>,
    pub consultation_id: Option<ConsultationId>,
    pub subject: String,
    /// The latest message.
    pub last_message: Option<String>,
    pub unread_by_staff: u32,
    pub unread_by_patient: u32,
    pub closed_at: Option<Instant>,
    pub updated_at: Instant,
}

impl Conversation {
    fn from_row(row: &Row) -> rusqlite::Result<Conversation> {
        Ok(Conversation {
            id: row.get("id")?,
            patient_id: row.get("patient_id")?,
            patient_name: row.get("full_name")?,
            provider_id: row.get("provider_id")?,
            provider_name: row.get("display_name")?,
            consultation_id: row.get("consultation_id")?,
            subject: row.get("subject")?,
            last_message: row.get("last_message")?,
            unread_by_staff: row.get("unread_by_staff")?,
            unread_by_patient: row.get("unread_by_patient")?,
            closed_at: row.get("closed_at")?,
            updated_at: row.get("updated_at")?,
        })
    }
}

macro_rules! conversations {
    ($which:expr) => {
        concat!(
            "SELECT conversations.*, full_name, display_name,
                    (SELECT body FROM messages WHERE conversation_id = conversations.id
                     ORDER BY sent_at DESC, messages.id DESC LIMIT 1) AS last_message,
                    (SELECT count(*) FROM messages WHERE conversation_id = conversations.id AND sender <> 'staff'
                     AND NOT EXISTS (SELECT 1 FROM message_receipts WHERE message_id = messages.id AND reader = 'staff')) AS unread_by_staff,
                    (SELECT count(*) FROM messages WHERE conversation_id = conversations.id AND sender <> 'patient'
                     AND NOT EXISTS (SELECT 1 FROM message_receipts WHERE message_id = messages.id AND reader = 'patient')) AS unread_by_patient
             FROM conversations JOIN patients ON patients.id = conversations.patient_id
             LEFT JOIN providers ON providers.id = conversations.provider_id
             WHERE conversations.deleted_at IS NULL AND ",
            $which
        )
    };
}

fn found(conn: &Connection, sql: &str, key: &dyn ToSql, page: PageRequest) -> Result<Page<Conversation>> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map(params![key, page.sql_limit(), page.sql_offset()], Conversation::from_row)?;
    Ok(page.page(rows.collect::<rusqlite::Result<_>>()?))
}

/// The conversations of a doctor, the one last written in first.
pub fn by_provider(conn: &Connection, provider: ProviderId, page: PageRequest) -> Result<Page<Conversation>> {
    let sql = conversations!(
        "conversations.provider_id = ?1 ORDER BY conversations.updated_at DESC, conversations.id DESC LIMIT ?2 OFFSET ?3"
    );
    found(conn, sql, &provider, page)
}

/// The conversations of a patient and of every record merged into theirs.
pub fn by_patient(conn: &Connection, patient: PatientId, page: PageRequest) -> Result<Page<Conversation>> {
    let sql = concat!(
        conversations!("conversations.patient_id IN "),
        crate::patients::same_person!(),
        " ORDER BY conversations.updated_at DESC, conversations.id DESC LIMIT ?2 OFFSET ?3"
    );
    found(conn, sql, &patient, page)
}

pub fn conversation(conn: &Connection, id: ConversationId) -> Result<Conversation> {
    conn.prepare_cached(conversations!("conversations.id = ?1"))?
        .query_row([id], Conversation::from_row)
        .optional()?
        .ok_or_else(|| Code::NotFound.into())
}

/// How many messages of a doctor's conversations a side has not read.
pub fn unread_messages(conn: &Connection, provider: ProviderId, side: ReaderSide) -> Result<u32> {
    Ok(conn
        .prepare_cached(
            "SELECT count(*) FROM conversations JOIN messages ON conversation_id = conversations.id
             WHERE provider_id = ?1 AND deleted_at IS NULL AND sender <> ?2
             AND NOT EXISTS (SELECT 1 FROM message_receipts WHERE message_id = messages.id AND reader = ?2)",
        )?
        .query_row(params![provider, side], |row| row.get(0))?)
}
