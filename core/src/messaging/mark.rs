//! What became of a notification.

use rusqlite::{OptionalExtension, params};

use crate::db::Tx;
use crate::error::{Code, Error, Result};
use crate::form::{Form, LINE};
use crate::ids::NotificationId;
use crate::messaging::NotificationStatus;

/// Whether a notification may go from one status to another.
fn allowed(from: NotificationStatus, to: NotificationStatus) -> bool {
    use NotificationStatus::*;
    match from {
        Queued => matches!(to, Sent | Delivered | Failed),
        Sent => matches!(to, Delivered | Failed),
        Delivered | Failed => false,
    }
}

fn mark(tx: &Tx, id: NotificationId, to: NotificationStatus, failure: Option<&str>) -> Result<()> {
    let from: NotificationStatus = tx
        .prepare_cached("SELECT status FROM notifications WHERE id = ?1 AND deleted_at IS NULL")?
        .query_row([id], |row| row.get("status"))
        .optional()?
        .ok_or(Code::NotFound)?;
    if from == to {
        return Ok(());
    }
    if !allowed(from, to) {
        return Err(Error::with(Code::IllegalTransition, from.name()));
    }
    let sent = (to != NotificationStatus::Failed).then_some(tx.now);
    tx.prepare_cached(
        "UPDATE notifications SET status = ?1, failure = ?2, sent_at = coalesce(sent_at, ?3), updated_at = ?4 WHERE id = ?5",
    )?
    .execute(params![to, failure, sent, tx.now, id])?;
    Ok(())
}

/// Whoever carries the channel has taken it. [`Code::IllegalTransition`] with the status it has.
pub fn mark_sent(tx: &Tx, id: NotificationId) -> Result<()> {
    mark(tx, id, NotificationStatus::Sent, None)
}

/// It has arrived.
pub fn mark_delivered(tx: &Tx, id: NotificationId) -> Result<()> {
    mark(tx, id, NotificationStatus::Delivered, None)
}

/// It will not arrive, and why.
pub fn mark_failed(tx: &Tx, id: NotificationId, failure: &str) -> Result<()> {
    let mut form = Form::default();
    let failure = form.required("failure", failure, LINE);
    form.finish()?;
    mark(tx, id, NotificationStatus::Failed, Some(&failure))
}

/// The person who acts has read one of their own notifications; somebody else's is [`Code::NotFound`].
pub fn mark_notification_read(tx: &Tx, id: NotificationId) -> Result<()> {
    let read: Option<bool> = tx
        .prepare_cached("SELECT read_at IS NOT NULL FROM notifications WHERE id = ?1 AND user_id = ?2")?
        .query_row(params![id, tx.user()?], |row| row.get(0))
        .optional()?;
    if !read.ok_or(Code::NotFound)? {
        tx.execute("UPDATE notifications SET read_at = ?1, updated_at = ?1 WHERE id = ?2", params![tx.now, id])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_only_goes_forward() {
        use NotificationStatus::*;
        let all = [Queued, Sent, Delivered, Failed];
        let possible: Vec<_> = all
            .iter()
            .flat_map(|from| all.iter().filter(|to| allowed(*from, **to)).map(move |to| (*from, *to)))
            .collect();
        assert_eq!(
            possible,
            [(Queued, Sent), (Queued, Delivered), (Queued, Failed), (Sent, Delivered), (Sent, Failed)]
        );
    }
}
