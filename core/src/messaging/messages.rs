//! The messages of a conversation.

use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::error::Result;
use crate::ids::{ConversationId, FileId, Instant, MessageId, UserId};
use crate::messaging::MessageSender;
use crate::page::{Page, PageRequest};

/// A message as both sides see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    pub id: MessageId,
    pub sender: MessageSender,
    pub user_id: Option<UserId>,
    /// Who of the staff wrote.
    pub user_name: Option<String>,
    pub body: String,
    pub attachments: Vec<FileId>,
    pub sent_at: Instant,
    /// When the staff first read it.
    pub read_by_staff_at: Option<Instant>,
    pub read_by_patient_at: Option<Instant>,
}

impl Message {
    fn from_row(row: &Row) -> rusqlite::Result<Message> {
        let list: Option<String> = row.get("attachments")?;
        let attachments = list.map_or(Ok(Vec::new()), |text| serde_json::from_str(&text));
        Ok(Message {
            id: row.get("id")?,
            sender: row.get("sender")?,
            user_id: row.get("user_id")?,
            user_name: row.get("user_name")?,
            body: row.get("body")?,
            attachments: attachments.map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
            })?,
            sent_at: row.get("sent_at")?,
            read_by_staff_at: row.get("read_by_staff_at")?,
            read_by_patient_at: row.get("read_by_patient_at")?,
        })
    }
}

/// The messages of a conversation in the order of their sending, the latest page first: offset 0 is
/// the end of the conversation.
pub fn messages(conn: &Connection, conversation: ConversationId, page: PageRequest) -> Result<Page<Message>> {
    let mut statement = conn.prepare_cached(include_str!("messages.sql"))?;
    let rows = statement.query_map(params![conversation, page.sql_limit(), page.sql_offset()], Message::from_row)?;
    let mut page = page.page(rows.collect::<rusqlite::Result<_>>()?);
    page.items.reverse();
    Ok(page)
}
