//! Somebody has read what was written.

use rusqlite::params;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::{ConversationId, MessageId};
use crate::messaging::{ReaderSide, conversation};

/// Notes that a side has read a conversation up to now; returns how many messages were unread. What
/// was read before gets no second receipt.
pub fn mark_read(tx: &Tx, id: ConversationId, side: ReaderSide) -> Result<u32> {
    conversation(tx, id)?;
    let mut statement = tx.prepare_cached(
        "SELECT id FROM messages WHERE conversation_id = ?1 AND sender <> ?2
         AND NOT EXISTS (SELECT 1 FROM message_receipts WHERE message_id = messages.id AND reader = ?2)",
    )?;
    let unread: Vec<MessageId> =
        statement.query_map(params![id, side], |row| row.get("id"))?.collect::<rusqlite::Result<_>>()?;
    let user = tx.actor.user().filter(|_| side == ReaderSide::Staff);
    let mut insert = tx.prepare_cached(
        "INSERT INTO message_receipts (id, tenant_id, message_id, reader, user_id, read_at, created_at, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6)",
    )?;
    for message in &unread {
        insert.execute(params![tx.new_id(), tx.device.tenant, message, side, user, tx.now])?;
    }
    Ok(unread.len() as u32)
}
