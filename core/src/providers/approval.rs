//! Who may practise here: a manager decides, and it is written down who and when (A, B, T).

use rusqlite::params;
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::ProviderId;
use crate::providers::provider::{Provider, provider};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    Pending,
    Approved,
    Suspended,
}

crate::ids::named_values!(Approval { Pending = "pending", Approved = "approved", Suspended = "suspended" });

/// What a manager can decide about a doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalDecision {
    Approve,
    /// Also turns down one who waits; the note says why.
    Suspend,
    Reinstate,
}

/// Where a decision leads, or nowhere.
pub fn decided(from: Approval, decision: ApprovalDecision) -> Option<Approval> {
    use Approval::{Approved, Pending, Suspended};
    match (from, decision) {
        (Pending, ApprovalDecision::Approve) | (Suspended, ApprovalDecision::Reinstate) => Some(Approved),
        (Pending | Approved, ApprovalDecision::Suspend) => Some(Suspended),
        (Approved | Suspended, ApprovalDecision::Approve)
        | (Pending | Approved, ApprovalDecision::Reinstate)
        | (Suspended, ApprovalDecision::Suspend) => None,
    }
}

/// Decides about a doctor; `IllegalTransition` with the present state when that is not to be had.
pub fn decide_approval(tx: &Tx, id: ProviderId, decision: ApprovalDecision, note: &str) -> Result<Provider> {
    let from = provider(tx, id)?.approval;
    let mut form = Form::default();
    let note = match decision {
        ApprovalDecision::Suspend => Some(form.required("note", note, LINE)),
        ApprovalDecision::Approve | ApprovalDecision::Reinstate => form.optional("note", note, LINE),
    };
    form.finish()?;
    let to = decided(from, decision).ok_or_else(|| Error::with(Code::IllegalTransition, from.name()))?;
    tx.execute(
        "UPDATE providers SET approval = ?1, approved_by = ?2, approved_at = ?3, approval_note = ?4, updated_at = ?3 WHERE id = ?5",
        params![to, tx.user()?, tx.now, note, id],
    )?;
    provider(tx, id)
}

#[cfg(test)]
mod tests {
    use super::Approval::*;
    use super::ApprovalDecision::*;
    use super::*;

    #[test]
    fn every_decision_in_every_state() {
        for (from, decision, to) in [
            (Pending, Approve, Some(Approved)),
            (Pending, Suspend, Some(Suspended)),
            (Pending, Reinstate, None),
            (Approved, Approve, None),
            (Approved, Suspend, Some(Suspended)),
            (Approved, Reinstate, None),
            (Suspended, Approve, None),
            (Suspended, Suspend, None),
            (Suspended, Reinstate, Some(Approved)),
        ] {
            assert_eq!(decided(from, decision), to, "{from:?} {decision:?}");
        }
    }
}
