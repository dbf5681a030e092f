//! The life of a ticket: one vocabulary, one table of transitions.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::SupportTicketId;
use crate::tickets::timeline::{self, TicketEventKind};
use crate::tickets::{TicketLine, ticket};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    Open,
    /// Somebody outside has to answer first.
    Waiting,
    Resolved,
    Closed,
}

crate::ids::named_values!(TicketState {
    Open = "open",
    Waiting = "waiting",
    Resolved = "resolved",
    Closed = "closed",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TicketPriority {
    Low,
    Normal,
    High,
    Urgent,
}

crate::ids::named_values!(TicketPriority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" });

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TicketCategory {
    Billing,
    Booking,
    Clinical,
    Technical,
    Complaint,
    Other,
}

crate::ids::named_values!(TicketCategory {
    Billing = "billing",
    Booking = "booking",
    Clinical = "clinical",
    Technical = "technical",
    Complaint = "complaint",
    Other = "other",
});

/// Whether a ticket may go from one status to another. What was resolved may come up again; what was
/// closed stays closed.
pub fn allowed(from: TicketState, to: TicketState) -> bool {
    use TicketState::*;
    match from {
        Open => matches!(to, Waiting | Resolved | Closed),
        Waiting => matches!(to, Open | Resolved | Closed),
        Resolved => matches!(to, Open | Closed),
        Closed => false,
    }
}

/// Moves a ticket, with a line of its timeline. [`Code::IllegalTransition`] with the status it has.
pub fn change_status(tx: &Tx, id: SupportTicketId, to: TicketState, note: &str) -> Result<TicketLine> {
    let mut form = Form::default();
    let note = form.optional("note", note, LINE);
    form.finish()?;
    let from = ticket(tx, id)?.status;
    if !allowed(from, to) {
        return Err(Error::with(Code::IllegalTransition, from.name()));
    }
    tx.execute("UPDATE tickets SET status = ?1, updated_at = ?2 WHERE id = ?3", params![to, tx.now, id])?;
    let text = match note {
        Some(note) => format!("{} → {}: {note}", from.name(), to.name()),
        None => format!("{} → {}", from.name(), to.name()),
    };
    timeline::log(tx, id, TicketEventKind::Status, Some(&text))?;
    ticket(tx, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_ticket_stays_closed_and_none_goes_to_itself() {
        use TicketState::*;
        let all = [Open, Waiting, Resolved, Closed];
        assert!(all.iter().all(|to| !allowed(Closed, *to)));
        assert!(all.iter().all(|state| !allowed(*state, *state)));
        assert!(allowed(Resolved, Open) && !allowed(Resolved, Waiting));
        assert!([Open, Waiting, Resolved].iter().all(|from| allowed(*from, Closed)));
    }
}
