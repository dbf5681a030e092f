//! Somebody writes.

use std::collections::BTreeSet;

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, TEXT};
use crate::ids::{ConversationId, FileId, MessageId};
use crate::messaging::{Conversation, conversation};

/// The most files of one message.
const MOST_ATTACHMENTS: u32 = 10;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum MessageSender {
    Staff,
    Patient,
    /// A program that answers for the clinic.
    Assistant,
    System,
}

crate::ids::named_values!(MessageSender {
    Staff = "staff",
    Patient = "patient",
    Assistant = "assistant",
    System = "system",
});

/// Who reads: everybody at the clinic together, or the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ReaderSide {
    Staff,
    Patient,
}

crate::ids::named_values!(ReaderSide { Staff = "staff", Patient = "patient" });

/// The form of a message.
#[derive(Debug, Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewMessage {
    pub conversation_id: ConversationId,
    pub body: String,
    /// Files of the conversation's patient or of its visit.
    pub attachments: Vec<FileId>,
}

/// Sends a message; a text may be missing where a file is attached. A message of the staff is that of
/// the user who acts. [`Code::IllegalTransition`] in a conversation that was closed; problems: `body`
/// and `attachments`, a file of somebody else among them.
pub fn send(tx: &Tx, sender: MessageSender, message: &NewMessage) -> Result<MessageId> {
    let conversation = conversation(tx, message.conversation_id)?;
    if conversation.closed_at.is_some() {
        return Err(Error::with(Code::IllegalTransition, "closed"));
    }
    let user = if sender == MessageSender::Staff { Some(tx.user()?) } else { None };
    let mut form = Form::default();
    let attachments: BTreeSet<FileId> = message.attachments.iter().copied().collect();
    let body = if attachments.is_empty() {
        form.required("body", &message.body, TEXT)
    } else {
        form.optional("body", &message.body, TEXT).unwrap_or_default()
    };
    form.within("attachments", attachments.len() as u32, 0, MOST_ATTACHMENTS);
    for file in &attachments {
        if !belongs(tx, *file, &conversation)? {
            form.problem("attachments", Code::NotFound, None);
            break;
        }
    }
    form.finish()?;
    let id = MessageId(tx.new_id());
    let list = (!attachments.is_empty()).then(|| serde_json::to_string(&attachments)).transpose()?;
    tx.prepare_cached(
        "INSERT INTO messages (id, tenant_id, conversation_id, sender, user_id, body, attachments, sent_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?8)",
    )?
    .execute(params![id, tx.device.tenant, message.conversation_id, sender, user, body, list, tx.now])?;
    tx.execute("UPDATE conversations SET updated_at = ?1 WHERE id = ?2", params![tx.now, message.conversation_id])?;
    Ok(id)
}

/// Whether a file may be shown to the two who talk: it is the patient's, or of one of their visits.
fn belongs(tx: &Tx, file: FileId, conversation: &Conversation) -> Result<bool> {
    Ok(tx
        .prepare_cached(include_str!("attachable.sql"))?
        .query_row(params![conversation.patient_id, file], |row| row.get(0))?)
}
