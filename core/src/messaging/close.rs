//! A conversation ends, or goes on after all.

use rusqlite::params;

use crate::db::Tx;
use crate::error::Result;
use crate::ids::ConversationId;
use crate::messaging::conversation;

/// Ends a conversation: it can be read and no longer written in. One that has ended stays as it is.
pub fn close(tx: &Tx, id: ConversationId) -> Result<()> {
    if conversation(tx, id)?.closed_at.is_none() {
        tx.execute("UPDATE conversations SET closed_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    }
    Ok(())
}

/// Takes up a conversation that has ended.
pub fn reopen(tx: &Tx, id: ConversationId) -> Result<()> {
    if conversation(tx, id)?.closed_at.is_some() {
        tx.execute("UPDATE conversations SET closed_at = NULL, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    }
    Ok(())
}
