//! Somebody says something about a ticket.

use rusqlite::params;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, TEXT};
use crate::ids::SupportTicketId;
use crate::tickets::timeline::{self, TicketEventKind};
use crate::tickets::{TicketState, ticket};

/// Adds a comment. [`Code::IllegalTransition`] on a ticket that was closed.
pub fn comment(tx: &Tx, id: SupportTicketId, text: &str) -> Result<()> {
    let mut form = Form::default();
    let text = form.required("text", text, TEXT);
    form.finish()?;
    if ticket(tx, id)?.status == TicketState::Closed {
        return Err(Error::with(Code::IllegalTransition, TicketState::Closed.name()));
    }
    tx.execute("UPDATE tickets SET updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    timeline::log(tx, id, TicketEventKind::Comment, Some(&text))
}
